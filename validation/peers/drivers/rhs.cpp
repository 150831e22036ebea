// What one right-hand side costs in C++, called through a pointer as every solver must.
#include "driver.hpp"

template <class P> void __attribute__((noinline)) bare(const double *y, double *f) { P::rhs(0.0, y, f); }

int main(int argc, char **argv) {
  parse(argc, argv);
  if (!wanted("cpp", "rhs")) return 0;
  return !prob::dispatch(args.problem, [](auto p) {
    using P = decltype(p);
    std::vector<double> y(P::n), f(P::n); P::template y0<double>(y.data());
    void (*volatile fp)(const double *, double *) = bare<P>;
    bool ok; const int reps = 10000;
    double t = typical([&] { auto g = fp; for (int i = 0; i < reps; i++) g(y.data(), f.data()); return 0; }, ok, args.budget);
    printf("{\"problem\":\"%s\",\"peer\":\"cpp\",\"method\":\"rhs\",\"seconds\":%.6g}\n", P::name(), t / reps);
  });
}
