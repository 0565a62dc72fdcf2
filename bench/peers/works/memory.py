"""Works that move more than they compute: softmax, layer norm, a chain of eight operations."""

import jax as xla
import jax.numpy as jnp
import numpy as np
import torch

from measure import figures, onnx_session, values

EPSILON = 1e-5


def operands(shape):
    return values(1, shape, -4, 4), values(2, shape[1:]), values(3, shape[1:])


def pytorch(given):
    x, scale, shift = map(torch.from_numpy, operands(given["shape"]))
    run = {
        "softmax": lambda: torch.softmax(x, -1),
        "norm": lambda: torch.nn.functional.layer_norm(x, x.shape[1:], scale, shift, EPSILON),
        "chain": lambda: x.mul(1.5).add_(0.5).abs_().neg_().exp_().add_(1).reciprocal_().sqrt_(),
    }[given["kind"]]
    return run, lambda: figures(run().numpy())


def jax(given):
    x, scale, shift = map(jnp.asarray, operands(given["shape"]))

    def norm(x):
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        return centred / jnp.sqrt(variance + EPSILON) * scale + shift

    functions = {
        "softmax": xla.nn.softmax,
        "norm": norm,
        "chain": lambda x: jnp.sqrt(jnp.reciprocal(jnp.exp(-jnp.abs(x * 1.5 + 0.5)) + 1)),
    }
    f = xla.jit(functions[given["kind"]])
    return lambda: f(x).block_until_ready(), lambda: figures(f(x))


def onnx(given):
    from onnx.helper import make_node

    x, scale, shift = operands(given["shape"])
    chain = ["Mul", "Add", "Abs", "Neg", "Exp", "Add", "Reciprocal", "Sqrt"]
    second = {0: ["three_halves"], 1: ["half"], 5: ["one"]}
    names = ["x", *(f"t{i}" for i in range(7)), "out"]
    nodes = {
        "softmax": [make_node("Softmax", ["x"], ["out"], axis=-1)],
        "norm": [
            make_node(
                "LayerNormalization", ["x", "scale", "shift"], ["out"], axis=1, epsilon=EPSILON
            )
        ],
        "chain": [
            make_node(op, [names[i], *second.get(i, [])], [names[i + 1]])
            for i, op in enumerate(chain)
        ],
    }[given["kind"]]
    constants = {
        "softmax": {},
        "norm": {"scale": scale, "shift": shift},
        "chain": {"three_halves": np.float32(1.5), "half": np.float32(0.5), "one": np.float32(1)},
    }[given["kind"]]
    constants = {name: np.asarray(value) for name, value in constants.items()}
    session = onnx_session(nodes, {"x": x.shape}, constants)
    run = lambda: session.run(None, {"x": x})[0]
    return run, lambda: figures(run())
