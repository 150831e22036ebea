// The same right-hand sides behind the calling conventions of the Fortran codes inside SciPy
// (DOPRI5, DOP853, VODE, LSODA), so that those codes run without Python callbacks.
#include "problems.hpp"
extern "C" {
long peers_nfe = 0;
// Hairer: fcn(n, x, y, f, rpar, ipar)
#define RHS(ID, P)                                                                                  \
  void dop_##ID(int *, double *x, double *y, double *f, double *, int *) { peers_nfe++; P::rhs(*x, y, f); } \
  void ode_##ID(int *, double *x, double *y, double *f, double *, int *) { peers_nfe++; P::rhs(*x, y, f); }
// dense: pd is column-major (nrowpd x n); banded: pd[(r-c+mu) + c*nrowpd]
#define JAC(ID, P)                                                                                  \
  void jac_##ID(int *, double *x, double *y, int *, int *, double *pd, int *nr, double *, int *) {  \
    if (P::n <= 50) P::jac(*x, y, [&](int r, int c, double v) { pd[r + (size_t)c * *nr] = v; });    \
    else P::jac(*x, y, [&](int r, int c, double v) { pd[(r - c + P::mu) + (size_t)c * *nr] = v; }); \
  }
using namespace prob;
RHS(lorenz10, Lorenz<10>) RHS(lorenz20, Lorenz<20>) RHS(arenstorf, Arenstorf) RHS(pleiades, Pleiades)
RHS(kepler10, Kepler) RHS(lotka, Lotka) RHS(bruss100, Bruss100)
RHS(robertson, Robertson) RHS(vdp1000, VdP) RHS(hires, Hires) RHS(orego, Orego) RHS(bruss500, Bruss500)
JAC(robertson, Robertson) JAC(vdp1000, VdP) JAC(hires, Hires) JAC(orego, Orego) JAC(bruss500, Bruss500)
}
