"""Makes the figures for initializers, from JAX, and for regularizers, from Keras.

    oracle/bin/python tools/oracle_initializers.py

See tools/oracle.py.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.nn.initializers as init
import jax.numpy as jnp
import keras
import numpy as np

from oracle import VERSIONS, plain, save

jax.config.update("jax_enable_x64", True)

DENSE = {"in_axis": -2, "out_axis": -1}
CONV = {"in_axis": 1, "out_axis": 0}
ODD = {"in_axis": (0, 2), "out_axis": -1, "batch_axis": 1}
LAYOUTS = {"dense": DENSE, "conv": CONV}
ODD_NAME = {"inAxis": [0, 2], "outAxis": -1, "batchAxis": 1}
NAMED = {
    "xavierUniform": init.xavier_uniform, "xavierNormal": init.xavier_normal,
    "heUniform": init.he_uniform, "heNormal": init.he_normal,
    "lecunUniform": init.lecun_uniform, "lecunNormal": init.lecun_normal,
}


def rounded(x):
    """Nine digits for float32."""
    x = np.asarray(x)
    if x.dtype == np.float64:
        return plain(x.flatten())
    return [float(f"{v:.9g}") for v in x.flatten()]


def drawn(cases, name, arguments, f, shape, dtype):
    for seed in (0, 7) if dtype == "float32" else (7,):
        key = jax.random.wrap_key_data(jnp.array([0, seed], jnp.uint32))
        cases.append({"name": name, "arguments": arguments, "seed": seed, "shape": shape,
                      "dtype": dtype, "value": rounded(f(key, shape, dtype))})


def initializer_figures():
    cases = []
    for dtype in ("float32", "float64"):
        for layout, shape in [("dense", (5, 3)), ("dense", (2, 3, 4)), ("conv", (4, 3, 3)),
                              ("conv", (3, 2, 2, 2))]:
            for name, f in NAMED.items():
                drawn(cases, name, [{"layout": layout}], f(**LAYOUTS[layout]), shape, dtype)
        for mode, jax_mode in [("fanIn", "fan_in"), ("fanOut", "fan_out"), ("fanAvg", "fan_avg"),
                               ("fanGeoAvg", "fan_geo_avg")]:
            for distribution, jax_distribution in [("truncatedNormal", "truncated_normal"),
                                                   ("normal", "normal"), ("uniform", "uniform")]:
                for layout, axes, shape in [("dense", DENSE, (2, 3)), (ODD_NAME, ODD, (2, 2, 3, 2))]:
                    f = init.variance_scaling(1.7, jax_mode, jax_distribution, **axes)
                    drawn(cases, "varianceScaling", [1.7, mode, distribution, {"layout": layout}],
                          f, shape, dtype)
        drawn(cases, "uniform", [{"maxval": 0.3}], init.uniform(0.3), (2, 3), dtype)
        drawn(cases, "normal", [{"stddev": 0.3}], init.normal(0.3), (2, 3), dtype)
        drawn(cases, "truncatedNormal", [{"stddev": 0.3}], init.truncated_normal(0.3), (2, 3), dtype)
        drawn(cases, "truncatedNormal", [{"lower": -0.5, "upper": 3}],
              init.truncated_normal(1.0, lower=-0.5, upper=3.0), (2, 3), dtype)
        drawn(cases, "constant", [0.3], init.constant(0.3), (2,), dtype)
        for shape in [(3, 3), (5, 3), (3, 5), (2, 3, 4)]:
            drawn(cases, "orthogonal", [{"gain": 1.5}], init.orthogonal(1.5), shape, dtype)
        for shape in [(4, 2, 3), (8, 2, 2), (3, 2, 2, 2)]:
            drawn(cases, "orthogonal", [{"layout": "conv"}], init.orthogonal(column_axis=0), shape,
                  dtype)
    return cases


def regularizer_figures():
    leaves = [np.random.default_rng(0).normal(size=(2, 3)), np.array([0.0, -2.0])]
    cases = []
    for name, f in [("l1", keras.regularizers.L1(0.3)), ("l2", keras.regularizers.L2(0.3))]:
        total = lambda tree: sum(f(leaf) for leaf in tree)
        value, gradient = jax.value_and_grad(total)([jnp.array(leaf) for leaf in leaves])
        cases.append({"name": name, "strength": 0.3, "value": plain(value), "gradient": plain(gradient)})
    return {"leaves": plain(leaves), "cases": cases}


save("initializers", {
    "versions": {**VERSIONS, "keras": keras.__version__},
    "initializers": initializer_figures(),
    "regularizers": regularizer_figures(),
})
