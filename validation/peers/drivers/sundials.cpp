// SUNDIALS: CVODE (Adams with fixed-point iteration, BDF with Newton) and ARKODE (explicit and diagonally implicit tables).
#include <arkode/arkode_arkstep.h>
#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_band.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_band.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>
#include "driver.hpp"

#ifndef PEER
#define PEER "sundials" // sundials-packaged where it is the distribution's, compiled without optimisation
#endif

static SUNContext ctx;
static void quiet(int, const char *, const char *, char *, void *) {}
static const long most = 10000000;

template <class P> int rhs(realtype t, N_Vector y, N_Vector f, void *) {
  nfe++; P::rhs((double)t, N_VGetArrayPointer(y), N_VGetArrayPointer(f)); return 0;
}
template <class P> int jac(realtype t, N_Vector y, N_Vector, SUNMatrix J, void *, N_Vector, N_Vector, N_Vector) {
  if constexpr (P::stiff) {
    if constexpr (P::n > 50) P::jac((double)t, N_VGetArrayPointer(y), [&](int r, int c, double v) { SM_ELEMENT_B(J, r, c) = v; });
    else P::jac((double)t, N_VGetArrayPointer(y), [&](int r, int c, double v) { SM_ELEMENT_D(J, r, c) = v; });
  }
  return 0;
}
template <class P> void linear(N_Vector y, SUNMatrix &A, SUNLinearSolver &L) {
  if (P::n > 50) { A = SUNBandMatrix(P::n, P::mu, P::ml, ctx); L = SUNLinSol_Band(y, A, ctx); }
  else { A = SUNDenseMatrix(P::n, P::n, ctx); L = SUNLinSol_Dense(y, A, ctx); }
}

template <class P> int cvode(int lmm, double rtol, double *y) {
  N_Vector v = N_VMake_Serial(P::n, y, ctx);
  void *m = CVodeCreate(lmm, ctx);
  double t1 = P::template t1<double>(), t = 0;
  CVodeInit(m, rhs<P>, 0, v); CVodeSStolerances(m, rtol, rtol * args.atol_scale);
  CVodeSetMaxNumSteps(m, most); CVodeSetStopTime(m, t1); CVodeSetErrHandlerFn(m, quiet, nullptr);
  SUNMatrix A = nullptr; SUNLinearSolver L = nullptr; SUNNonlinearSolver N = nullptr;
  if (lmm == CV_ADAMS) { N = SUNNonlinSol_FixedPoint(v, 0, ctx); CVodeSetNonlinearSolver(m, N); }
  else { linear<P>(v, A, L); CVodeSetLinearSolver(m, L, A); CVodeSetJacFn(m, jac<P>); }
  int rc = CVode(m, t1, v, &t, CV_NORMAL);
  CVodeFree(&m); if (N) SUNNonlinSolFree(N); if (L) SUNLinSolFree(L); if (A) SUNMatDestroy(A); N_VDestroy(v);
  return rc < 0;
}
template <class P> int erk(ARKODE_ERKTableID table, double rtol, double *y) {
  N_Vector v = N_VMake_Serial(P::n, y, ctx);
  double t1 = P::template t1<double>(), t = 0;
  void *m = ERKStepCreate(rhs<P>, 0, v, ctx);
  ERKStepSStolerances(m, rtol, rtol * args.atol_scale); ERKStepSetTableNum(m, table);
  ERKStepSetMaxNumSteps(m, most); ERKStepSetStopTime(m, t1); ERKStepSetErrHandlerFn(m, quiet, nullptr);
  int rc = ERKStepEvolve(m, t1, v, &t, ARK_NORMAL);
  ERKStepFree(&m); N_VDestroy(v);
  return rc < 0;
}
template <class P> int dirk(ARKODE_DIRKTableID table, bool deduce, double rtol, double *y) {
  N_Vector v = N_VMake_Serial(P::n, y, ctx);
  double t1 = P::template t1<double>(), t = 0;
  void *m = ARKStepCreate(nullptr, rhs<P>, 0, v, ctx);
  ARKStepSStolerances(m, rtol, rtol * args.atol_scale); ARKStepSetTableNum(m, table, ARKODE_ERK_NONE);
  ARKStepSetMaxNumSteps(m, most); ARKStepSetStopTime(m, t1); ARKStepSetErrHandlerFn(m, quiet, nullptr);
  SUNMatrix A; SUNLinearSolver L; linear<P>(v, A, L);
  ARKStepSetLinearSolver(m, L, A); ARKStepSetJacFn(m, jac<P>);
  ARKStepSetDeduceImplicitRhs(m, deduce); // f from the stage equation: without it the stiffness amplifies Newton's error
  ARKStepSetMaxErrTestFails(m, 50); ARKStepSetMaxConvFails(m, 50);
  int rc = ARKStepEvolve(m, t1, v, &t, ARK_NORMAL);
  ARKStepFree(&m); SUNLinSolFree(L); SUNMatDestroy(A); N_VDestroy(v);
  return rc < 0;
}

template <class P> void nonstiff(double tol) {
  static const struct { ARKODE_ERKTableID id; const char *name; } tables[] = {
      {ARKODE_DORMAND_PRINCE_7_4_5, "erk-dopri5"}, {ARKODE_VERNER_8_5_6, "erk-verner6"}, {ARKODE_FEHLBERG_13_7_8, "erk-fehlberg8"},
      {ARKODE_CASH_KARP_6_4_5, "erk-cashkarp5"}, {ARKODE_BOGACKI_SHAMPINE_4_2_3, "erk-bs3"}};
  measure<P>(PEER, "cvode-adams", tol, [=](double *y) { return cvode<P>(CV_ADAMS, tol, y); });
  for (auto &e : tables) measure<P>(PEER, e.name, tol, [=](double *y) { return erk<P>(e.id, tol, y); });
}
template <class P> void stiff(double tol) {
  static const struct { ARKODE_DIRKTableID id; const char *name; bool deduce; } tables[] = {
      {ARKODE_ESDIRK436L2SA_6_3_4, "dirk-esdirk436", true}, {ARKODE_ESDIRK547L2SA2_7_4_5, "dirk-esdirk547", true},
      {ARKODE_KVAERNO_7_4_5, "dirk-kvaerno5", true}, {ARKODE_ESDIRK547L2SA2_7_4_5, "dirk-esdirk547-evaluate", false}};
  measure<P>(PEER, "cvode-bdf", tol, [=](double *y) { return cvode<P>(CV_BDF, tol, y); });
  for (auto &e : tables) {
    if (!e.deduce && tol > 1e-10) continue; // seconds on robertson, and never the best
    measure<P>(PEER, e.name, tol, [=](double *y) { return dirk<P>(e.id, e.deduce, tol, y); });
  }
}

int main(int argc, char **argv) {
  SUNContext_Create(nullptr, &ctx);
  int rc = run(argc, argv, [](auto p, double tol) {
    using P = decltype(p);
    if constexpr (P::stiff) stiff<P>(tol); else nonstiff<P>(tol);
  });
  SUNContext_Free(&ctx);
  return rc;
}
