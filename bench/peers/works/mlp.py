"""A step of Adam for a network of 784, 512, 256 and 10, over a batch of 128."""

import jax as xla
import jax.numpy as jnp
import torch

from measure import bound, one_hot, values

BATCH, RATE, BETA1, BETA2, EPSILON = 128, 0.001, 0.9, 0.999, 1e-8
SIZES = [784, 512, 256, 10]


def initial():
    x, y = values(10, (BATCH, 784), 0, 1), one_hot(11, BATCH, 10)
    params = []
    for i, (inputs, outputs) in enumerate(zip(SIZES, SIZES[1:])):
        limit = bound(inputs, outputs)
        params += [values(2 * i + 1, (inputs, outputs), -limit, limit), values(0, (outputs,), 0, 0)]
    return x, y, params


def pytorch(given):
    x, y, params = initial()
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    params = [torch.from_numpy(p).requires_grad_() for p in params]
    w1, b1, w2, b2, w3, b3 = params
    optimizer = torch.optim.Adam(params, RATE, (BETA1, BETA2), EPSILON, fused=True)

    def step():
        h1 = torch.relu(torch.addmm(b1, x, w1))
        h2 = torch.relu(torch.addmm(b2, h1, w2))
        loss = torch.nn.functional.cross_entropy(torch.addmm(b3, h2, w3), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, lambda: [step() for _ in range(5)]


def jax(given):
    x, y, params = (xla.tree.map(jnp.asarray, tree) for tree in initial())
    zeros = [jnp.zeros_like(p) for p in params]
    state = (params, zeros, zeros, jnp.zeros((), jnp.int32))

    def loss(params, x, y):
        w1, b1, w2, b2, w3, b3 = params
        h1 = xla.nn.relu(x @ w1 + b1)
        h2 = xla.nn.relu(h1 @ w2 + b2)
        return -jnp.sum(xla.nn.log_softmax(h2 @ w3 + b3) * y) / BATCH

    @xla.jit
    def update(state, x, y):
        params, means, squares, count = state
        value, slopes = xla.value_and_grad(loss)(params, x, y)
        count = count + 1
        bias1, bias2 = 1 - BETA1**count, 1 - BETA2**count
        means = [BETA1 * m + (1 - BETA1) * g for m, g in zip(means, slopes)]
        squares = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(squares, slopes)]
        params = [
            p - RATE * (m / bias1) / (jnp.sqrt(v / bias2) + EPSILON)
            for p, m, v in zip(params, means, squares)
        ]
        return value, (params, means, squares, count)

    def step():
        nonlocal state
        value, state = update(state, x, y)
        return value.item()

    return step, lambda: [step() for _ in range(5)]
