"""ito's networks in PyTorch: loads weights that ito wrote, measures inference and a step of training, and
exports the network to ONNX. Prints  TASK SECONDS,  and writes its answer for x.f32 to torch.f32.

torch_driver.py FOLDER SECONDS      the folder holds shape.json, net.safetensors, x.f32; net.onnx is written there"""
import copy
import json
import math
import os
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder, budget = sys.argv[1], float(sys.argv[2])


def read(path):
    """A safetensors file: eight bytes of header length, JSON, little-endian data."""
    with open(path, "rb") as f:
        n, = struct.unpack("<Q", f.read(8))
        head = json.loads(f.read(n))
        data = f.read()
    return {k: torch.from_numpy(np.frombuffer(data[v["data_offsets"][0]:v["data_offsets"][1]], np.float32).reshape(v["shape"]).copy())
            for k, v in head.items() if k != "__metadata__"}


def embed(c):
    f = 2 * math.pi * torch.exp2(-3 + 6 * torch.arange(32) / 31)
    a = f * c[:, None]
    return torch.stack([torch.sin(a), torch.cos(a)], 2).reshape(c.shape[0], 64)


class Net(torch.nn.Module):
    """Layers by their names in the file; matrices there are (in, out), convolutions (3, 3, in, out)."""

    def __init__(self, w):
        super().__init__()
        self.names = {}
        for k, v in w.items():
            if v.dim() == 2:
                v = v.T.contiguous()
                if ".skip." in k or ".qkv." in k or ".attention.out." in k:
                    v = v[:, :, None, None].contiguous()
            elif v.dim() == 4:
                v = v.permute(3, 2, 0, 1).contiguous()
            self.names[k] = k.replace(".", "_")
            self.register_parameter(self.names[k], torch.nn.Parameter(v))

    def w(self, name):
        return getattr(self, self.names[name])

    def linear(self, name, x):
        return F.linear(x, self.w(name + ".weight"), self.w(name + ".bias"))

    def conv(self, name, x, pad=1):
        return F.conv2d(x, self.w(name + ".weight"), self.w(name + ".bias"), padding=pad)


class MLP(Net):
    def __init__(self, w, shape):
        super().__init__(w)
        self.blocks = shape["blocks"]

    def forward(self, x, c):
        e = F.silu(self.linear("embed", embed(c)))
        h = self.linear("in", x)
        for b in range(self.blocks):
            u = F.silu(self.linear(f"block{b}.up", h) + self.linear(f"block{b}.noise", e))
            h = h + self.linear(f"block{b}.down", u)
        return self.linear("out", h)


class UNet(Net):
    def __init__(self, w, shape):
        super().__init__(w)
        self.s = shape

    def norm(self, name, x, e=None, silu=True):
        x = F.group_norm(x, self.s["groups"], self.w(name + ".weight"), self.w(name + ".bias"), 1e-5)
        if e is not None:
            scale, shift = self.linear(name + ".film", e)[:, :, None, None].chunk(2, 1)
            x = x * (1 + scale) + shift
        return F.silu(x) if silu else x

    def block(self, name, x, channels, e):
        skip = self.conv(name + ".skip", x, 0) if x.shape[1] != channels else x
        h = self.conv(name + ".conv0", self.norm(name + ".norm0", x))
        return skip + self.conv(name + ".conv1", self.norm(name + ".norm1", h, e))

    def attention(self, name, x):
        n, c, h, w = x.shape
        qkv = self.conv(name + ".qkv", self.norm(name + ".norm", x, silu=False), 0)
        d = c // self.s["heads"]
        q, k, v = qkv.reshape(n, 3, self.s["heads"], d, h * w).unbind(1)
        p = torch.softmax(q.transpose(2, 3) @ k / math.sqrt(d), 3)
        y = (v @ p.transpose(2, 3)).reshape(n, c, h, w)
        return x + self.conv(name + ".out", y, 0)

    def stage(self, name, x, channels, e):
        x = self.block(name, x, channels, e)
        return self.attention(name + ".attention", x) if max(x.shape[2:]) <= self.s.get("attend", 0) else x

    def forward(self, x, c):
        s = self.s
        e = F.silu(self.linear("embed1", F.silu(self.linear("embed0", embed(c)))))
        h = self.conv("in", x)
        skips = [h]
        for i, m in enumerate(s["mults"]):
            for j in range(s["blocks"]):
                h = self.stage(f"down{i}.block{j}", h, s["base"] * m, e)
                skips.append(h)
            if i < len(s["mults"]) - 1:
                h = F.avg_pool2d(h, 2)
                skips.append(h)
        width = s["base"] * s["mults"][-1]
        h = self.stage("middle.block0", h, width, e)
        h = self.block("middle.block1", h, width, e)
        for i in reversed(range(len(s["mults"]))):
            for j in range(s["blocks"] + 1):
                h = self.stage(f"up{i}.block{j}", torch.cat([h, skips.pop()], 1), s["base"] * s["mults"][i], e)
            if i > 0:
                h = F.interpolate(h, scale_factor=2, mode="nearest")
        return self.conv("out.conv", self.norm("out.norm", h))


def once(f):
    c, w = time.process_time_ns(), time.perf_counter_ns()
    f()
    dw, dc = time.perf_counter_ns() - w, time.process_time_ns() - c
    return (dw if dw < 2_000_000 else dc) * 1e-9


def measure(task, f):
    """The time that a twentieth of the runs beat; wall time, or CPU time where that is over 2 ms."""
    runs, total = [], 0.0
    f()
    while len(runs) < 3 or (total < budget and len(runs) < 20000):
        runs.append(once(f))
        total += runs[-1]
    print("%s %.6g" % (task, sorted(runs)[len(runs) // 20]), flush=True)


def trainer(net, rows, dim):
    """A step of denoising score matching with EDM's weighting, clipping, AdamW and an average, as score.Train's."""
    net = copy.deepcopy(net)
    average = [p.detach().clone() for p in net.parameters()]
    opt = torch.optim.AdamW(net.parameters(), lr=1e-4, betas=(0.9, 0.99), weight_decay=0)
    data = torch.randn(rows, *dim)

    def step():
        sigma = torch.exp(-1.2 + 1.2 * torch.randn(rows))
        s = sigma.reshape(rows, *[1] * len(dim))
        noisy = data + s * torch.randn_like(data)
        root = torch.sqrt(s * s + 1)
        f = net(noisy / root, torch.log(sigma) / 4)
        target = (data - noisy / root**2) * root / s
        loss = ((f - target) ** 2).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        with torch.no_grad():
            torch._foreach_mul_(average, 0.999)
            torch._foreach_add_(average, [p.detach() for p in net.parameters()], alpha=0.001)

    return step


def main():
    with open(os.path.join(folder, "shape.json")) as f:
        spec = json.load(f)
    w = read(os.path.join(folder, "net.safetensors"))
    rows, train, shape = spec["rows"], spec["train"], spec["shape"]
    x = torch.from_numpy(np.fromfile(os.path.join(folder, "x.f32"), np.float32).copy())
    if spec["kind"] == "mlp":
        net, dim = MLP(w, shape), (shape["dim"],)
        x = x.reshape(rows, -1)
    else:
        net, dim = UNet(w, shape), (shape["channels"], shape["height"], shape["width"])
        x = x.reshape(rows, shape["height"], shape["width"], shape["channels"]).permute(0, 3, 1, 2).contiguous()
    c = torch.full((1,), 0.3)
    with torch.no_grad():
        y = net(x, c)
        torch.onnx.export(net, (x, c), os.path.join(folder, "net.onnx"), input_names=["x", "c_noise"],
                          output_names=["out"], opset_version=13)
        if len(dim) == 3:
            y = y.permute(0, 2, 3, 1)
        y.contiguous().numpy().tofile(os.path.join(folder, "torch.f32"))
        measure("inference", lambda: net(x, c))
    measure("training", trainer(net, train, dim))


main()
