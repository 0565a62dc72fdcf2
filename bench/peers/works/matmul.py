"""Matrix products."""

import jax as xla
import torch

from measure import figures, values


def operands(given):
    m, n, k = given["m"], given["n"], given["k"]
    a = values(1, (k, m) if given["transposeA"] else (m, k))
    b = values(2, (n, k) if given["transposeB"] else (k, n))
    return a, b


def pytorch(given):
    a, b = map(torch.from_numpy, operands(given))

    def run():
        return (a.T if given["transposeA"] else a) @ (b.T if given["transposeB"] else b)

    return run, lambda: figures(run().numpy())


def jax(given):
    a, b = map(xla.numpy.asarray, operands(given))

    @xla.jit
    def f(a, b):
        return (a.T if given["transposeA"] else a) @ (b.T if given["transposeB"] else b)

    return lambda: f(a, b).block_until_ready(), lambda: figures(f(a, b))
