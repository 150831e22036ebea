"""The Fortran codes that SciPy ships (DOPRI5, DOP853, VODE, LSODA) with compiled right-hand sides, passed as
capsules from the library named by PEERS_CAPSULES (capsules.cpp), so that no Python runs inside a solve."""
import ctypes, os, warnings
import numpy as np
from scipy.integrate import _dop, _lsoda, _vode
from driver import ATOL_SCALE, PROBLEM, TOLERANCES, measure
from problems import NONSTIFF, STIFF

warnings.simplefilter('ignore')
lib = ctypes.CDLL(os.environ['PEERS_CAPSULES'])
nfe = ctypes.c_long.in_dll(lib, 'peers_nfe')
ctypes.pythonapi.PyCapsule_New.restype = ctypes.py_object
ctypes.pythonapi.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def cap(sym):
    return ctypes.pythonapi.PyCapsule_New(ctypes.cast(getattr(lib, sym), ctypes.c_void_p), None, None)


def nothing(*a):
    return 0


def hairer(code, name, y0, t1, rtol, atol):
    fcn, n = cap('dop_' + name), len(y0)
    y0 = np.array(y0, float)
    rt, at = np.array([rtol]), np.array([atol])
    fun = _dop.dop853 if code == 'dop853' else _dop.dopri5
    nw = (11 if code == 'dop853' else 8) * n + 21

    def solve():
        work, iwork = np.zeros(nw), np.zeros(21, np.int32)
        iwork[0] = 100000000
        x, y, iw, idid = fun(fcn, 0.0, y0, t1, rt, at, nothing, 0, work, iwork)
        return (y if idid > 0 else None), int(iw[16])
    return solve


def odepack(code, name, y0, t1, rtol, atol, stiff, band=None):
    f, n = cap('ode_' + name), len(y0)
    j = cap('jac_' + name) if stiff else nothing
    y0 = np.array(y0, float)
    rt, at = np.array([rtol]), np.array([atol])

    def solve():
        nfe.value = 0
        iwork = np.zeros(30 + n, np.int32)
        iwork[5] = 100000000
        if band:
            iwork[0], iwork[1] = band
            rwork = np.zeros(22 + 16 * n + 5 * (band[0] + band[1]) * n)
        else:
            rwork = np.zeros(22 + 16 * n + (2 * n * n if stiff else 0) + (0 if code == 'vode' else n * n))
        rwork[0] = t1
        y = y0.copy()
        if code == 'vode':
            mf = (24 if band else 21) if stiff else 10
            y, t, ist = _vode.dvode(f, j, y, 0.0, t1, rt, at, 4, 1, rwork, iwork, mf)
        else:
            jt = (4 if band else 1) if stiff else 2
            y, t, ist = _lsoda.lsoda(f, y, 0.0, t1, rt, at, 4, 1, rwork, iwork, j, jt)
        return (y if ist > 0 else None), nfe.value
    return solve


for name, f, y0, t1 in NONSTIFF:
    for tol in TOLERANCES if name == PROBLEM else ():
        for c in ('dopri5', 'dop853'):
            measure('fortran', c, tol, hairer(c, name, y0, t1, tol, tol * ATOL_SCALE))
        measure('fortran', 'vode-adams', tol, odepack('vode', name, y0, t1, tol, tol * ATOL_SCALE, False))
        measure('fortran', 'lsoda', tol, odepack('lsoda', name, y0, t1, tol, tol * ATOL_SCALE, False))
for name, f, j, y0, t1 in STIFF:
    band = (2, 2) if name == 'bruss500' else None
    for tol in TOLERANCES if name == PROBLEM else ():
        measure('fortran', 'vode-bdf', tol, odepack('vode', name, y0, t1, tol, tol * ATOL_SCALE, True, band))
        measure('fortran', 'lsoda', tol, odepack('lsoda', name, y0, t1, tol, tol * ATOL_SCALE, True, band))
