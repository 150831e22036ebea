"""SDE ensembles in NumPy and torch (see ensembles.cpp), with arithmetic in place throughout. Paths are taken in
chunks that stay in the cache.   ensembles.py LIBRARY MODEL PATHS STEPS ROUNDS"""
import json, math, sys, time

if len(sys.argv) != 6:
    sys.exit('usage: %s numpy|torch MODEL PATHS STEPS ROUNDS' % sys.argv[0])
LIBRARY, MODEL = sys.argv[1:3]
PATHS, STEPS, ROUNDS = map(int, sys.argv[3:])
CHUNK = 8192


def least(f):
    best, r = math.inf, None
    for _ in range(ROUNDS):
        t = time.process_time()
        r = f()
        best = min(best, time.process_time() - t)
    return best, r


def line(method, seconds, moment):
    print(json.dumps(dict(model=MODEL, peer=LIBRARY, method=method, seconds=float('%.6g' % seconds), moment=float(moment))), flush=True)


def chunks():
    return [min(CHUNK, PATHS - i) for i in range(0, PATHS, CHUNK)]


MOMENT = {'gbm': lambda x: x.mean(), 'ou': lambda x: x.var(), 'doublewell': lambda x: (x * x).mean(), 'heston': lambda x: x.mean()}
T = 10 if MODEL == 'doublewell' else 1
H = T / STEPS
ROOT = math.sqrt(H)


def numpy_run(np, gen):
    out = []
    for n in chunks():
        x, z, t = np.ones(n), np.empty(n), np.empty(n)
        if MODEL == 'gbm':
            for _ in range(STEPS):
                gen.standard_normal(out=z); z *= 0.2 * ROOT; z += 1 + 0.05 * H; x *= z
        elif MODEL == 'ou':
            for _ in range(STEPS):
                gen.standard_normal(out=z); x *= 1 - H; z *= 0.5 * ROOT; x += z
        elif MODEL == 'doublewell':
            for _ in range(STEPS):
                gen.standard_normal(out=z); np.multiply(x, x, out=t); t *= -H; t += 1 + H; x *= t; z *= 0.5 * ROOT; x += z
        else:
            v, w, s = np.full(n, 0.04), np.empty(n), np.empty(n)
            for _ in range(STEPS):
                gen.standard_normal(out=z); gen.standard_normal(out=w)
                np.maximum(v, 0, out=t); np.sqrt(t, out=s); s *= ROOT
                w *= 0.714142842854285; w -= 0.7 * z
                z *= s; z += 1 + 0.03 * H; x *= z
                w *= s; w *= 0.3; v += w; t -= 0.04; t *= 2 * H; v -= t
        out.append(x)
    return np.concatenate(out)


def torch_run(torch, dt):
    out = []
    for n in chunks():
        x, z = torch.ones(n, dtype=dt), torch.empty(n, dtype=dt)
        if MODEL == 'gbm':
            for _ in range(STEPS):
                z.normal_().mul_(0.2 * ROOT).add_(1 + 0.05 * H); x.mul_(z)
        elif MODEL == 'ou':
            for _ in range(STEPS):
                z.normal_(); x.mul_(1 - H).add_(z, alpha=0.5 * ROOT)
        elif MODEL == 'doublewell':
            for _ in range(STEPS):
                z.normal_(); x.mul_((x * x).mul_(-H).add_(1 + H)).add_(z, alpha=0.5 * ROOT)
        else:
            v, w = torch.full((n,), 0.04, dtype=dt), torch.empty(n, dtype=dt)
            for _ in range(STEPS):
                z.normal_(); w.normal_()
                t = v.clamp_min(0); s = t.sqrt().mul_(ROOT)
                w.mul_(0.714142842854285).add_(z, alpha=-0.7)
                x.mul_(z.mul_(s).add_(1 + 0.03 * H))
                v.add_(w.mul_(s), alpha=0.3).add_(t.sub_(0.04), alpha=-2 * H)
        out.append(x)
    return torch.cat(out).double().numpy()


def race(method, fill, buffer, run):
    """fill() fills the buffer of CHUNK numbers, run() returns the final states."""
    if MODEL == 'normals':
        times = PATHS * STEPS // CHUNK + 1
        t, _ = least(lambda: [fill() for _ in range(times)])
        squares = []
        for _ in range(100):
            fill()
            squares.append(float((buffer * buffer).mean()))
        line(method, t / times / CHUNK, sum(squares) / len(squares))
    else:
        t, x = least(run)
        line(method, t / PATHS / STEPS, MOMENT[MODEL](x))


if MODEL not in MOMENT and MODEL != 'normals':
    sys.exit('no model %s' % MODEL)
if LIBRARY == 'numpy':
    import numpy as np
    for name, bits in (('sfc64', np.random.SFC64), ('pcg64', np.random.PCG64)):
        if name == 'pcg64' and MODEL != 'normals':
            continue
        gen, buf = np.random.Generator(bits(7)), np.empty(CHUNK)
        race(name, lambda: gen.standard_normal(out=buf), buf, lambda: numpy_run(np, gen))
else:
    import torch
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    for name, dt in (('float64', torch.float64), ('float32', torch.float32)):
        torch.manual_seed(7)
        buf = torch.empty(CHUNK, dtype=dt)
        race(name, lambda: buf.normal_(), buf, lambda: torch_run(torch, dt))
