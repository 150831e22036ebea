// SDE ensembles, one path-step after another as a plain loop would, with three generators of normals:
// std::mt19937_64 with std::normal_distribution, a scalar ziggurat over xoshiro256++, and a lane-parallel
// Box-Muller that the compiler makes into vector instructions ("lanes").
//   ensembles MODEL PATHS STEPS ROUNDS
// A line has the least seconds per path-step (per number for the model "normals") and the moment of the final
// states that the reader knows (of the numbers, their variance).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <time.h>
#include <vector>
#include "normals.hpp"

static long paths, steps, rounds;

inline double clk() { timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }

template <class F> double least(F f) {
  double best = INFINITY;
  for (long r = 0; r < rounds; r++) { double t = clk(); f(); best = std::min(best, clk() - t); }
  return best;
}

static void line(const char *model, const char *method, double seconds, double moment) {
  printf("{\"model\":\"%s\",\"peer\":\"cpp\",\"method\":\"%s\",\"seconds\":%.6g,\"moment\":%.8g}\n", model, method, seconds, moment);
  fflush(stdout);
}

static double mean(const std::vector<double> &x, size_t stride = 1) { double m = 0; for (size_t i = 0; i < x.size(); i += stride) m += x[i]; return m * stride / x.size(); }
static double square(const std::vector<double> &x, double c) { double q = 0; for (double v : x) q += (v - c) * (v - c); return q / x.size(); }

// A model advances one path, S numbers, by one step on D normals.
struct GBM {
  static constexpr int D = 1, S = 1; static const char *name() { return "gbm"; }
  double a, b; GBM() { double h = 1.0 / steps; a = 1 + 0.05 * h; b = 0.2 * std::sqrt(h); }
  inline void step(double *x, const double *z) const { x[0] *= a + b * z[0]; }
  void init(double *x) const { x[0] = 1; }
  double moment(const std::vector<double> &x) const { return mean(x); }
};
struct OU {
  static constexpr int D = 1, S = 1; static const char *name() { return "ou"; }
  double h, b; OU() { h = 1.0 / steps; b = 0.5 * std::sqrt(h); }
  inline void step(double *x, const double *z) const { x[0] += -h * x[0] + b * z[0]; }
  void init(double *x) const { x[0] = 1; }
  double moment(const std::vector<double> &x) const { return square(x, mean(x)); }
};
struct DoubleWell {
  static constexpr int D = 1, S = 1; static const char *name() { return "doublewell"; }
  double h, b; DoubleWell() { h = 10.0 / steps; b = 0.5 * std::sqrt(h); }
  inline void step(double *x, const double *z) const { double v = x[0]; x[0] = v + h * v * (1 - v * v) + b * z[0]; }
  void init(double *x) const { x[0] = 1; }
  double moment(const std::vector<double> &x) const { return square(x, 0); }
};
struct Heston { // full truncation, rho = -0.7
  static constexpr int D = 2, S = 2; static const char *name() { return "heston"; }
  double h, sh; Heston() { h = 1.0 / steps; sh = std::sqrt(h); }
  inline void step(double *x, const double *z) const {
    double v = x[1] > 0 ? x[1] : 0, sv = __builtin_sqrt(v) * sh;
    double w = -0.7 * z[0] + 0.71414284285428498 * z[1];
    x[0] += x[0] * (0.03 * h + sv * z[0]);
    x[1] += 2.0 * (0.04 - v) * h + 0.3 * sv * w;
  }
  void init(double *x) const { x[0] = 1; x[1] = 0.04; }
  double moment(const std::vector<double> &x) const { return mean(x, 2); }
};

template <class M, class Z> void scalar(const char *method, Z nrm) {
  M m; std::vector<double> out(paths * M::S);
  double t = least([&] {
    for (long p = 0; p < paths; p++) {
      double x[M::S], z[M::D]; m.init(x);
      for (long s = 0; s < steps; s++) { for (int d = 0; d < M::D; d++) z[d] = nrm(); m.step(x, z); }
      for (int i = 0; i < M::S; i++) out[p * M::S + i] = x[i];
    }
  });
  line(M::name(), method, t / paths / steps, m.moment(out));
}

template <class M> void lanes() {
  constexpr int B = 256;
  M m; std::vector<double> out(paths * M::S);
  LaneNormals g(7);
  double t = least([&] {
    alignas(64) double z[M::D][B], x[M::S][B];
    for (long p0 = 0; p0 < paths; p0 += B) {
      for (int i = 0; i < B; i++) { double y[M::S]; m.init(y); for (int s = 0; s < M::S; s++) x[s][i] = y[s]; }
      for (long s = 0; s < steps; s++) {
        for (int d = 0; d < M::D; d++) g.fill(z[d], B);
#pragma GCC ivdep
        for (int i = 0; i < B; i++) {
          double y[M::S], w[M::D];
          for (int k = 0; k < M::S; k++) y[k] = x[k][i];
          for (int k = 0; k < M::D; k++) w[k] = z[k][i];
          m.step(y, w);
          for (int k = 0; k < M::S; k++) x[k][i] = y[k];
        }
      }
      for (int i = 0; i < B && p0 + i < paths; i++) for (int k = 0; k < M::S; k++) out[(p0 + i) * M::S + k] = x[k][i];
    }
  });
  line(M::name(), "lanes", t / paths / steps, m.moment(out));
}

struct StdN { std::mt19937_64 g{7}; std::normal_distribution<double> d; double operator()() { return d(g); } };
static const Ziggurat zig;
struct ZigN { Xoshiro g{7}; double operator()() { return zig(g); } };

template <class M> bool race(const char *model) {
  if (strcmp(model, M::name())) return false;
  scalar<M>("std", StdN());
  scalar<M>("ziggurat", ZigN());
  lanes<M>();
  return true;
}

template <class F> void bare(const char *method, F fill) { // fill: 4096 numbers
  static double buf[4096];
  const long times = paths * steps / 4096 + 1;
  double t = least([&] { for (long i = 0; i < times; i++) fill(buf); }), q = 0;
  for (int r = 0; r < 250; r++) { fill(buf); for (double v : buf) q += v * v; }
  line("normals", method, t / times / 4096, q / 250 / 4096);
}

int main(int argc, char **argv) {
  if (argc != 5) { fprintf(stderr, "usage: %s MODEL PATHS STEPS ROUNDS\n", argv[0]); return 2; }
  paths = atol(argv[2]); steps = atol(argv[3]); rounds = atol(argv[4]);
  if (!strcmp(argv[1], "normals")) {
    static StdN a; static ZigN b; static LaneNormals c(9);
    bare("std", [](double *z) { for (int i = 0; i < 4096; i++) z[i] = a(); });
    bare("ziggurat", [](double *z) { for (int i = 0; i < 4096; i++) z[i] = b(); });
    bare("lanes", [](double *z) { c.fill(z, 4096); });
    return 0;
  }
  if (race<GBM>(argv[1]) || race<OU>(argv[1]) || race<DoubleWell>(argv[1]) || race<Heston>(argv[1])) return 0;
  fprintf(stderr, "no model %s\n", argv[1]);
  return 1;
}
