"""A transformer block, forward and backward."""

import jax as xla
import jax.numpy as jnp
import numpy as np
import torch

from measure import bound, values

BATCH, TOKENS, WIDTH, HEADS, SIZE, INNER = 8, 64, 128, 4, 32, 512
EPSILON, SEED = 1e-5, 40
SQUARE, UP = bound(WIDTH, WIDTH), bound(WIDTH, INNER)
GIVEN = [
    ((BATCH, TOKENS, WIDTH), -1, 1),
    ((WIDTH,), 0.5, 1.5),
    ((WIDTH,), -0.1, 0.1),
    *[((WIDTH, WIDTH), -SQUARE, SQUARE)] * 4,
    ((WIDTH,), 0.5, 1.5),
    ((WIDTH,), -0.1, 0.1),
    ((WIDTH, INNER), -UP, UP),
    ((INNER,), -0.1, 0.1),
    ((INNER, WIDTH), -UP, UP),
    ((WIDTH,), -0.1, 0.1),
]


def initial():
    params = [values(i + 1, shape, low, high) for i, (shape, low, high) in enumerate(GIVEN)]
    return params, values(SEED, (BATCH, TOKENS, WIDTH))


def lengths(loss, slopes):
    return [float(loss), *(np.linalg.norm(np.asarray(g, dtype=np.float64)) for g in slopes)]


def pytorch(given):
    F = torch.nn.functional
    params, weights = initial()
    params = [torch.from_numpy(p).requires_grad_() for p in params]
    weights = torch.from_numpy(weights)
    x, g1, s1, wq, wk, wv, wo, g2, s2, w1, b1, w2, b2 = params

    def step():
        h = F.layer_norm(x, (WIDTH,), g1, s1, EPSILON)
        q, k, v = ((h @ w).view(BATCH, TOKENS, HEADS, SIZE).transpose(1, 2) for w in (wq, wk, wv))
        mixed = F.scaled_dot_product_attention(q, k, v)
        a = x + mixed.transpose(1, 2).reshape(BATCH, TOKENS, WIDTH) @ wo
        h = F.layer_norm(a, (WIDTH,), g2, s2, EPSILON)
        out = a + (F.gelu(h @ w1 + b1, approximate="tanh") @ w2 + b2)
        loss = (out * weights).sum()
        return loss, torch.autograd.grad(loss, params)

    def check():
        loss, slopes = step()
        return lengths(loss.detach(), slopes)

    return step, check


def jax(given):
    params, weights = initial()
    params, weights = [jnp.asarray(p) for p in params], jnp.asarray(weights)

    def norm(x, scale, shift):
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        return centred / jnp.sqrt(variance + EPSILON) * scale + shift

    def loss(params):
        x, g1, s1, wq, wk, wv, wo, g2, s2, w1, b1, w2, b2 = params
        h = norm(x, g1, s1)
        q, k, v = ((h @ w).reshape(BATCH, TOKENS, HEADS, SIZE) for w in (wq, wk, wv))
        scores = jnp.einsum("bthd,bshd->bhts", q, k) / SIZE**0.5
        mixed = jnp.einsum("bhts,bshd->bthd", xla.nn.softmax(scores), v)
        a = x + mixed.reshape(BATCH, TOKENS, WIDTH) @ wo
        f = xla.nn.gelu(norm(a, g2, s2) @ w1 + b1, approximate=True)
        return jnp.sum((a + (f @ w2 + b2)) * weights)

    step = xla.jit(xla.value_and_grad(loss))
    return lambda: xla.block_until_ready(step(params)), lambda: lengths(*step(params))
