// Normal generators for the SDE bench: std, scalar ziggurat over xoshiro256++, and a lane-parallel
// Box-Muller over sixteen xoshiro256+ streams that the compiler turns into AVX-512 or AVX2.
#pragma once
#include <cmath>
#include <cstdint>
#include <random>

static inline uint64_t splitmix(uint64_t &s) {
  uint64_t z = (s += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL; z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

struct Xoshiro { // xoshiro256++
  uint64_t s[4];
  explicit Xoshiro(uint64_t seed) { for (auto &x : s) x = splitmix(seed); }
  static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  inline uint64_t operator()() {
    uint64_t r = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
    return r;
  }
};

// 256-layer ziggurat for the normal density, 52-bit abscissae.
struct Ziggurat {
  static constexpr int N = 256;
  double x[N + 1], w[N], f[N + 1];
  uint64_t k[N];
  double r;
  // area left over when N layers start at tail r
  static double area(double r, double *x) {
    double v = r * std::exp(-0.5 * r * r) + std::sqrt(M_PI / 2) * std::erfc(r / std::sqrt(2.0));
    double xi = r;
    if (x) { x[0] = v / std::exp(-0.5 * r * r); x[1] = r; }
    for (int i = 2; i < N; i++) {
      double y = v / xi + std::exp(-0.5 * xi * xi);
      if (y >= 1) return -1;
      xi = std::sqrt(-2 * std::log(y));
      if (x) x[i] = xi;
    }
    return 1 - std::exp(-0.5 * xi * xi) - v / xi;
  }
  Ziggurat() {
    double lo = 3, hi = 4; // area(lo) < 0 < area(hi)
    for (int i = 0; i < 200; i++) { double m = 0.5 * (lo + hi); if (area(m, nullptr) < 0) lo = m; else hi = m; }
    r = hi; area(r, x); x[N] = 0;
    for (int i = 0; i <= N; i++) f[i] = std::exp(-0.5 * x[i] * x[i]);
    for (int i = 0; i < N; i++) { w[i] = x[i] * 0x1p-52; k[i] = (uint64_t)(x[i + 1] / x[i] * 0x1p52); }
  }
  template <class G> inline double operator()(G &g) const {
    for (;;) {
      uint64_t u = g();
      int i = u & 255; int64_t sgn = (u >> 8) & 1; uint64_t m = u >> 12;
      double v = (double)(int64_t)m * w[i];
      if (__builtin_expect(m < k[i], 1)) return sgn ? -v : v;
      if (i == 0) {
        double a, b;
        do { a = -std::log(((g() >> 11) + 0.5) * 0x1p-53) / r; b = -std::log(((g() >> 11) + 0.5) * 0x1p-53); } while (b + b < a * a);
        v = r + a; return sgn ? -v : v;
      }
      double y = f[i] + (g() >> 11) * 0x1p-53 * (f[i + 1] - f[i]);
      if (y < std::exp(-0.5 * v * v)) return sgn ? -v : v;
    }
  }
};

// W lanes of xoshiro256+; fill() writes 2*W normals per round by Box-Muller with polynomial log, sin and cos.
struct LaneNormals {
  static constexpr int W = 16;
  alignas(64) uint64_t s0[W], s1[W], s2[W], s3[W];
  explicit LaneNormals(uint64_t seed) { for (int i = 0; i < W; i++) { s0[i] = splitmix(seed); s1[i] = splitmix(seed); s2[i] = splitmix(seed); s3[i] = splitmix(seed); } }
  inline void next(uint64_t *out) {
#pragma GCC ivdep
    for (int i = 0; i < W; i++) {
      out[i] = s0[i] + s3[i];
      uint64_t t = s1[i] << 17;
      s2[i] ^= s0[i]; s3[i] ^= s1[i]; s1[i] ^= s2[i]; s0[i] ^= s3[i]; s2[i] ^= t;
      s3[i] = (s3[i] << 45) | (s3[i] >> 19);
    }
  }
  inline void round(double *z) { // 2*W normals
    alignas(64) uint64_t a[W], b[W];
    next(a); next(b);
#pragma GCC ivdep
    for (int i = 0; i < W; i++) {
      // u in (0,1]; log by exponent and atanh series on [sqrt(1/2), sqrt(2))
      double u = ((double)(int64_t)(a[i] >> 11) + 1.0) * 0x1p-53;
      uint64_t bits; __builtin_memcpy(&bits, &u, 8);
      uint64_t tmp = bits - 0x3fe6a09e667f3bcdULL;
      int64_t e = (int64_t)tmp >> 52;
      bits -= (uint64_t)e << 52;
      double m; __builtin_memcpy(&m, &bits, 8);
      double q = (m - 1.0) / (m + 1.0), q2 = q * q;
      double p = 1.0 / 19;
      p = p * q2 + 1.0 / 17; p = p * q2 + 1.0 / 15; p = p * q2 + 1.0 / 13; p = p * q2 + 1.0 / 11;
      p = p * q2 + 1.0 / 9; p = p * q2 + 1.0 / 7; p = p * q2 + 1.0 / 5; p = p * q2 + 1.0 / 3;
      double lg = (double)e * 0.69314718055994530942 + 2.0 * (q + q * q2 * p);
      double rad = __builtin_sqrt(-2.0 * lg);
      // angle in [-pi/4, pi/4] plus a quadrant
      uint64_t v = b[i];
      int64_t quad = (int64_t)((v >> 9) & 3);
      double th = ((double)(int64_t)(v >> 11) * 0x1p-53 - 0.5) * 1.57079632679489661923;
      double t2 = th * th;
      double sn = -1.0 / 1307674368000.0;
      sn = sn * t2 + 1.0 / 6227020800.0; sn = sn * t2 - 1.0 / 39916800.0; sn = sn * t2 + 1.0 / 362880.0;
      sn = sn * t2 - 1.0 / 5040.0; sn = sn * t2 + 1.0 / 120.0; sn = sn * t2 - 1.0 / 6.0;
      sn = th + th * t2 * sn;
      double cs = -1.0 / 87178291200.0;
      cs = cs * t2 + 1.0 / 479001600.0; cs = cs * t2 - 1.0 / 3628800.0; cs = cs * t2 + 1.0 / 40320.0;
      cs = cs * t2 - 1.0 / 720.0; cs = cs * t2 + 1.0 / 24.0; cs = cs * t2 - 0.5; cs = 1.0 + t2 * cs;
      double c1 = (quad & 1) ? sn : cs, s1_ = (quad & 1) ? cs : sn;
      c1 = ((quad + 1) & 2) ? -c1 : c1; s1_ = (quad & 2) ? -s1_ : s1_;
      z[i] = rad * c1; z[W + i] = rad * s1_;
    }
  }
  void fill(double *z, long n) { for (long i = 0; i + 2 * W <= n; i += 2 * W) round(z + i); } // n: multiple of 2W
};
