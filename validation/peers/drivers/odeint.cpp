// Boost odeint. Non-stiff states are std::array, with sizes known to the compiler.
#include <array>
#include <boost/numeric/odeint.hpp>
#include "driver.hpp"
namespace oi = boost::numeric::odeint;
namespace ub = boost::numeric::ublas;

template <class P> using State = std::array<double, P::n>;
template <class P> using Dopri5 = oi::runge_kutta_dopri5<State<P>, double, State<P>, double, oi::array_algebra>;
template <class P> using Fehlberg78 = oi::runge_kutta_fehlberg78<State<P>, double, State<P>, double, oi::array_algebra>;
template <class P> using CashKarp = oi::runge_kutta_cash_karp54<State<P>, double, State<P>, double, oi::array_algebra>;
template <class P> using BulirschStoer = oi::bulirsch_stoer<State<P>, double, State<P>, double, oi::array_algebra>;

template <class P, class S> void integrate(S stepper, double *y) {
  State<P> x; std::copy(y, y + P::n, x.begin());
  oi::integrate_adaptive(stepper, [](const auto &u, auto &f, double t) { bound(P::n); P::rhs(t, u.data(), f.data()); }, x, 0.0, P::template t1<double>(), 1e-3);
  std::copy(x.begin(), x.end(), y);
}
template <class P, class S> void controlled(const char *name, double rtol) {
  measure<P>("odeint", name, rtol, [=](double *y) { integrate<P>(oi::make_controlled(rtol * args.atol_scale, rtol, S()), y); return 0; });
}

template <class P> int rosenbrock(double rtol, double *y) {
  typedef ub::vector<double> V; typedef ub::matrix<double> M;
  V x(P::n); std::copy(y, y + P::n, x.begin());
  auto f = [](const V &u, V &g, double t) { bound(P::n); P::rhs(t, &u[0], &g[0]); };
  auto j = [](const V &u, M &J, const double &t, V &dfdt) {
    J = ub::zero_matrix<double>(P::n, P::n);
    for (int i = 0; i < P::n; i++) dfdt[i] = 0;
    P::jac(t, &u[0], [&](int r, int c, double v) { J(r, c) = v; });
  };
  auto stepper = oi::make_controlled<oi::rosenbrock4<double>>(rtol * args.atol_scale, rtol);
  oi::integrate_adaptive(stepper, std::make_pair(f, j), x, 0.0, P::template t1<double>(), 1e-6);
  std::copy(x.begin(), x.end(), y);
  return 0;
}

int main(int argc, char **argv) {
  return run(argc, argv, [](auto p, double tol) {
    using P = decltype(p);
    if constexpr (!P::stiff) {
      controlled<P, Dopri5<P>>("dopri5", tol);
      controlled<P, Fehlberg78<P>>("fehlberg78", tol);
      controlled<P, CashKarp<P>>("cashkarp54", tol);
      measure<P>("odeint", "bulirsch_stoer", tol, [=](double *y) { integrate<P>(BulirschStoer<P>(tol * args.atol_scale, tol), y); return 0; });
    } else if constexpr (P::n <= 50) { // its matrices are dense
      measure<P>("odeint", "rosenbrock4", tol, [=](double *y) { return rosenbrock<P>(tol, y); });
    }
  });
}
