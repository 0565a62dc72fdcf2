"""Makes the figures of the models in examples/models from PyTorch:
tests/fixtures/oracle/models.json.

    python3 -m venv oracle && oracle/bin/pip install torch numpy
    oracle/bin/python tools/oracle_models.py

Weights, inputs and labels follow from a hash of their positions, so that they need not be stored; the
test makes the same ones. For each model the file has the logits, the loss, and of each parameter's
gradient the length and a few elements. Everything is computed in float64.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle" / "models.json"
VERSIONS = {"torch": torch.__version__, "numpy": np.__version__}


def uniform(seed, *shape):
    """Numbers from 0 to below 1, of 24 bits."""
    u = np.uint32
    with np.errstate(over="ignore"):
        i = np.arange(1, int(np.prod(shape)) + 1, dtype=u)
        h = (i * u(0x9E3779B1)) ^ u((seed * 0x85EBCA6B) & 0xFFFFFFFF)
        h = (h ^ (h >> u(16))) * u(0x85EBCA6B)
        h = (h ^ (h >> u(13))) * u(0xC2B2AE35)
        h = (h ^ (h >> u(16))) >> u(8)
    return torch.tensor((h / 2**24).reshape(shape))


def whole(seed, below, *shape):
    return (uniform(seed, *shape) * below).floor().long()


class Leaves:
    """The parameters, in the order of the library's tree: by their names, item by item."""

    def __init__(self):
        self.all = []

    def __call__(self, *shape):
        v = 2 * uniform(100 + len(self.all), *shape) - 1
        size = v.numel()
        x = v * 1.5 / size**0.25 if len(shape) > 1 else v * 0.1
        x.requires_grad_()
        self.all.append(x)
        return x

    def scale(self, *shape):
        x = 1 + 0.1 * (2 * uniform(100 + len(self.all), *shape) - 1)
        x.requires_grad_()
        self.all.append(x)
        return x


def figures(name, leaves, logits, labels):
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))
    loss.backward()
    some = lambda x: [float("%.9g" % x.flatten()[i * x.numel() // 4]) for i in range(4)]
    flat = logits.detach().flatten()
    return {
        "name": name,
        "loss": loss.item(),
        "logits": [float("%.9g" % v) for v in flat[:: max(1, flat.numel() // 40)]],
        "gradients": [
            {"norm": float("%.9g" % x.grad.norm()), "some": some(x.grad)} for x in leaves.all
        ],
    }


def resnet():
    p = Leaves()

    def norm(x):
        bias, weight = p(x.shape[1]), p.scale(x.shape[1])
        return F.batch_norm(x, None, None, weight, bias, training=True)

    def ways(x, outputs, stride):
        inputs = x.shape[1]
        y = norm(F.conv2d(x, p(outputs, inputs, 3, 3), stride=stride, padding=1))
        y = norm(F.conv2d(F.relu(y), p(outputs, outputs, 3, 3), padding=1))
        if stride == 2:
            x = norm(F.conv2d(x, p(outputs, inputs, 1, 1), stride=2))
        return F.relu(x + y)

    x = 2 * uniform(1, 2, 3, 32, 32) - 1
    x = F.relu(norm(F.conv2d(x, p(64, 3, 3, 3), padding=1)))
    for outputs, stride in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]:
        x = ways(x, outputs, stride)
    bias, weight = p(10), p(512, 10)
    return figures("resnet", p, x.mean((2, 3)) @ weight + bias, whole(2, 10, 2))


def vgg():
    p = Leaves()

    def conv(x, outputs, padding):
        bias, weight = p(outputs), p(outputs, x.shape[1], 3, 3)
        return F.relu(F.conv2d(x, weight, bias, padding=padding))

    def linear(x, outputs):
        bias, weight = p(outputs), p(x.shape[1], outputs)
        return x @ weight + bias

    x = 2 * uniform(1, 4, 3, 32, 32) - 1
    x = F.max_pool2d(conv(conv(x, 32, 1), 32, 0), 2)
    x = F.max_pool2d(conv(conv(x, 64, 1), 64, 0), 2)
    return figures("vgg", p, linear(F.relu(linear(x.flatten(1), 512)), 10), whole(2, 10, 4))


def lstm():
    p = Leaves()

    def read(x, backwards=False):
        bias_hh, bias_ih, weight_hh, weight_ih = (
            p(4, 64), p(4, 64), p(64, 4, 64), p(x.shape[2], 4, 64),
        )
        layer = torch.nn.LSTM(x.shape[2], 64, batch_first=True, dtype=torch.float64)
        packed = {
            "weight_ih_l0": weight_ih.flatten(1).T,
            "weight_hh_l0": weight_hh.flatten(1).T,
            "bias_ih_l0": bias_ih.flatten(),
            "bias_hh_l0": bias_hh.flatten(),
        }
        x = x.flip(1) if backwards else x
        y, _ = torch.func.functional_call(layer, packed, (x,))
        return y.flip(1) if backwards else y

    x = p(1000, 32)[whole(1, 1000, 3, 12)]
    backward = read(x, True)
    x = torch.cat([read(x), backward], -1)
    x = read(x)[:, -1]
    bias, weight = p(2), p(64, 2)
    return figures("lstm", p, x @ weight + bias, whole(2, 2, 3))


def gpt():
    p = Leaves()
    parts = []

    def norm():
        bias, weight = p(128), p.scale(128)
        return lambda x: F.layer_norm(x, (128,), weight, bias, 1e-5)

    def attention():
        shapes = {"key": (128, 4, 32), "output": (4, 32, 128), "query": (128, 4, 32), "value": (128, 4, 32)}
        own = {}
        for k, shape in shapes.items():
            own[k] = p(*shape[1:]) if k != "output" else p(128), p(*shape)

        def heads(x, k):
            bias, weight = own[k]
            return torch.einsum("btc,chd->bhtd", x, weight) + bias[:, None]

        def run(x):
            y = F.scaled_dot_product_attention(
                heads(x, "query"), heads(x, "key"), heads(x, "value"), is_causal=True
            )
            bias, weight = own["output"]
            return torch.einsum("bhtd,hdc->btc", y, weight) + bias

        return run

    def linear(inputs, outputs):
        bias, weight = p(outputs), p(inputs, outputs)
        return lambda x: x @ weight + bias

    for _ in range(4):
        first, attend, second = norm(), attention(), norm()
        up, down = linear(128, 512), linear(512, 128)
        parts.append(lambda x, f=first, a=attend: x + a(f(x)))
        parts.append(lambda x, s=second, u=up, d=down: x + d(F.gelu(u(s(x)))))
    parts.append(norm())
    positions, tokens = p(64, 128), p(256, 128)
    x = tokens[whole(1, 256, 2, 64)] + positions
    for part in parts:
        x = part(x)
    return figures("gpt", p, x @ tokens.T, whole(2, 256, 2, 64))


if __name__ == "__main__":
    cases = [f() for f in (resnet, vgg, lstm, gpt)]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    text = f'{{"versions": {json.dumps(VERSIONS)}, "cases": [\n{lines}\n]}}\n'
    with tempfile.NamedTemporaryFile("w", dir=OUT.parent, delete=False) as file:
        file.write(text)
    os.replace(file.name, OUT)
