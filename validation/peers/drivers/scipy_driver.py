"""SciPy with Python right-hand sides: solve_ivp, and the Fortran DOP853 behind scipy.integrate.ode."""
import warnings
from scipy.integrate import solve_ivp, ode
from driver import ATOL_SCALE, PROBLEM, TOLERANCES, measure
from problems import NONSTIFF, STIFF

warnings.simplefilter('ignore')


def ivp(f, y0, t1, method, rtol, atol, **kw):
    def solve():
        s = solve_ivp(f, (0.0, t1), y0, method=method, rtol=rtol, atol=atol, t_eval=[t1], **kw)
        return (s.y[:, -1] if s.success else None), s.nfev
    return solve


def pyode(code, f, y0, t1, rtol, atol):
    count = [0]

    def g(t, y):
        count[0] += 1
        return f(t, y)

    def solve():
        count[0] = 0
        r = ode(g).set_integrator(code, rtol=rtol, atol=atol, nsteps=100000000)
        r.set_initial_value(y0, 0.0)
        y = r.integrate(t1)
        return (y if r.successful() else None), count[0]
    return solve


for name, f, y0, t1 in NONSTIFF:
    for tol in TOLERANCES if name == PROBLEM else ():
        for m in ('RK45', 'DOP853', 'LSODA'):
            measure('scipy', m, tol, ivp(f, y0, t1, m, tol, tol * ATOL_SCALE))
        measure('scipy', 'ode-dop853', tol, pyode('dop853', f, y0, t1, tol, tol * ATOL_SCALE))
for name, f, j, y0, t1 in STIFF:
    for tol in TOLERANCES if name == PROBLEM else ():
        for m in ('BDF', 'Radau'):
            measure('scipy', m, tol, ivp(f, y0, t1, m, tol, tol * ATOL_SCALE, jac=j))
        kw = dict(lband=2, uband=2) if name == 'bruss500' else dict(jac=j)
        measure('scipy', 'LSODA', tol, ivp(f, y0, t1, 'LSODA', tol, tol * ATOL_SCALE, **kw))
