"""Export a PyTorch score network for ito's package score/onnx.

The one function that a user needs is export below:

    export(module, "net.onnx", dim=(3, 32, 32), level="timestep", whole=True, classes=True)

for a module called as module(x, level) or module(x, level, class_labels), with
x of shape (rows, *dim), a level and a class for each row. Then, in Go,

    onnx.Open("net.onnx", onnx.Config{Parameterisation: score.Noise,
        Process: p, Conditioning: onnx.Timestep(1000)})

Run as a script it writes the networks and answers of testdata, for which PyTorch
1.13 or later and the package onnx are needed:

    python3 export.py testdata
"""

import json
import math
import sys

import torch


def export(module, path, dim, level="timestep", whole=False, classes=False, scalar=False, fixed=None):
    """Write module to an ONNX file with a dynamic number of rows.

    level names the input that tells the network of the noise, whole makes it int64
    instead of float32, scalar one number for all rows. fixed is a number of rows that
    the file is made for, where the network cannot have a dynamic one.
    """
    rows = fixed or 2
    x = torch.zeros(rows, *dim)
    dtype = torch.int64 if whole else torch.float32
    t = torch.ones((), dtype=dtype) if scalar else torch.ones(rows, dtype=dtype)
    args, names = [x, t], ["x", level]
    if classes:
        args.append(torch.zeros(rows, dtype=torch.int64))
        names.append("class_labels")
    dynamic = {}
    if not fixed:
        dynamic = {n: {0: "rows"} for n in names + ["out"] if not (scalar and n == level)}
    module.eval()
    torch.onnx.export(module, tuple(args), path, input_names=names, output_names=["out"],
                      dynamic_axes=dynamic, opset_version=13)


# ---------------------------------------------------------------- networks of the tests

SD = 0.5  # of the data


class Raw(torch.nn.Module):
    """EDM's raw F(c_in x, c_noise)."""

    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(4 + 3, 16)
        self.b = torch.nn.Linear(16, 4)

    def forward(self, x, c):
        c = c[:, None]
        h = torch.cat([x, c, torch.sin(c), torch.cos(c)], 1)
        return self.b(torch.nn.functional.silu(self.a(h)))


class Denoiser(torch.nn.Module):
    """D(x, σ) with the preconditioning of Karras et al. (2022), table 1."""

    def __init__(self, raw):
        super().__init__()
        self.raw = raw

    def forward(self, x, sigma):
        s = sigma[:, None]
        root = torch.sqrt(s * s + SD * SD)
        return SD * SD / root**2 * x + s * SD / root * self.raw(x / root, torch.log(sigma) / 4)


def betas():
    return torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)


class Noise(torch.nn.Module):
    """ε(x, k) of x = αx₀ + σε at the discrete steps of DDPM."""

    def __init__(self, raw):
        super().__init__()
        self.denoiser = Denoiser(raw)
        alpha2 = torch.cumprod(1 - betas(), 0)
        self.register_buffer("alpha", alpha2.sqrt().float())
        self.register_buffer("sigma", (1 - alpha2).sqrt().float())

    def forward(self, x, k):
        a, s = self.alpha[k][:, None], self.sigma[k][:, None]
        return (x - a * self.denoiser(x / a, (s / a)[:, 0])) / s


class Velocity(torch.nn.Module):
    """v = αε − σD of x on the unit circle α² + σ² = 1, told of 2 ln(α/σ)."""

    def __init__(self, raw):
        super().__init__()
        self.denoiser = Denoiser(raw)

    def forward(self, x, logsnr):
        a, s = torch.sqrt(torch.sigmoid(logsnr))[:, None], torch.sqrt(torch.sigmoid(-logsnr))[:, None]
        d = self.denoiser(x / a, (s / a)[:, 0])
        return a * (x - a * d) / s - s * d


class Flow(torch.nn.Module):
    """u = ε − D of x = (1−t)x₀ + tε, told of 1000 t as one number for all rows."""

    def __init__(self, raw):
        super().__init__()
        self.denoiser = Denoiser(raw)

    def forward(self, x, t):
        t = (t / 1000).expand(x.shape[0])[:, None]
        d = self.denoiser(x / (1 - t), (t / (1 - t))[:, 0])
        return (x - (1 - t) * d) / t - d


class Picture(torch.nn.Module):
    """ε and a variance for pictures of 3×4×4, by timestep and class."""

    def __init__(self):
        super().__init__()
        self.time = torch.nn.Linear(2, 8)
        self.kind = torch.nn.Embedding(4, 8)
        self.a = torch.nn.Conv2d(3, 8, 3, padding=1)
        self.norm = torch.nn.GroupNorm(2, 8)
        self.b = torch.nn.Conv2d(8, 6, 3, padding=1)

    def forward(self, x, k, y):
        t = k.float()[:, None] / 1000
        e = self.time(torch.cat([torch.sin(6 * t), torch.cos(6 * t)], 1)) + self.kind(y)
        h = self.norm(self.a(x)) + e[:, :, None, None]
        return self.b(torch.nn.functional.silu(h))


def answers(of, x, levels):
    """Denoised rows at (α, σ) pairs, in doubles."""
    cases = []
    for alpha, sigma, level in levels:
        rows = alpha * 0.3 * x + sigma * x.flip(0)
        d = of(rows, level, alpha, sigma)
        cases.append({"alpha": alpha, "sigma": sigma, "x": rows.flatten().tolist(), "d": d.flatten().tolist()})
    return cases


def main(out):
    torch.manual_seed(7)
    with torch.no_grad():
        raw = Raw()
        x = torch.randn(5, 4)
        ones = torch.ones(5)
        alpha2 = torch.cumprod(1 - betas(), 0)
        result = {}

        export(raw, f"{out}/edm.onnx", (4,), level="c_noise")
        sigmas = [0.01, 0.3, 2.0, 60.0]
        den = Denoiser(raw)
        result["edm"] = answers(lambda r, s, a, _: den(r, s * ones), x, [(1.0, s, s) for s in sigmas])
        export(den, f"{out}/data.onnx", (4,), level="sigma")
        result["data"] = result["edm"]

        steps = [0, 100, 500, 999]
        on_circle = [(math.sqrt(float(alpha2[k])), math.sqrt(1 - float(alpha2[k])), k) for k in steps]
        eps = Noise(raw)
        export(eps, f"{out}/noise.onnx", (4,), whole=True)
        result["noise"] = answers(
            lambda r, k, a, s: (r.double() - s * eps(r, torch.full((5,), k)).double()) / a, x, on_circle)

        vel = Velocity(raw)
        export(vel, f"{out}/velocity.onnx", (4,), level="logsnr")
        result["velocity"] = answers(
            lambda r, k, a, s: a * r.double() - s * vel(r, 2 * math.log(a / s) * ones).double(), x, on_circle)

        flow = Flow(raw)
        export(flow, f"{out}/flow.onnx", (4,), level="t", scalar=True)
        result["flow"] = answers(
            lambda r, t, a, s: r.double() - s * flow(r, torch.tensor(1000 * t)).double(), x,
            [(1 - t, t, t) for t in (0.01, 0.4, 0.99)])

        pic = Picture()
        pictures = torch.randn(5, 3, 4, 4)
        export(pic, f"{out}/picture.onnx", (3, 4, 4), whole=True, classes=True)
        for y in (0, 3):
            result[f"picture{y}"] = answers(
                lambda r, k, a, s: (r.double() - s * pic(r, torch.full((5,), k), torch.full((5,), y))[:, :3].double()) / a,
                pictures, on_circle)
        export(pic, f"{out}/fixed.onnx", (3, 4, 4), whole=True, classes=True, fixed=3)
        with open(f"{out}/answers.json", "w") as f:
            json.dump(result, f)


if __name__ == "__main__":
    main(sys.argv[1])
