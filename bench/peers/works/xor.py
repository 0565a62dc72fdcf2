"""A small network learns the exclusive or: steps of gradient descent."""

import jax as xla
import jax.numpy as jnp
import torch

from measure import values

RATE = 0.5
ROWS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
TARGETS = [[0.0], [1.0], [1.0], [0.0]]
SHAPES = [(2, 8), (8,), (8, 1), (1,)]


def pytorch(given):
    if given["inside"]:
        return None
    x, y = torch.tensor(ROWS), torch.tensor(TARGETS)
    params = [torch.from_numpy(values(i + 1, s)).requires_grad_() for i, s in enumerate(SHAPES)]
    w1, b1, w2, b2 = params
    optimizer = torch.optim.SGD(params, lr=RATE)

    def step():
        loss = torch.nn.functional.mse_loss(torch.sigmoid(torch.tanh(x @ w1 + b1) @ w2 + b2), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    def run():
        for _ in range(given["repeats"]):
            step()

    return run, lambda: [step().item() for _ in range(5)]


def jax(given):
    x, y = jnp.array(ROWS), jnp.array(TARGETS)
    params = [jnp.asarray(values(i + 1, s)) for i, s in enumerate(SHAPES)]

    def loss(params):
        w1, b1, w2, b2 = params
        return jnp.mean((xla.nn.sigmoid(jnp.tanh(x @ w1 + b1) @ w2 + b2) - y) ** 2)

    def update(params):
        value, slopes = xla.value_and_grad(loss)(params)
        return value, [p - RATE * g for p, g in zip(params, slopes)]

    once = xla.jit(update)

    @xla.jit
    def all_steps(params):
        return xla.lax.fori_loop(0, given["repeats"], lambda _, p: update(p)[1], params)

    def run():
        nonlocal params
        if given["inside"]:
            params = all_steps(params)
        else:
            for _ in range(given["repeats"]):
                _, params = once(params)
        params[0].block_until_ready()

    def check():
        nonlocal params
        losses = []
        for _ in range(5):
            value, params = once(params)
            losses.append(value)
        return losses

    return run, check
