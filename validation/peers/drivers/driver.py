"""What both Python drivers share: arguments, timing, JSON lines (see driver.hpp)."""
import json, os, sys, time
import numpy as np

if len(sys.argv) != 6:
    sys.exit('usage: %s PROBLEM FILTER SECONDS ATOL_SCALE TOLERANCES' % sys.argv[0])
PROBLEM, FILTER = sys.argv[1:3]
BUDGET, ATOL_SCALE = float(sys.argv[3]), float(sys.argv[4])
TOLERANCES = [float(t) for t in sys.argv[5].split(',')]
slow = set()
lines = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)  # LSODA's complaints are no lines


def once(f):
    """One run: wall time, or process CPU time where that is over 2 ms."""
    c, w = time.process_time_ns(), time.perf_counter_ns()
    r = f()
    dw, dc = time.perf_counter_ns() - w, time.process_time_ns() - c
    return (dw if dw < 2_000_000 else dc) * 1e-9, r


def typical(f):
    """The time that a twentieth of the runs beat: the very least may be a leap of the clock."""
    runs, total, r = [], 0.0, None
    while len(runs) < 3 or (total < BUDGET and len(runs) < 20000):
        d, r = once(f)
        runs.append(d)
        total += d
        if total > 3:
            break
    return sorted(runs)[len(runs) // 20], r


def measure(peer, method, tolerance, solve):
    """solve() returns the end point (None: it gave up) and the number of evaluations."""
    if FILTER not in '%s/%s/%s' % (PROBLEM, peer, method) or method in slow:
        return
    row, begin = dict(problem=PROBLEM, peer=peer, method=method, tolerance=tolerance), time.process_time()
    try:
        t, (y, evaluations) = typical(solve)
        if y is None or not np.all(np.isfinite(y)):
            raise RuntimeError('the solver gave up')
        row.update(seconds=float('%.6g' % t), evaluations=int(evaluations), y=[float(v) for v in y])
    except Exception as e:
        row.update(failed=str(e))
        t = time.process_time() - begin
    print(json.dumps(row), file=lines, flush=True)
    if t > 0.5:
        slow.add(method)
