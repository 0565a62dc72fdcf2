"""A step with momentum for a convolutional network, and its forward pass."""

import jax as xla
import jax.numpy as jnp
import numpy as np
import torch

from measure import bound, figures, one_hot, onnx_session, values

BATCH, RATE, MOMENTUM = 64, 0.01, 0.9
SHAPES = [(32, 1, 6, 6), (32,), (64, 32, 3, 3), (64,), (6400, 128), (128,), (128, 10), (10,)]
BOUNDS = [bound(36, 32 * 36), 0, bound(288, 576), 0, bound(6400, 128), 0, bound(128, 10), 0]


def initial():
    x, y = values(20, (BATCH, 1, 28, 28), 0, 1), one_hot(21, BATCH, 10)
    return x, y, [values(i + 1, s, -b, b) for i, (s, b) in enumerate(zip(SHAPES, BOUNDS))]


def pytorch(given):
    F = torch.nn.functional
    x, y, params = initial()
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    params = [torch.from_numpy(p).requires_grad_() for p in params]
    k1, b1, k2, b2, w3, b3, w4, b4 = params

    def logits():
        c1 = torch.relu(F.conv2d(x, k1, b1))
        c2 = torch.relu(F.conv2d(c1, k2, b2))
        pooled = F.max_pool2d(c2, 2).reshape(BATCH, 6400)
        return torch.addmm(b4, torch.relu(torch.addmm(b3, pooled, w3)), w4)

    if not given["training"]:

        def run():
            with torch.no_grad():
                return logits()

        return run, lambda: figures(run().numpy())

    optimizer = torch.optim.SGD(params, RATE, MOMENTUM, fused=True)

    def step():
        loss = F.cross_entropy(logits(), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, lambda: [step() for _ in range(4)]


def jax(given):
    x, y, params = (xla.tree.map(jnp.asarray, tree) for tree in initial())
    state = params, [jnp.zeros_like(p) for p in params]
    conv = lambda x, k: xla.lax.conv(x, k, (1, 1), "VALID")

    def logits(params, x):
        k1, b1, k2, b2, w3, b3, w4, b4 = params
        c1 = xla.nn.relu(conv(x, k1) + b1.reshape(32, 1, 1))
        c2 = xla.nn.relu(conv(c1, k2) + b2.reshape(64, 1, 1))
        window = (1, 1, 2, 2)
        pooled = xla.lax.reduce_window(c2, -np.inf, xla.lax.max, window, window, "VALID")
        return xla.nn.relu(pooled.reshape(BATCH, 6400) @ w3 + b3) @ w4 + b4

    if not given["training"]:
        f = xla.jit(logits)
        return lambda: f(params, x).block_until_ready(), lambda: figures(f(params, x))

    def loss(params, x, y):
        return -jnp.sum(xla.nn.log_softmax(logits(params, x)) * y) / BATCH

    @xla.jit
    def update(state, x, y):
        params, velocity = state
        value, slopes = xla.value_and_grad(loss)(params, x, y)
        velocity = [MOMENTUM * v + g for v, g in zip(velocity, slopes)]
        return value, ([p - RATE * v for p, v in zip(params, velocity)], velocity)

    def step():
        nonlocal state
        value, state = update(state, x, y)
        return value.item()

    return step, lambda: [step() for _ in range(4)]


def onnx(given):
    if given["training"]:
        return None
    from onnx.helper import make_node

    x, _, params = initial()
    names = ["k1", "b1", "k2", "b2", "w3", "b3", "w4", "b4"]
    constants = dict(zip(names, params)) | {"flat": np.array([BATCH, 6400], np.int64)}
    nodes = [
        make_node("Conv", ["x", "k1", "b1"], ["c1"]),
        make_node("Relu", ["c1"], ["r1"]),
        make_node("Conv", ["r1", "k2", "b2"], ["c2"]),
        make_node("Relu", ["c2"], ["r2"]),
        make_node("MaxPool", ["r2"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        make_node("Reshape", ["pooled", "flat"], ["row"]),
        make_node("Gemm", ["row", "w3", "b3"], ["c3"]),
        make_node("Relu", ["c3"], ["r3"]),
        make_node("Gemm", ["r3", "w4", "b4"], ["out"]),
    ]
    session = onnx_session(nodes, {"x": x.shape}, constants)
    run = lambda: session.run(None, {"x": x})[0]
    return run, lambda: figures(run())
