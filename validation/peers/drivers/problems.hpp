// ODE test problems shared by the C++ drivers (any scalar type for the quad-precision reference).
#pragma once
#include <cmath>
#include <cstddef>
#include <cstring>

namespace prob {

inline double xsqrt(double x) { return std::sqrt(x); }
inline long double xsqrt(long double x) { return sqrtl(x); }
#ifdef USE_QUAD
#include <quadmath.h>
inline __float128 xsqrt(__float128 x) { return sqrtq(x); }
inline __float128 xsin(__float128 x) { return sinq(x); }
#endif
inline double xsin(double x) { return std::sin(x); }
inline long double xsin(long double x) { return sinl(x); }

// ---------- non-stiff ----------
template <int TEND> struct Lorenz {
  static constexpr int n = 3, ml = 2, mu = 2;
  static constexpr bool stiff = false;
  static const char *name() { return TEND == 10 ? "lorenz10" : "lorenz20"; }
  template <class T> static T t1() { return T(TEND); }
  template <class T> static void y0(T *y) { y[0] = 1; y[1] = 0; y[2] = 0; }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    f[0] = T(10) * (y[1] - y[0]);
    f[1] = y[0] * (T(28) - y[2]) - y[1];
    f[2] = y[0] * y[1] - T(8) / T(3) * y[2];
  }
};

struct Arenstorf {
  static constexpr int n = 4, ml = 3, mu = 3;
  static constexpr bool stiff = false;
  static const char *name() { return "arenstorf"; }
  // One period, as a double plus a remainder so that quad sees all published digits.
  template <class T> static T t1() {
    // 17.0652165601579625588917206249
    return T(170652165601579LL) / T(10000000000000LL) + T(625588917206249LL) / (T(10000000000000LL) * T(1000000000000000LL));
  }
  template <class T> static void y0(T *y) {
    y[0] = T(994) / T(1000); y[1] = 0; y[2] = 0;
    // -2.00158510637908252240537862224
    y[3] = -(T(200158510637908LL) / T(100000000000000LL) + T(252240537862224LL) / (T(100000000000000LL) * T(1000000000000000LL)));
  }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    const T mu_ = T(12277471LL) / T(1000000000LL), mp = T(1) - mu_;
    T a = y[0] + mu_, b = y[0] - mp, q = y[1] * y[1];
    T r1 = a * a + q, r2 = b * b + q;
    T d1 = T(1) / (r1 * xsqrt(r1)), d2 = T(1) / (r2 * xsqrt(r2));
    f[0] = y[2]; f[1] = y[3];
    f[2] = y[0] + T(2) * y[3] - mp * a * d1 - mu_ * b * d2;
    f[3] = y[1] - T(2) * y[2] - mp * y[1] * d1 - mu_ * y[1] * d2;
  }
};

struct Pleiades {
  static constexpr int n = 28, ml = 27, mu = 27;
  static constexpr bool stiff = false;
  static const char *name() { return "pleiades"; }
  template <class T> static T t1() { return T(3); }
  template <class T> static void y0(T *y) {
    static const double v[28] = {3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4,
                                 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0};
    for (int i = 0; i < 28; i++) y[i] = T(v[i]);
  }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    const T *x = y, *z = y + 7;
    T ax[7], ay[7];
    for (int i = 0; i < 7; i++) { f[i] = y[14 + i]; f[7 + i] = y[21 + i]; ax[i] = 0; ay[i] = 0; }
    for (int i = 0; i < 7; i++)
      for (int j = i + 1; j < 7; j++) {
        T dx = x[j] - x[i], dy = z[j] - z[i], r2 = dx * dx + dy * dy;
        T w = T(1) / (r2 * xsqrt(r2));
        T wx = w * dx, wy = w * dy;
        ax[i] += T(j + 1) * wx; ay[i] += T(j + 1) * wy;
        ax[j] -= T(i + 1) * wx; ay[j] -= T(i + 1) * wy;
      }
    for (int i = 0; i < 7; i++) { f[14 + i] = ax[i]; f[21 + i] = ay[i]; }
  }
};

struct Kepler { // e = 0.6, ten periods
  static constexpr int n = 4, ml = 3, mu = 3;
  static constexpr bool stiff = false;
  static const char *name() { return "kepler10"; }
  template <class T> static T t1() { // 20*pi
    const T pi = T(314159265358979LL) / T(100000000000000LL) +
                 T(323846264338327LL) / (T(100000000000000LL) * T(1000000000000000LL));
    return T(20) * pi;
  }
  template <class T> static void y0(T *y) { y[0] = T(4) / T(10); y[1] = 0; y[2] = 0; y[3] = 2; }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    T r2 = y[0] * y[0] + y[1] * y[1], w = T(1) / (r2 * xsqrt(r2));
    f[0] = y[2]; f[1] = y[3]; f[2] = -y[0] * w; f[3] = -y[1] * w;
  }
};

struct Lotka {
  static constexpr int n = 2, ml = 1, mu = 1;
  static constexpr bool stiff = false;
  static const char *name() { return "lotka"; }
  template <class T> static T t1() { return T(10); }
  template <class T> static void y0(T *y) { y[0] = 1; y[1] = 1; }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    T xy = y[0] * y[1];
    f[0] = T(3) / T(2) * y[0] - xy;
    f[1] = xy - T(3) * y[1];
  }
};

// 1-D Brusselator, u and v interleaved (half-bandwidth 2); diffusion ALPHA_NUM/1000.
template <int N, int ALPHA_NUM, bool STIFF> struct Bruss {
  static constexpr int n = 2 * N, ml = 2, mu = 2;
  static constexpr bool stiff = STIFF;
  static const char *name() { return STIFF ? "bruss500" : "bruss100"; }
  template <class T> static T t1() { return T(10); }
  template <class T> static void y0(T *y) {
    const T twopi = T(2) * (T(314159265358979LL) / T(100000000000000LL) +
                            T(323846264338327LL) / (T(100000000000000LL) * T(1000000000000000LL)));
    for (int i = 0; i < N; i++) {
      y[2 * i] = T(1) + xsin(twopi * T(i + 1) / T(N + 1));
      y[2 * i + 1] = 3;
    }
  }
  template <class T> static inline T c() { return T(ALPHA_NUM) * T(N + 1) * T(N + 1) / T(1000); }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    const T k = c<T>();
    auto cell = [k](T um, T vm, T u, T v, T up, T vp, T *g) {
      T u2v = u * u * v;
      g[0] = T(1) + u2v - T(4) * u + k * (um - T(2) * u + up);
      g[1] = T(3) * u - u2v + k * (vm - T(2) * v + vp);
    };
    cell(T(1), T(3), y[0], y[1], y[2], y[3], f);
    for (int i = 1; i < N - 1; i++)
      cell(y[2 * i - 2], y[2 * i - 1], y[2 * i], y[2 * i + 1], y[2 * i + 2], y[2 * i + 3], f + 2 * i);
    const T *e = y + 2 * N - 4;
    cell(e[0], e[1], e[2], e[3], T(1), T(3), f + 2 * N - 2);
  }
  // J(row, col, value)
  template <class T, class F> static void jac(T, const T *y, F J) {
    const T k = c<T>();
    for (int i = 0; i < N; i++) {
      T u = y[2 * i], v = y[2 * i + 1];
      int a = 2 * i, b = a + 1;
      J(a, a, T(2) * u * v - T(4) - T(2) * k); J(a, b, u * u);
      J(b, a, T(3) - T(2) * u * v); J(b, b, -u * u - T(2) * k);
      if (i > 0) { J(a, a - 2, k); J(b, b - 2, k); }
      if (i < N - 1) { J(a, a + 2, k); J(b, b + 2, k); }
    }
  }
};
using Bruss100 = Bruss<100, 1, false>;
using Bruss500 = Bruss<500, 20, true>;

// ---------- stiff ----------
struct Robertson {
  static constexpr int n = 3, ml = 2, mu = 2;
  static constexpr bool stiff = true;
  static const char *name() { return "robertson"; }
  template <class T> static T t1() { return T(100000000000LL); }
  template <class T> static void y0(T *y) { y[0] = 1; y[1] = 0; y[2] = 0; }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    T a = T(4) / T(100) * y[0], b = T(10000) * y[1] * y[2], c = T(30000000) * y[1] * y[1];
    f[0] = b - a; f[1] = a - b - c; f[2] = c;
  }
  template <class T, class F> static void jac(T, const T *y, F J) {
    T a = T(4) / T(100), b1 = T(10000) * y[2], b2 = T(10000) * y[1], c = T(60000000) * y[1];
    J(0, 0, -a); J(0, 1, b1); J(0, 2, b2);
    J(1, 0, a); J(1, 1, -b1 - c); J(1, 2, -b2);
    J(2, 1, c);
  }
};

struct VdP {
  static constexpr int n = 2, ml = 1, mu = 1;
  static constexpr bool stiff = true;
  static const char *name() { return "vdp1000"; }
  template <class T> static T t1() { return T(2000); }
  template <class T> static void y0(T *y) { y[0] = 2; y[1] = 0; }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    f[0] = y[1];
    f[1] = T(1000) * (T(1) - y[0] * y[0]) * y[1] - y[0];
  }
  template <class T, class F> static void jac(T, const T *y, F J) {
    J(0, 1, T(1));
    J(1, 0, T(-2000) * y[0] * y[1] - T(1)); J(1, 1, T(1000) * (T(1) - y[0] * y[0]));
  }
};

struct Hires {
  static constexpr int n = 8, ml = 7, mu = 7;
  static constexpr bool stiff = true;
  static const char *name() { return "hires"; }
  template <class T> static T t1() { return T(3218122) / T(10000); }
  template <class T> static void y0(T *y) {
    for (int i = 0; i < 8; i++) y[i] = 0;
    y[0] = 1; y[7] = T(57) / T(10000);
  }
  template <class T> static inline T q(long a, long b) { return T(a) / T(b); }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    T r = T(280) * y[5] * y[7];
    f[0] = -q<T>(171, 100) * y[0] + q<T>(43, 100) * y[1] + q<T>(832, 100) * y[2] + q<T>(7, 10000);
    f[1] = q<T>(171, 100) * y[0] - q<T>(875, 100) * y[1];
    f[2] = -q<T>(1003, 100) * y[2] + q<T>(43, 100) * y[3] + q<T>(35, 1000) * y[4];
    f[3] = q<T>(832, 100) * y[1] + q<T>(171, 100) * y[2] - q<T>(112, 100) * y[3];
    f[4] = -q<T>(1745, 1000) * y[4] + q<T>(43, 100) * y[5] + q<T>(43, 100) * y[6];
    f[5] = -r + q<T>(69, 100) * y[3] + q<T>(171, 100) * y[4] - q<T>(43, 100) * y[5] + q<T>(69, 100) * y[6];
    f[6] = r - q<T>(181, 100) * y[6];
    f[7] = -f[6];
  }
  template <class T, class F> static void jac(T, const T *y, F J) {
    J(0, 0, -q<T>(171, 100)); J(0, 1, q<T>(43, 100)); J(0, 2, q<T>(832, 100));
    J(1, 0, q<T>(171, 100)); J(1, 1, -q<T>(875, 100));
    J(2, 2, -q<T>(1003, 100)); J(2, 3, q<T>(43, 100)); J(2, 4, q<T>(35, 1000));
    J(3, 1, q<T>(832, 100)); J(3, 2, q<T>(171, 100)); J(3, 3, -q<T>(112, 100));
    J(4, 4, -q<T>(1745, 1000)); J(4, 5, q<T>(43, 100)); J(4, 6, q<T>(43, 100));
    J(5, 3, q<T>(69, 100)); J(5, 4, q<T>(171, 100)); J(5, 5, -T(280) * y[7] - q<T>(43, 100));
    J(5, 6, q<T>(69, 100)); J(5, 7, -T(280) * y[5]);
    J(6, 5, T(280) * y[7]); J(6, 6, -q<T>(181, 100)); J(6, 7, T(280) * y[5]);
    J(7, 5, -T(280) * y[7]); J(7, 6, q<T>(181, 100)); J(7, 7, -T(280) * y[5]);
  }
};

struct Orego {
  static constexpr int n = 3, ml = 2, mu = 2;
  static constexpr bool stiff = true;
  static const char *name() { return "orego"; }
  template <class T> static T t1() { return T(360); }
  template <class T> static void y0(T *y) { y[0] = 1; y[1] = 2; y[2] = 3; }
  template <class T> static inline T s() { return T(7727) / T(100); }
  template <class T> static inline T qq() { return T(8375) / T(1000000000LL); }
  template <class T> static inline void rhs(T, const T *y, T *f) {
    f[0] = s<T>() * (y[1] + y[0] * (T(1) - qq<T>() * y[0] - y[1]));
    f[1] = (y[2] - (T(1) + y[0]) * y[1]) / s<T>();
    f[2] = T(161) / T(1000) * (y[0] - y[2]);
  }
  template <class T, class F> static void jac(T, const T *y, F J) {
    J(0, 0, s<T>() * (T(1) - T(2) * qq<T>() * y[0] - y[1])); J(0, 1, s<T>() * (T(1) - y[0]));
    J(1, 0, -y[1] / s<T>()); J(1, 1, -(T(1) + y[0]) / s<T>()); J(1, 2, T(1) / s<T>());
    J(2, 0, T(161) / T(1000)); J(2, 2, -T(161) / T(1000));
  }
};

// Calls f with an instance of the problem of that name; false if there is none.
template <class F> bool dispatch(const char *name, F f) {
  bool found = false;
  auto one = [&](auto p) {
    if (!std::strcmp(name, decltype(p)::name())) { found = true; f(p); }
  };
  one(Lorenz<10>{}); one(Lorenz<20>{}); one(Arenstorf{}); one(Pleiades{}); one(Kepler{}); one(Lotka{}); one(Bruss100{});
  one(Robertson{}); one(VdP{}); one(Hires{}); one(Orego{}); one(Bruss500{});
  return found;
}

} // namespace prob
