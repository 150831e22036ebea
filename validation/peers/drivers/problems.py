"""The problems of problems.hpp with Python right-hand sides: NONSTIFF (name, f, y0, t1) and STIFF (name, f, jacobian, y0, t1)."""
import numpy as np
import scipy.sparse as sp


def lorenz(t, y):
    a, b, c = y.tolist()
    return [10.0 * (b - a), a * (28.0 - c) - b, a * b - 8.0 / 3.0 * c]


MU = 0.012277471
MP = 1 - MU


def arenstorf(t, y):
    a, b, c, d = y.tolist()
    p, q, b2 = a + MU, a - MP, b * b
    r1, r2 = p * p + b2, q * q + b2
    d1, d2 = MP / (r1 * r1 ** 0.5), MU / (r2 * r2 ** 0.5)
    return [c, d, a + 2 * d - p * d1 - q * d2, b - 2 * c - b * d1 - b * d2]


M7 = np.arange(1.0, 8.0)


def pleiades(t, y):
    x, z = y[:7], y[7:14]
    dx, dz = x[None, :] - x[:, None], z[None, :] - z[:, None]
    r2 = dx * dx + dz * dz
    r2.flat[::8] = 1.0
    w = M7 / (r2 * np.sqrt(r2))
    f = np.empty(28)
    f[:14] = y[14:]
    f[14:21] = (w * dx).sum(1)
    f[21:] = (w * dz).sum(1)
    return f


def kepler(t, y):
    a, b, c, d = y.tolist()
    r2 = a * a + b * b
    w = 1.0 / (r2 * r2 ** 0.5)
    return [c, d, -a * w, -b * w]


def lotka(t, y):
    a, b = y.tolist()
    return [1.5 * a - a * b, a * b - 3.0 * b]


def bruss(N, alpha):
    k = alpha * (N + 1) ** 2
    pad = np.empty((N + 2, 2)); pad[0] = pad[-1] = (1.0, 3.0)

    def f(t, y):
        pad[1:-1] = y.reshape(N, 2)
        u, v = pad[1:-1, 0], pad[1:-1, 1]
        g = k * (pad[:-2] - 2.0 * pad[1:-1] + pad[2:])
        u2v = u * u * v
        g[:, 0] += 1.0 + u2v - 4.0 * u
        g[:, 1] += 3.0 * u - u2v
        return g.ravel()

    i = np.arange(N)
    rows = np.concatenate([2 * i, 2 * i, 2 * i + 1, 2 * i + 1, np.arange(2, 2 * N), np.arange(0, 2 * N - 2)])
    cols = np.concatenate([2 * i, 2 * i + 1, 2 * i, 2 * i + 1, np.arange(0, 2 * N - 2), np.arange(2, 2 * N)])
    off = np.full(4 * N - 4, k)

    def jac(t, y):
        u, v = y[0::2], y[1::2]
        vals = np.concatenate([2 * u * v - 4 - 2 * k, u * u, 3 - 2 * u * v, -u * u - 2 * k, off])
        return sp.csc_matrix((vals, (rows, cols)), shape=(2 * N, 2 * N))

    y0 = np.empty((N, 2))
    y0[:, 0] = 1 + np.sin(2 * np.pi * np.arange(1, N + 1) / (N + 1)); y0[:, 1] = 3
    return f, jac, y0.ravel()


def robertson(t, y):
    a, b, c = y.tolist()
    p, q, r = 0.04 * a, 1e4 * b * c, 3e7 * b * b
    return [q - p, p - q - r, r]


def robertson_j(t, y):
    a, b, c = y.tolist()
    return np.array([[-0.04, 1e4 * c, 1e4 * b], [0.04, -1e4 * c - 6e7 * b, -1e4 * b], [0, 6e7 * b, 0]])


def vdp(t, y):
    a, b = y.tolist()
    return [b, 1e3 * (1 - a * a) * b - a]


def vdp_j(t, y):
    a, b = y.tolist()
    return np.array([[0, 1.0], [-2e3 * a * b - 1, 1e3 * (1 - a * a)]])


def hires(t, y):
    a, b, c, d, e, f, g, h = y.tolist()
    r = 280.0 * f * h
    s = r - 1.81 * g
    return [-1.71 * a + 0.43 * b + 8.32 * c + 0.0007, 1.71 * a - 8.75 * b, -10.03 * c + 0.43 * d + 0.035 * e,
            8.32 * b + 1.71 * c - 1.12 * d, -1.745 * e + 0.43 * f + 0.43 * g,
            -r + 0.69 * d + 1.71 * e - 0.43 * f + 0.69 * g, s, -s]


HJ = np.zeros((8, 8))
HJ[0, :3] = -1.71, 0.43, 8.32
HJ[1, :2] = 1.71, -8.75
HJ[2, 2:5] = -10.03, 0.43, 0.035
HJ[3, 1:4] = 8.32, 1.71, -1.12
HJ[4, 4:7] = -1.745, 0.43, 0.43
HJ[5, 3:7] = 0.69, 1.71, -0.43, 0.69
HJ[6, 6], HJ[7, 6] = -1.81, 1.81


def hires_j(t, y):
    J = HJ.copy()
    f, h = 280 * y[5], 280 * y[7]
    J[5, 5] -= h; J[5, 7] -= f; J[6, 5] += h; J[6, 7] += f; J[7, 5] -= h; J[7, 7] -= f
    return J


def orego(t, y):
    a, b, c = y.tolist()
    return [77.27 * (b + a * (1 - 8.375e-6 * a - b)), (c - (1 + a) * b) / 77.27, 0.161 * (a - c)]


def orego_j(t, y):
    a, b, c = y.tolist()
    return np.array([[77.27 * (1 - 2 * 8.375e-6 * a - b), 77.27 * (1 - a), 0], [-b / 77.27, -(1 + a) / 77.27, 1 / 77.27], [0.161, 0, -0.161]])


b100, b500 = bruss(100, 0.001), bruss(500, 0.02)
PL0 = [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0]
NONSTIFF = [('lorenz10', lorenz, [1, 0, 0], 10.0), ('lorenz20', lorenz, [1, 0, 0], 20.0),
            ('arenstorf', arenstorf, [0.994, 0, 0, -2.00158510637908252240537862224], 17.0652165601579625588917206249),
            ('pleiades', pleiades, PL0, 3.0), ('kepler10', kepler, [0.4, 0, 0, 2], 20 * np.pi),
            ('lotka', lotka, [1, 1], 10.0), ('bruss100', b100[0], b100[2], 10.0)]
STIFF = [('robertson', robertson, robertson_j, [1, 0, 0], 1e11), ('vdp1000', vdp, vdp_j, [2, 0], 2000.0),
         ('hires', hires, hires_j, [1, 0, 0, 0, 0, 0, 0, 0.0057], 321.8122),
         ('orego', orego, orego_j, [1, 2, 3], 360.0), ('bruss500', b500[0], b500[1], b500[2], 10.0)]
