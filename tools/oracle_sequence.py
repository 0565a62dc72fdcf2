"""Makes the figures of recurrent layers, attention and positions from PyTorch:
tests/fixtures/oracle/{recurrent,attention}.json.

    python3 -m venv oracle && oracle/bin/pip install torch numpy
    oracle/bin/python tools/oracle_sequence.py

Each case has the inputs, what comes out, and the gradients of the sum of all that comes out times
cotangents, all in float64.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_num_threads(1)
OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {"torch": torch.__version__, "numpy": np.__version__}
RNG = np.random.default_rng(5)


def draw(*shape, scale=1.0):
    # Few digits, which the file has all of.
    return torch.tensor((RNG.normal(size=shape) * scale).round(3))


def plain(x):
    values = x.detach().flatten().tolist()
    if x.dtype == torch.bool:
        return {"shape": list(x.shape), "data": [int(v) for v in values]}
    data = [float("%.17g" % v) if np.isfinite(v) else str(v).replace("inf", "Infinity")
            for v in values]
    return {"shape": list(x.shape), "data": data}


def case(name, f, inputs, masks=None, **options):
    """`f` maps the inputs, and the masks as they are, to named outputs."""
    masks = masks or {}
    tensors = {k: v.clone().double().requires_grad_() for k, v in inputs.items()}
    outputs = f(**tensors, **masks)
    cotangents = {k: draw(*v.shape) for k, v in outputs.items()}
    sum((v * cotangents[k]).sum() for k, v in outputs.items()).backward()
    return {"name": name, "options": options,
            "inputs": {k: plain(v) for k, v in inputs.items()},
            "masks": {k: plain(v) for k, v in masks.items()},
            "outputs": {k: plain(v) for k, v in outputs.items()},
            "cotangents": {k: plain(v) for k, v in cotangents.items()},
            "gradients": {k: plain(v.grad)["data"] for k, v in tensors.items()}}


def save(name, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    text = f'{{"versions": {json.dumps(VERSIONS)}, "cases": [\n{lines}\n]}}\n'
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


KINDS = {
    "rnn tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
    "rnn relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (torch.nn.LSTM, {}),
    "gru": (torch.nn.GRU, {}),
}


def recurrent_case(kind, inputs, size, what, x, h0=None, lengths=None, **options):
    module, extra = KINDS[kind]
    net = module(inputs, size, batch_first=True, dtype=torch.float64, **extra, **options)
    params = {k: draw(*v.shape) for k, v in net.named_parameters()}
    states = {} if h0 is None else {"h0": h0}
    if h0 is not None and kind == "lstm":
        states["c0"] = draw(*h0.shape)
    masks = {}
    if lengths is not None:
        masks["mask"] = torch.arange(x.shape[1])[None, :] < torch.tensor(lengths)[:, None]

    def run(x, h0=None, c0=None, mask=None, **params):
        start = h0 if c0 is None else (h0, c0)
        given = x if mask is None else pack_padded_sequence(x, lengths, True, False)
        y, last = torch.func.functional_call(net, params, (given, start))
        if mask is not None:
            y, _ = pad_packed_sequence(y, True, total_length=x.shape[1])
        h, c = last if kind == "lstm" else (last, None)
        return {"y": y, "h": h, **({} if c is None else {"c": c})}

    return case(f"{kind}, {what}", run, {"x": x, **states, **params}, masks,
                kind=kind.split()[0], **extra, **options)


def recurrent_figures():
    cases = []
    for kind in KINDS:
        cases += [
            recurrent_case(kind, 3, 2, "from a state", draw(2, 4, 3), draw(1, 2, 2)),
            recurrent_case(kind, 2, 3, "one sequence, no biases", draw(3, 2), bias=False),
            recurrent_case(kind, 2, 2, "extreme inputs", draw(1, 3, 2, scale=1e4)),
            recurrent_case(kind, 2, 2, "of different lengths, both directions", draw(3, 4, 2),
                           draw(2, 3, 2), lengths=[2, 4, 1], bidirectional=True),
            recurrent_case(kind, 2, 2, "two layers, both directions", draw(2, 3, 2),
                           bidirectional=True, num_layers=2),
        ]
    save("recurrent", cases)


def product_case(name, q, k, v, mask=None, bias=None, causal=False, scale=None):
    def run(q, k, v, mask=None, bias=None):
        with sdpa_kernel(SDPBackend.MATH):
            return {"y": F.scaled_dot_product_attention(
                q, k, v, attn_mask=bias if mask is None else mask, is_causal=causal, scale=scale)}

    options = {"causal": causal, **({} if scale is None else {"scale": scale})}
    inputs = {"q": q, "k": k, "v": v, **({} if bias is None else {"bias": bias})}
    return case(f"product, {name}", run, inputs, {} if mask is None else {"mask": mask},
                kind="product", **options)


def heads_case(name, query, key=None, value=None, seen=None, present=None, **options):
    """`seen` [L, S] and `present` [B, S] are true where queries may look; here PyTorch has false."""
    net = torch.nn.MultiheadAttention(4, 2, batch_first=True, dtype=torch.float64, **options)
    params = {k: draw(*v.shape) for k, v in net.named_parameters()}
    others = {k: v for k, v in (("key", key), ("value", value)) if v is not None}
    masks = {k: v for k, v in (("seen", seen), ("present", present)) if v is not None}

    def run(query, key=None, value=None, seen=None, present=None, **params):
        key = query if key is None else key
        value = key if value is None else value
        given = {"need_weights": False,
                 "attn_mask": None if seen is None else ~seen,
                 "key_padding_mask": None if present is None else ~present}
        return {"y": torch.func.functional_call(net, params, (query, key, value), given)[0]}

    return case(f"heads, {name}", run, {"query": query, **others, **params}, masks, kind="heads")


def rotate_half(x):
    a, b = x.chunk(2, -1)
    return torch.cat((-b, a), -1)


def rotary_case(name, x, positions, base, interleaved, features):
    """As Llama's own code turns complex numbers, and as Hugging Face's turns halves."""
    angles = positions.double()[..., None] * base ** (
        -torch.arange(0, features, 2, dtype=torch.float64) / features)

    def run(x):
        turned, rest = x[..., :features], x[..., features:]
        if interleaved:
            pairs = torch.view_as_complex(turned.unflatten(-1, (-1, 2)).contiguous())
            turned = torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles))
            turned = turned.flatten(-2)
        else:
            double = torch.cat((angles, angles), -1)
            turned = turned * double.cos() + rotate_half(turned) * double.sin()
        return {"y": torch.cat((turned, rest), -1)}

    return case(f"rotary, {name}", run, {"x": x}, {}, kind="rotary", base=base,
                interleaved=interleaved, features=features, positions=positions.tolist())


def attention_figures():
    q, k, v = draw(2, 2, 3, 4), draw(2, 2, 4, 4), draw(2, 2, 4, 2)
    some = torch.tensor([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]]).bool()
    bias = draw(3, 4)
    bias[0, 1], bias[2] = -torch.inf, -torch.inf
    present = torch.tensor([[1, 1, 1, 0], [0, 1, 0, 0]]).bool()
    at = torch.arange(5)
    cases = [
        product_case("plain", q, k, v),
        product_case("with a scale", q, k, v, scale=0.3),
        product_case("shared keys and values", q, k[:, :1], v[:, :1]),
        product_case("causal", k, k, v, causal=True),
        product_case("causal, fewer queries", q, k, v, causal=True),
        product_case("causal, fewer keys", k, q, v[..., :3, :], causal=True),
        product_case("masked, a row altogether", q, k, v, mask=some),
        product_case("masked, each by itself", q, k, v, mask=torch.tensor(
            RNG.random((2, 2, 3, 4)) < 0.4)),
        product_case("with a bias, a row of -inf", q, k, v, bias=bias),
        product_case("extreme", q * 1e4, k, v),
        product_case("extreme and causal", k * -1e4, k, v, causal=True),
        heads_case("self", draw(2, 3, 4)),
        heads_case("self, no biases", draw(2, 3, 4), bias=False),
        heads_case("self, causal", draw(2, 3, 4), seen=torch.ones(3, 3).tril().bool()),
        heads_case("cross", draw(2, 3, 4), draw(2, 4, 4), present=present),
        heads_case("cross, of other features", draw(2, 3, 4), draw(2, 4, 3), draw(2, 4, 5),
                   kdim=3, vdim=5),
        rotary_case("halves", draw(2, 5, 6), at, 10000.0, False, 6),
        rotary_case("neighbours", draw(2, 5, 6), at, 10000.0, True, 6),
        rotary_case("halves, some", draw(2, 5, 6), at + 100_000, 500.0, False, 4),
        rotary_case("neighbours, some", draw(2, 5, 6), at * 0.25, 10000.0, True, 2),
    ]
    save("attention", cases)


recurrent_figures()
attention_figures()
