"""Makes the figures of linear algebra that the tests compare with, from JAX.

    oracle/bin/python tools/oracle_linalg.py

They go to tests/fixtures/oracle/linalg.json. The functions do not depend on the signs that a
factorization leaves open.
"""

import jax
import jax.numpy as jnp
import numpy as np

from oracle import plain, save

jax.config.update("jax_enable_x64", True)

L = jnp.linalg
J = jax.scipy.linalg


def wave(*shape, phase=0.0):
    """Numbers that the tests can make themselves."""
    size = int(np.prod(shape))
    return np.sin(1.0 + phase + 1.7 * np.arange(size) ** 1.1).reshape(shape)


def positive(x):
    return x @ jnp.swapaxes(x, -1, -2) + jnp.eye(x.shape[-1])


def projector(x):
    return jnp.einsum("...ij,...kj->...ijk", x, x)


SQUARE = {"one": (1, 1), "three": (3, 3), "five": (5, 5), "batch": (2, 3, 3)}
OBLONG = {"tall": (4, 2), "wide": (2, 4), "tallBatch": (2, 5, 3), "wideBatch": (2, 3, 4)}
BOTH = {**SQUARE, **OBLONG}
SOME = {"three": (3, 3), "tall": (4, 2), "wide": (2, 4)}

UNARY = {
    "cholesky": (SQUARE, lambda x: L.cholesky(positive(x))),
    "choleskyUpper": (SQUARE, lambda x: L.cholesky(positive(x), upper=True)),
    "inv": (SQUARE, L.inv),
    "det": (SQUARE, L.det),
    "slogdet": (SQUARE, lambda x: L.slogdet(x)[1]),
    "slogdetSign": (SQUARE, lambda x: L.slogdet(x)[0]),
    "q": ({**SQUARE, "tall": (4, 2), "tallBatch": (2, 5, 3)}, lambda x: L.qr(x)[0]),
    "r": ({**SQUARE, "tall": (4, 2), "tallBatch": (2, 5, 3)}, lambda x: L.qr(x)[1]),
    "eigvalsh": (SQUARE, lambda x: L.eigvalsh(x)),
    "eigenprojectors": ({"four": (4, 4)}, lambda x: projector(L.eigh(x)[1])),
    "svdvals": (BOTH, lambda x: L.svd(x, compute_uv=False)),
    "leftProjectors": (SOME, lambda x: projector(L.svd(x, full_matrices=False)[0])),
    "rightProjectors": (
        SOME,
        lambda x: projector(jnp.swapaxes(L.svd(x, full_matrices=False)[2], -1, -2)),
    ),
    "pinv": (BOTH, L.pinv),
    "trace": (BOTH, L.trace),
    "diagonal": (BOTH, L.diagonal),
    "diagonalUp": (BOTH, lambda x: L.diagonal(x, offset=1)),
    "diagonalDown": (BOTH, lambda x: L.diagonal(x, offset=-1)),
    "cube": (SQUARE, lambda x: L.matrix_power(x, 3)),
    "inverseSquare": (SQUARE, lambda x: L.matrix_power(x, -2)),
    "cond": (BOTH, L.cond),
    "condLeast": (BOTH, lambda x: L.cond(x, -2)),
    "condOne": (SQUARE, lambda x: L.cond(x, 1)),
    "condFro": (SQUARE, lambda x: L.cond(x, "fro")),
    **{
        f"matrixNorm {name}": ({**SOME, "batch": (2, 3, 4)}, lambda x, ord=ord: L.matrix_norm(x, ord=ord))
        for name, ord in {
            "fro": "fro", "nuc": "nuc", "1": 1, "-1": -1, "2": 2, "-2": -2,
            "Infinity": np.inf, "-Infinity": -np.inf,
        }.items()
    },
    **{
        f"vectorNorm {name}": ({**SOME, "batch": (2, 3, 4)}, lambda x, ord=ord: L.vector_norm(x, ord=ord, axis=-1))
        for name, ord in {
            "0": 0, "1": 1, "2": 2, "3": 3, "-1": -1, "0.5": 0.5,
            "Infinity": np.inf, "-Infinity": -np.inf,
        }.items()
    },
}

# Shapes of both operands.
SYSTEMS = {
    "vector": ((3, 3), (3,)), "columns": ((3, 3), (3, 2)), "batch": ((2, 3, 3), (2, 3, 2)),
    "oneMatrix": ((3, 3), (2, 3, 2)), "oneRight": ((2, 3, 3), (3, 2)),
    "batchVector": ((2, 3, 3), (3,)),
}
LEAST = {
    "tall": ((4, 2), (4,)), "tallColumns": ((4, 2), (4, 3)), "wide": ((2, 4), (2,)),
    "wideColumns": ((2, 4), (2, 3)),
}


def triangular(**options):
    def one(a, b):
        return J.solve_triangular(a + 2 * jnp.eye(a.shape[-1]), b, **options)
    return one


UNBATCHED = {name: SYSTEMS[name] for name in ("vector", "columns")}
BINARY = {
    "solve": (SYSTEMS, L.solve),
    "choSolve": (UNBATCHED, lambda a, b: J.cho_solve((L.cholesky(positive(a)), True), b)),
    "upper": (UNBATCHED, triangular()),
    "lower": (UNBATCHED, triangular(lower=True)),
    "transposed": (UNBATCHED, triangular(trans=1)),
    "unit": (UNBATCHED, triangular(lower=True, unit_diagonal=True)),
    "lstsq": (LEAST, lambda a, b: L.lstsq(a, b)[0]),
}

# Matrices for which a convention is needed.
EDGES = {
    "zero": [[0.0, 0.0], [0.0, 0.0]],
    "identity": [[1.0, 0.0], [0.0, 1.0]],
    "rankOne": [[1.0, 2.0], [2.0, 4.0]],
    "indefinite": [[1.0, 2.0], [2.0, 1.0]],
    "firstColumnZero": [[0.0, 1.0], [0.0, 2.0]],
    "exchanged": [[0.0, 1.0], [1.0, 0.0]],
    "rankTwo": [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 1.0, 5.0]],
    "unknown": [[np.nan, 1.0], [1.0, 2.0]],
    "infinite": [[np.inf, 1.0], [1.0, 2.0]],
}
AT_EDGES = {
    "factor": L.cholesky, "det": L.det, "slogdet": lambda x: L.slogdet(x)[1],
    "slogdetSign": lambda x: L.slogdet(x)[0], "eigvalsh": L.eigvalsh,
    "svdvals": lambda x: L.svd(x, compute_uv=False), "pinv": L.pinv, "rank": L.matrix_rank,
    "q": lambda x: L.qr(x)[0], "r": lambda x: L.qr(x)[1],
    "matrixNorm fro": L.norm, "matrixNorm nuc": lambda x: L.norm(x, "nuc"),
}
# Where LAPACK makes numbers out of NaN and infinities, all is NaN in the library.
OWN = {("eigvalsh", "unknown"), ("pinv", "infinite"), ("q", "infinite"), ("r", "infinite")}


def weights(y):
    return jnp.asarray(wave(*y.shape, phase=0.5))


def pulled(f, *xs):
    y, pullback = jax.vjp(f, *xs)
    return {"values": plain(y), "pulled": plain(list(pullback(weights(y))))}


unary = [
    {"name": name, "shape": list(shape), **pulled(f, jnp.asarray(wave(*shape)))}
    for name, (shapes, f) in UNARY.items()
    for shape in shapes.values()
]
binary = [
    {
        "name": name, "shapes": [list(a), list(b)],
        **pulled(f, jnp.asarray(wave(*a)), jnp.asarray(wave(*b, phase=2.0))),
    }
    for name, (shapes, f) in BINARY.items()
    for a, b in shapes.values()
]
edges = [
    {"name": name, "label": label, "matrix": plain(matrix), "values": plain(f(jnp.array(matrix)))}
    for name, f in AT_EDGES.items()
    for label, matrix in EDGES.items()
    if (name, label) not in OWN
]
slopes = [
    {
        "name": name, "label": label, "matrix": plain(EDGES[label]),
        "pulled": plain(jax.grad(lambda x: AT_EDGES[name](x).sum())(jnp.array(EDGES[label]))),
    }
    for name, labels in {
        "det": ("zero", "identity", "rankOne", "rankTwo", "exchanged"),
        "eigvalsh": ("identity", "zero"), "svdvals": ("identity", "exchanged"),
        "pinv": ("identity", "rankOne", "rankTwo"),
    }.items()
    for label in labels
]
save("linalg", {"unary": unary, "binary": binary, "edges": edges, "slopes": slopes})
print("made linalg.json")
