// What every C++ driver shares: arguments, timing, JSON lines.
//   driver PROBLEM FILTER SECONDS ATOL_SCALE TOLERANCES
// FILTER is a substring of "problem/peer/method" ("" for all), SECONDS the time to spend on a measurement,
// TOLERANCES a falling list with commas; atol = rtol * ATOL_SCALE.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <time.h>
#include <vector>
#include "problems.hpp"

static struct { const char *problem, *filter; double budget, atol_scale; std::vector<double> tolerances; } args;
static long nfe;

inline void parse(int argc, char **argv) {
  if (argc != 6) { fprintf(stderr, "usage: %s PROBLEM FILTER SECONDS ATOL_SCALE TOLERANCES\n", argv[0]); exit(2); }
  args.problem = argv[1]; args.filter = argv[2]; args.budget = atof(argv[3]); args.atol_scale = atof(argv[4]);
  for (char *s = strtok(argv[5], ","); s; s = strtok(nullptr, ",")) args.tolerances.push_back(atof(s));
}

inline double clk(clockid_t id) { timespec t; clock_gettime(id, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }

// One run: wall time, or the process's CPU time where that is over 2 ms (the same on an idle CPU, and
// not disturbed when another process takes the CPU for a while; short runs rely on the minimum).
template <class F> double once(F f, int &rc) {
  double c = clk(CLOCK_PROCESS_CPUTIME_ID), w = clk(CLOCK_MONOTONIC);
  rc = f();
  double dw = clk(CLOCK_MONOTONIC) - w, dc = clk(CLOCK_PROCESS_CPUTIME_ID) - c;
  return dw < 2e-3 ? dw : dc;
}

// Of at least 3 runs and of `budget` seconds in all the time that a twentieth of them beat: the very least
// may be a leap of the clock. f returns 0 on success.
template <class F> double typical(F f, bool &ok, double budget) {
  std::vector<double> all;
  double total = 0;
  ok = true;
  while (all.size() < 3 || (total < budget && all.size() < 20000)) {
    int rc; double d = once(f, rc);
    if (rc) { ok = false; break; }
    all.push_back(d);
    if ((total += d) > 6) break;
  }
  if (all.empty()) return INFINITY;
  std::sort(all.begin(), all.end());
  return all[all.size() / 20];
}

inline bool wanted(const char *peer, const char *method) {
  return strstr((std::string(args.problem) + "/" + peer + "/" + method).c_str(), args.filter);
}

// A runaway solver that only exceptions can stop calls this in its right-hand side.
inline void bound(int n) { if ((double)++nfe * n > 3e8) throw std::runtime_error("too many evaluations"); }

// Prints the end point: its error is for the reader of the lines to find, in one way for all peers.
template <class P, class F> void measure(const char *peer, const char *method, double rtol, F solve) {
  static std::set<std::string> slow; // methods for which a tighter tolerance would only take longer
  if (!wanted(peer, method) || slow.count(method)) return;
  std::vector<double> y(P::n);
  bool ok = false; long evals = 0; double t = 0, begin = clk(CLOCK_PROCESS_CPUTIME_ID);
  std::string why = "the solver gave up";
  try {
    t = typical([&] { nfe = 0; P::template y0<double>(y.data()); int rc = solve(y.data()); evals = nfe; return rc; }, ok, args.budget);
  } catch (const std::exception &e) { ok = false; why = e.what(); }
  for (double v : y) if (!std::isfinite(v)) { ok = false; why = "not finite"; }
  printf("{\"problem\":\"%s\",\"peer\":\"%s\",\"method\":\"%s\",\"tolerance\":%.0e", P::name(), peer, method, rtol);
  if (ok) {
    printf(",\"seconds\":%.6g,\"evaluations\":%ld,\"y\":[", t, evals);
    for (int i = 0; i < P::n; i++) printf("%s%.17g", i ? "," : "", y[i]);
    puts("]}");
  } else {
    for (char &c : why) if (c == '"' || c == '\\' || (unsigned char)c < ' ') c = ' ';
    printf(",\"failed\":\"%s\"}\n", why.c_str());
  }
  fflush(stdout);
  if (t > 0.5 || (!ok && clk(CLOCK_PROCESS_CPUTIME_ID) - begin > 0.5)) slow.insert(method);
}

// The driver's main: methods(p, rtol) for the problem asked for, tolerance by tolerance.
template <class F> int run(int argc, char **argv, F methods) {
  parse(argc, argv);
  bool known = prob::dispatch(args.problem, [&](auto p) { for (double tol : args.tolerances) methods(p, tol); });
  if (!known) fprintf(stderr, "no problem %s\n", args.problem);
  return !known;
}
