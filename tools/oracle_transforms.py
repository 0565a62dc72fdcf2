"""Makes the figures for transformations and control flow, from JAX: tests/fixtures/oracle/transforms.json.

    python3 -m venv oracle && oracle/bin/pip install "jax[cpu]"
    oracle/bin/python tools/oracle_transforms.py

Inputs are sines of whole numbers, so that the tests make the same ones; the tests need no Python.
"""

import json
import os
import tempfile
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {"jax": jax.__version__, "numpy": np.__version__}


def plain(x):
    """Nested lists; floats that JSON has no word for become strings."""
    if isinstance(x, (list, tuple)):
        return [plain(item) for item in x]
    x = np.asarray(x)
    if x.ndim > 0:
        return [plain(item) for item in x]
    if x.dtype == bool:
        return bool(x)
    if np.issubdtype(x.dtype, np.integer):
        return int(x)
    value = float(x)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def save(name, contents):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **contents}, indent=1)
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text + "\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


def numbered(dtype):
    """sin(start), sin(start + 1), ... in a shape, rounded to the dtype."""
    def make(shape, start=1):
        size = int(np.prod(shape))
        return jnp.asarray(np.sin(start + np.arange(size, dtype=np.float64)).reshape(shape), dtype)
    return make


def rnn(w, u, b, h, xs):
    def step(h, x):
        h = jnp.tanh(w @ h + u @ x + b)
        return h, h * h.sum()
    last, ys = lax.scan(step, h, xs)
    return jnp.sin(last).sum() + (ys**2).sum()


def rnn_reversed(w, u, b, h, xs):
    def step(h, x):
        h = jnp.tanh(w @ h + u @ x + b)
        return h, h[0] * x
    last, ys = lax.scan(step, h, xs, reverse=True)
    return last.sum() + jnp.cos(ys).sum()


def newton(a):
    """The square root by Newton's method, ten steps at most."""
    def going(state):
        i, x = state
        return (i < 10) & (jnp.abs(x * x - a) > 1e-4)
    def step(state):
        i, x = state
        return i + 1, (x + a / x) / 2
    return lax.while_loop(going, step, (0, a))


def powers(x, w):
    return lax.fori_loop(0, 4, lambda i, c: jnp.sin(w @ c) + c / (i + 1.0), x)


def chosen(x):
    return lax.cond(x.sum() > 0, lambda x: jnp.sin(x).sum(), lambda x: (x**3).sum(), x)


def switched(i, x):
    branches = [lambda x: x.sum(), lambda x: (x * x).sum(), lambda x: jnp.exp(x).prod()]
    return lax.switch(i, branches, x)


def mlp(params, x, y):
    for w, b in params[:-1]:
        x = jnp.tanh(w @ x + b)
    w, b = params[-1]
    return ((w @ x + b - y)**2).sum()


def small(x):
    return jnp.stack([jnp.sin(x[0] * x[1]), jnp.exp(x[2]) * x[0], (x**2).sum(), x[1] / (1 + x[2]**2)])


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2).sum()


@jax.custom_vjp
def clipped(x):
    return jnp.sin(x)


clipped.defvjp(
    lambda x: (jnp.sin(x), jnp.cos(x)),
    lambda c, ct: (jnp.clip(ct * c, -0.5, 0.5),),
)


@jax.custom_vjp
def log1p_exp(x):
    return jnp.log(1 + jnp.exp(x))


log1p_exp.defvjp(
    lambda x: (jnp.log(1 + jnp.exp(x)), jnp.exp(x)),
    lambda e, ct: ((1 - 1 / (1 + e)) * ct,),
)


def leaves(tree):
    return plain(jax.tree_util.tree_leaves(tree))


def figures(dtype):
    make = numbered(dtype)
    cell = (make((3, 3)), make((3, 2), 20), make((3,), 30), make((3,), 40), make((5, 2), 50))
    along = tuple(make(x.shape, 60 + 10 * i) for i, x in enumerate(cell))
    everything = (0, 1, 2, 3, 4)
    result = {}

    for name, f in (("rnn", rnn), ("rnnReversed", rnn_reversed)):
        value, gradients = jax.value_and_grad(f, everything)(*cell)
        _, products = jax.jvp(lambda *a: jax.grad(f, everything)(*a), cell, along)
        result[name] = {
            "value": plain(value), "gradients": plain(gradients), "hvp": plain(products),
            "jvp": plain(jax.jvp(f, cell, along)[1]),
            "hessian": plain(jax.hessian(f)(*cell)),
        }
    batch = make((4, 5, 2), 100)
    result["rnnBatch"] = plain(
        jax.vmap(jax.grad(rnn, (0, 4)), (None, None, None, None, 0))(*cell[:4], batch)
    )

    points = jnp.asarray([0.5, 2.0, 9.0, 100.0], dtype)
    (rounds, roots), (_, slopes) = jax.vmap(
        lambda a: jax.jvp(newton, (a,), (jnp.ones((), dtype),))
    )(points)
    result["newton"] = {"rounds": plain(rounds), "roots": plain(roots), "slopes": plain(slopes)}

    x, w = make((3,)), make((3, 3), 10)
    result["foriLoop"] = {
        "value": plain(powers(x, w)),
        "gradients": plain(jax.grad(lambda x, w: powers(x, w).prod(), (0, 1))(x, w)),
        "jacobian": plain(jax.jacfwd(powers, 1)(x, w)),
    }

    rows = make((6, 3), 5)
    result["cond"] = {
        "values": plain(jax.vmap(chosen)(rows)),
        "gradients": plain(jax.vmap(jax.grad(chosen))(rows)),
        "hessians": plain(jax.vmap(jax.hessian(chosen))(rows)),
    }
    index = jnp.asarray([-1, 0, 1, 2, 3, 1])
    result["switch"] = {
        "values": plain(jax.vmap(switched)(index, rows)),
        "gradients": plain(jax.vmap(jax.grad(switched, 1))(index, rows)),
    }

    matrices = make((7, 2, 2), 3)
    products = lambda x: lax.associative_scan(lambda a, b: a @ b, x)
    result["associativeScan"] = {
        "products": plain(products(matrices)),
        "reversed": plain(lax.associative_scan(lambda a, b: a @ b, matrices, reverse=True)),
        "sums": plain(lax.associative_scan(jnp.add, rows, axis=1)),
        "gradient": plain(jax.grad(lambda x: products(x).sum())(matrices)),
    }

    point = make((3,), 7)
    result["jacobian"] = {
        "reverse": plain(jax.jacrev(small)(point)),
        "forward": plain(jax.jacfwd(small)(point)),
        "second": plain(jax.hessian(small)(point)),
        "rosenbrock": plain(jax.hessian(rosenbrock)(make((4,), 2))),
    }

    params = [(make((4, 3), 1), make((4,), 2)), (make((2, 4), 3), make((2,), 4))]
    xs, ys = make((5, 3), 6), make((5, 2), 8)
    result["perExample"] = leaves(jax.vmap(jax.grad(mlp), (None, 0, 0))(params, xs, ys))
    remat = lambda params, x, y: jax.checkpoint(mlp)(params, x, y)
    result["checkpoint"] = {
        "gradients": leaves(jax.grad(remat)(params, xs[0], ys[0])),
        "hvp": leaves(jax.jvp(
            lambda p: jax.grad(remat)(p, xs[0], ys[0]), (params,), (jax.tree.map(jnp.cos, params),)
        )[1]),
    }

    far = jnp.asarray([-100.0, -1.0, 0.0, 1.0, 30.0, 1000.0], dtype)
    result["customVjp"] = {
        "clipped": plain(jax.grad(lambda x: (3 * clipped(x)).sum())(rows)),
        "log1pExp": plain(jax.vmap(jax.grad(log1p_exp))(far)),
        "twice": plain(jax.vmap(jax.grad(jax.grad(log1p_exp)))(far[1:5])),
        "inScan": plain(jax.grad(
            lambda c: lax.scan(lambda c, x: (clipped(c * x), None), c, rows[0])[0]
        )(jnp.asarray(0.7, dtype))),
    }
    return result


with jax.enable_x64(True):
    wide = figures(jnp.float64)
    narrow = figures(jnp.float32)
save("transforms", {"float64": wide, "float32": narrow})
print("made transforms.json with", VERSIONS)
