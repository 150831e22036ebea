// GSL's odeiv2 drivers. One solve = allocate the driver, integrate, free it.
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include "driver.hpp"

template <class P> int rhs(double t, const double *y, double *f, void *) { nfe++; P::rhs(t, y, f); return GSL_SUCCESS; }
template <class P> int jac(double t, const double *y, double *J, double *dfdt, void *) {
  if constexpr (P::stiff) {
    for (int i = 0; i < P::n * P::n; i++) J[i] = 0;
    for (int i = 0; i < P::n; i++) dfdt[i] = 0;
    P::jac(t, y, [&](int r, int c, double v) { J[r * P::n + c] = v; });
  }
  return GSL_SUCCESS;
}

template <class P> void solve(const char *name, const gsl_odeiv2_step_type *T, double rtol) {
  measure<P>("gsl", name, rtol, [=](double *y) {
    gsl_odeiv2_system s = {rhs<P>, jac<P>, P::n, nullptr};
    double t = 0;
    gsl_odeiv2_driver *d = gsl_odeiv2_driver_alloc_y_new(&s, T, P::stiff ? 1e-6 : 1e-3, rtol * args.atol_scale, rtol);
    gsl_odeiv2_driver_set_nmax(d, 5000000);
    int rc = gsl_odeiv2_driver_apply(d, &t, P::template t1<double>(), y);
    gsl_odeiv2_driver_free(d);
    return rc;
  });
}

int main(int argc, char **argv) {
  gsl_set_error_handler_off();
  return run(argc, argv, [](auto p, double tol) {
    using P = decltype(p);
    if constexpr (!P::stiff) {
      solve<P>("rk8pd", gsl_odeiv2_step_rk8pd, tol);
      solve<P>("rkf45", gsl_odeiv2_step_rkf45, tol);
      solve<P>("msadams", gsl_odeiv2_step_msadams, tol);
    } else if constexpr (P::n <= 50) { // its matrices are dense
      solve<P>("msbdf", gsl_odeiv2_step_msbdf, tol);
      solve<P>("bsimp", gsl_odeiv2_step_bsimp, tol);
    }
  });
}
