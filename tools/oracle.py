"""Makes the figures that the tests compare with, from JAX: tests/fixtures/oracle/*.json.

    python3 -m venv oracle && oracle/bin/pip install "jax[cpu]"
    oracle/bin/python tools/oracle.py

The tests read the files that are in the repository; they need no Python.
"""

import json
import os
import tempfile
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

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


def random_figures():
    seeds = [0, 1, 42, 2**31, 2**32 - 1]
    cases = []
    for seed in seeds:
        key = jax.random.wrap_key_data(jnp.array([0, seed], jnp.uint32))
        data = jax.random.key_data
        logits = jnp.array([[0.1, 2.0, -1.0], [3.0, 0.0, 0.5]], jnp.float32)
        cases.append({
            "seed": seed,
            "key": plain(data(key)),
            "split2": plain(data(jax.random.split(key))),
            "split5": plain(data(jax.random.split(key, 5))),
            "foldIn": plain([data(jax.random.fold_in(key, i)) for i in (0, 1, 12345)]),
            "bits": plain(jax.random.bits(key, (2, 3))),
            "bitsScalar": plain(jax.random.bits(key, ())),
            "uniform": plain(jax.random.uniform(key, (2, 3))),
            "uniformRange": plain(jax.random.uniform(key, (4,), minval=-3.0, maxval=5.0)),
            "normal": plain(jax.random.normal(key, (2, 3))),
            "normalMany": plain(jax.random.normal(key, (200,))),
            "truncatedNormal": plain(jax.random.truncated_normal(key, -2.0, 1.5, (6,))),
            "bernoulli": plain(jax.random.bernoulli(key, 0.3, (8,))),
            "bernoulliEach": plain(jax.random.bernoulli(key, jnp.array([0.1, 0.5, 0.9]))),
            "categorical": plain(jax.random.categorical(key, logits)),
            "categoricalFirst": plain(jax.random.categorical(key, logits, axis=0)),
            "randint": plain(jax.random.randint(key, (6,), 0, 10)),
            "randintWide": plain(jax.random.randint(key, (6,), -(2**30), 2**30)),
            "permutation": plain(jax.random.permutation(key, 10)),
            "permutationRows": plain(jax.random.permutation(key, jnp.arange(8).reshape(4, 2))),
            "choice": plain(jax.random.choice(key, 10, (6,))),
            "choiceWithout": plain(jax.random.choice(key, 10, (6,), replace=False)),
            "choiceWeighted": plain(
                jax.random.choice(key, 4, (8,), p=jnp.array([0.1, 0.2, 0.3, 0.4]))
            ),
        })
    with jax.enable_x64(True):
        for case in cases:
            key = jax.random.wrap_key_data(jnp.array([0, case["seed"]], jnp.uint32))
            case["uniform64"] = plain(jax.random.uniform(key, (5,), dtype=jnp.float64))
            case["normal64"] = plain(jax.random.normal(key, (5,), dtype=jnp.float64))
    save("random", {"cases": cases})


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 1e-8, 50.0, -50.0, 800.0, -800.0]
WILD = SPECIAL + [np.inf, -np.inf, np.nan]

UNARY = {
    "abs": jnp.abs, "sign": jnp.sign, "floor": jnp.floor, "ceil": jnp.ceil, "trunc": jnp.trunc,
    "round": jnp.round, "sqrt": jnp.sqrt, "exp": jnp.exp, "expm1": jnp.expm1, "log": jnp.log,
    "log1p": jnp.log1p, "log2": jnp.log2, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan,
    "asin": jnp.arcsin, "acos": jnp.arccos, "atan": jnp.arctan, "sinh": jnp.sinh,
    "cosh": jnp.cosh, "tanh": jnp.tanh, "asinh": jnp.arcsinh, "acosh": jnp.arccosh,
    "atanh": jnp.arctanh, "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus,
    "logSigmoid": jax.nn.log_sigmoid, "square": jnp.square, "reciprocal": jnp.reciprocal,
    "rsqrt": jax.lax.rsqrt, "erfInv": jax.scipy.special.erfinv, "neg": jnp.negative,
    "relu": jax.nn.relu, "leakyRelu": jax.nn.leaky_relu, "elu": jax.nn.elu, "gelu": jax.nn.gelu,
    "silu": jax.nn.silu,
}

BINARY = {
    "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "div": jnp.divide,
    "pow": jnp.power, "maximum": jnp.maximum, "minimum": jnp.minimum, "atan2": jnp.arctan2,
    "mod": jnp.remainder, "rem": jnp.fmod, "logAddExp": jnp.logaddexp,
    "floorDivide": jnp.floor_divide,
}


def elementwise_figures():
    with jax.enable_x64(True):
        points = np.array(WILD)
        unary = {
            name: {
                "values": plain(f(points)),
                "slopes": plain([jax.grad(lambda x: f(x))(x) for x in SPECIAL]),
            }
            for name, f in UNARY.items()
        }
        grid = [(a, b) for a in (0.0, 1.0, -2.0, 2.5, -0.75) for b in (0.0, 1.0, -1.0, 2.0, 0.5)]
        wild = [(a, b) for a in (np.nan, np.inf, 1.0, -np.inf) for b in (np.nan, np.inf, -1.0)]
        binary = {
            name: {
                "values": plain([f(a, b) for a, b in grid + wild]),
                "slopes": plain([jax.grad(f, (0, 1))(a, b) for a, b in grid]),
            }
            for name, f in BINARY.items()
        }
    save("elementwise", {
        "points": plain(WILD),
        "slopePoints": plain(SPECIAL),
        "unary": unary,
        "grid": plain(grid),
        "wild": plain(wild),
        "binary": binary,
    })


def along_axes_figures():
    rows = {
        "plain": [[1.0, -2.0, 3.0], [0.5, 0.5, -1.0]],
        "ties": [[3.0, 3.0, 1.0], [2.0, 2.0, 2.0]],
        "zeros": [[0.0, 0.0, 0.0], [0.0, 2.0, 3.0]],
        "huge": [[1000.0, 1000.0, -1000.0], [-1000.0, -1001.0, -1002.0]],
        "infinite": [[np.inf, 1.0, 2.0], [-np.inf, -np.inf, -np.inf]],
        "partly": [[-np.inf, 1.0, 2.0], [np.nan, 1.0, 2.0]],
    }
    functions = {
        "sum": lambda x: jnp.sum(x, 1), "mean": lambda x: jnp.mean(x, 1),
        "prod": lambda x: jnp.prod(x, 1), "max": lambda x: jnp.max(x, 1),
        "min": lambda x: jnp.min(x, 1), "variance": lambda x: jnp.var(x, 1),
        "std": lambda x: jnp.std(x, 1), "norm": lambda x: jnp.linalg.norm(x, axis=1),
        "logSumExp": lambda x: jax.nn.logsumexp(x, 1), "softmax": lambda x: jax.nn.softmax(x, 1),
        "logSoftmax": lambda x: jax.nn.log_softmax(x, 1),
    }
    with jax.enable_x64(True):
        figures = {}
        for name, f in functions.items():
            figures[name] = {}
            for label, values in rows.items():
                x = jnp.array(values)
                y, pullback = jax.vjp(f, x)
                weights = jnp.arange(1.0, y.size + 1).reshape(y.shape)
                figures[name][label] = {"values": plain(y), "pulled": plain(pullback(weights)[0])}
        clip = jax.grad(lambda x: jnp.clip(x, 0.0, 1.0).sum())(jnp.array([-1.0, 0.0, 0.5, 1.0, 2.0]))
        x = jnp.arange(24.0).reshape(2, 3, 4)
        a, b = jnp.arange(6.0).reshape(2, 3), jnp.arange(12.0).reshape(3, 4)
        einsums = {
            "ij,jk->ik": (a, b), "ij,jk": (a, b), "ijk->kji": (x,), "ijk->j": (x,), "ijk->": (x,),
            "ij,ij->": (a, a), "ij,ik->jk": (a, a), "i,j->ij": (a[0], b[:, 0]),
            "ii->i": (jnp.arange(9.0).reshape(3, 3),), "ii": (jnp.arange(9.0).reshape(3, 3),),
            "ijk,ilk->ijl": (x, x), "ij,jk,kl->il": (a, b, jnp.arange(8.0).reshape(4, 2)),
            "...ij,...jk->...ik": (x, jnp.arange(40.0).reshape(2, 4, 5)),
        }
        sums = [
            {"equation": e, "operands": plain(list(xs)), "result": plain(jnp.einsum(e, *xs))}
            for e, xs in einsums.items()
        ]
        image = jnp.sin(jnp.arange(2 * 4 * 7 * 6.0)).reshape(2, 4, 7, 6)
        kernels = {1: jnp.cos(jnp.arange(6 * 4 * 3 * 2.0)).reshape(6, 4, 3, 2),
                   2: jnp.cos(jnp.arange(6 * 2 * 3 * 2.0)).reshape(6, 2, 3, 2)}
        convolutions = []
        for stride, padding, dilation, groups in [
            ([1, 1], "VALID", [1, 1], 1), ([2, 1], "SAME", [1, 1], 1),
            ([2, 3], [[1, 2], [0, 1]], [1, 1], 1), ([1, 1], "SAME", [2, 3], 1),
            ([1, 2], "VALID", [1, 1], 2),
        ]:
            f = lambda x, w: jax.lax.conv_general_dilated(
                x, w, stride, padding, rhs_dilation=dilation, feature_group_count=groups)
            y, pullback = jax.vjp(f, image, kernels[groups])
            dx, dw = pullback(jnp.cos(jnp.arange(y.size * 1.0)).reshape(y.shape))
            convolutions.append({
                "stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
                "result": plain(y), "byInput": plain(dx), "byKernel": plain(dw),
            })
    save("along_axes", {
        "rows": plain(list(rows.values())), "labels": list(rows), "functions": figures,
        "clip": plain(clip), "einsum": sums, "convolutions": convolutions,
    })


if __name__ == "__main__":
    random_figures()
    elementwise_figures()
    along_axes_figures()
    print("made", *sorted(path.name for path in OUT.glob("*.json")), "with", VERSIONS)
