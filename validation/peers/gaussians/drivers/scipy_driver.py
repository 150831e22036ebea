"""Divergences between two Gaussians by SciPy's LAPACK: the textbook formulas, factorisations included.
Prints DIVERGENCE N SECONDS VALUE.   scipy_driver.py SECONDS"""
import sys
import time
import numpy as np
import scipy.linalg as sl

budget = float(sys.argv[1])


def once(f):
    c, w = time.process_time_ns(), time.perf_counter_ns()
    r = f()
    dw, dc = time.perf_counter_ns() - w, time.process_time_ns() - c
    return (dw if dw < 2_000_000 else dc) * 1e-9, r


def measure(name, n, f):
    """The time that a twentieth of the runs beat; wall time, or CPU time where that is over 2 ms."""
    runs, total, r = [], 0.0, None
    while len(runs) < 3 or (total < budget and len(runs) < 20000):
        d, r = once(f)
        runs.append(d)
        total += d
    print('%s %d %.6g %.17g' % (name, n, sorted(runs)[len(runs) // 20], r))


def pair(n, near):
    """The pair of gaussians/pair.go."""
    i = np.arange(n)
    d = abs(i[:, None] - i[None, :])
    s = 1 + np.sin(i) / 2
    m, P, k, Q = np.sin(i), 1 / (1 + d) + 0.1 * np.eye(n), np.cos(i), np.outer(s, s) / (1 + d / 3)
    return (m, P, m + 1e-6 * k, P + 1e-6 * Q) if near else (m, P, k, Q + 0.1 * np.eye(n))


def chol(a): return sl.cholesky(a, lower=True, check_finite=False)
def solve(L, b): return sl.solve_triangular(L, b, lower=True, check_finite=False)
def logdet(L): return 2 * np.log(L.diagonal()).sum()


def kl(m, P, k, Q):
    a, b = chol(P), chol(Q)
    x, y = solve(b, a), solve(b, m - k)
    return 0.5 * (np.vdot(x, x) + y @ y - len(m) + logdet(b) - logdet(a))


def bhattacharyya(m, P, k, Q):
    c = chol(0.5 * (P + Q))
    y = solve(c, m - k)
    return y @ y / 8 + 0.5 * (logdet(c) - 0.5 * (logdet(chol(P)) + logdet(chol(Q))))


def w2(m, P, k, Q):
    a, d = chol(P), m - k
    e = sl.eigh(a.T @ Q @ a, eigvals_only=True, check_finite=False, driver='evd')
    return d @ d + np.trace(P) + np.trace(Q) - 2 * np.sqrt(np.maximum(e, 0)).sum()


for near in (False, True):
    for n in (10, 100, 500):
        args = pair(n, near)
        for name, f in (('kl', kl), ('bhattacharyya', bhattacharyya), ('w2-squared', w2)):
            measure(name + '-near' * near, n, lambda: f(*args))
