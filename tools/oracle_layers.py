"""Makes the figures of the layers from PyTorch: tests/fixtures/oracle/{layers,norms}.json.

    python3 -m venv oracle && oracle/bin/pip install torch numpy
    oracle/bin/python tools/oracle_layers.py

Each case has the inputs, what comes out, and the gradient of the sum of what comes out times a
cotangent. Every case is there in float32 and in float64.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {"torch": torch.__version__, "numpy": np.__version__}
CASES = []


def plain(x, digits):
    return {
        "shape": list(x.shape),
        "data": [float(f"%.{digits}g" % v) if np.isfinite(v) else str(v)
                 for v in x.detach().double().flatten().tolist()],
    }


def case(name, options, inputs, f, integers=()):
    """`f` maps the inputs to one output, or to an output and others that have no gradient."""
    rng = np.random.default_rng(len(CASES))
    fixed = {k: torch.tensor(v) for k, v in dict(integers).items()}
    record = {"name": name, "options": options,
              "inputs": {k: plain(torch.tensor(v), 6) for k, v in inputs.items()},
              "integers": {k: v.tolist() for k, v in fixed.items()}}
    cotangent = None
    for dtype, digits in ((torch.float32, 9), (torch.float64, 17)):
        tensors = {k: torch.tensor(v).to(dtype).requires_grad_() for k, v in inputs.items()}
        result = f(**tensors, **fixed)
        y, extra = result if isinstance(result, tuple) else (result, {})
        if cotangent is None:
            cotangent = rng.normal(size=tuple(y.shape)).round(2)
            record["cotangent"] = plain(torch.tensor(cotangent), 6)
        (y * torch.tensor(cotangent).to(dtype)).sum().backward()
        record[str(dtype).removeprefix("torch.")] = {
            "output": plain(y, digits)["data"],
            **{k: plain(v, digits)["data"] for k, v in extra.items()},
            "gradients": {k: plain(v.grad, digits)["data"]
                          for k, v in tensors.items() if v.grad is not None},
        }
    CASES.append(record)


def draw(seed, scale=1.0, offset=0.0, **shapes):
    rng = np.random.default_rng(seed)
    # Few digits, which the file has all of.
    return {k: (rng.normal(size=s).round(2) * scale + offset).round(6) for k, s in shapes.items()}


def linear_figures():
    for shape in ((5, 3), (3,), (2, 4, 3), (0, 3)):
        case("linear", {}, draw(1, x=shape, weight=(3, 4), bias=(4,)),
             lambda x, weight, bias: F.linear(x, weight.T, bias))
    case("linear", {"bias": False}, draw(2, x=(5, 3), weight=(3, 4)),
         lambda x, weight: F.linear(x, weight.T))
    for front in ((5,), (2, 3), (), (0,)):
        case("bilinear", {},
             draw(3, x=(*front, 3), y=(*front, 4), weight=(3, 4, 2), bias=(2,)),
             lambda x, y, weight, bias: F.bilinear(x, y, weight.permute(2, 0, 1), bias))
    case("bilinear", {"bias": False}, draw(4, x=(5, 3), y=(5, 4), weight=(3, 4, 2)),
         lambda x, y, weight: F.bilinear(x, y, weight.permute(2, 0, 1)))
    for ids in ([2, 0, 2, 4, 2], [[1, 1, 1], [0, 4, 1]], 3):
        case("embedding", {}, draw(5, weight=(5, 3)),
             lambda weight, ids: F.embedding(ids, weight), integers={"ids": ids})


SHAPES = ((6, 3), (4, 3, 4), (2, 3, 3, 2), (2, 3, 2, 1, 2))


def batch_norm(momentum, eps, training):
    def f(x, mean, variance, weight=None, bias=None):
        m, v = mean.detach().clone(), variance.detach().clone()
        y = F.batch_norm(x, m, v, weight, bias, training, momentum, eps)
        return y, {"mean": m, "variance": v}
    return f


def norm_figures():
    for i, shape in enumerate(SHAPES):
        affine = {"weight": (3,), "bias": (3,)}
        # With an offset the mean is far from 0.
        for training in (True, False):
            for extra, momentum, eps in ((affine, 0.1, 1e-5), ({}, 0.7, 1e-2)):
                case("batchNorm", {"momentum": momentum, "eps": eps, "training": training},
                     {**draw(10 + i, scale=1.5, offset=2, x=shape, mean=(3,), **extra),
                      "variance": np.array([0.3, 1.0, 4.0])},
                     batch_norm(momentum, eps, training))
        if len(shape) > 2:
            case("instanceNorm", {"eps": 1e-5}, draw(20 + i, x=shape),
                 lambda x: F.instance_norm(x))
            case("instanceNorm", {"eps": 1e-2}, draw(30 + i, x=shape, **affine),
                 lambda x, weight, bias: F.instance_norm(x, weight=weight, bias=bias, eps=1e-2))
    # Of another constant PyTorch's float32 has lost half of its digits.
    constant = draw(40, weight=(3,), bias=(3,))
    case("batchNorm", {"momentum": 0.1, "eps": 1e-5, "training": True},
         {**constant, "x": np.zeros((4, 3)), "mean": np.zeros(3), "variance": np.ones(3)},
         batch_norm(0.1, 1e-5, True))
    for i, (shape, groups) in enumerate(
        (((3, 6), 2), ((2, 6, 4), 3), ((2, 4, 3, 2), 4), ((2, 4, 3, 2), 1), ((0, 4, 2), 2))
    ):
        c = shape[1]
        case("groupNorm", {"groups": groups, "eps": 1e-5},
             draw(50 + i, offset=1, x=shape, weight=(c,), bias=(c,)),
             lambda x, weight, bias: F.group_norm(x, groups, weight, bias))
        case("groupNorm", {"groups": groups, "eps": 1e-2}, draw(60 + i, x=shape),
             lambda x: F.group_norm(x, groups, eps=1e-2))
    for i, (shape, over) in enumerate(
        (((4, 5), (5,)), ((5,), (5,)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 4)), ((0, 4), (4,)))
    ):
        for eps in (1e-5, 1e-2):
            case("layerNorm", {"eps": eps},
                 draw(70 + i, scale=3, offset=-1, x=shape, weight=over, bias=over),
                 lambda x, weight, bias: F.layer_norm(x, over, weight, bias, eps))
        for eps in (None, 1e-2):
            case("rmsNorm", {} if eps is None else {"eps": eps},
                 draw(80 + i, offset=1, x=shape, weight=over),
                 lambda x, weight: F.rms_norm(x, over, weight, eps))
    case("layerNorm", {"eps": 1e-5}, {**draw(90, weight=(4,), bias=(4,)), "x": np.full((2, 4), 7.0)},
         lambda x, weight, bias: F.layer_norm(x, (4,), weight, bias))
    case("rmsNorm", {}, {**draw(91, weight=(4,)), "x": np.zeros((2, 4))},
         lambda x, weight: F.rms_norm(x, (4,), weight))
    for scale in (1e4, 1e-4):
        case("layerNorm", {"eps": 1e-5}, draw(92, scale=scale, x=(3, 6), weight=(6,), bias=(6,)),
             lambda x, weight, bias: F.layer_norm(x, (6,), weight, bias))


def save(name, contents):
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in contents)
    text = f'{{"versions": {json.dumps(VERSIONS)}, "cases": [\n{lines}\n]}}\n'
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


if __name__ == "__main__":
    linear_figures()
    save("layers", CASES)
    CASES.clear()
    norm_figures()
    save("norms", CASES)
