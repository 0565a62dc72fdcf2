"""Makes the figures of convolutions, pools and cumulative functions, from JAX, as `oracle.py` does:
tests/fixtures/oracle/windows.json and cumulative.json.

    oracle/bin/python tools/oracle_windows.py
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from oracle import VERSIONS, plain, save


def wave(f, shape):
    return f(jnp.arange(float(np.prod(shape)))).reshape(shape)


def pulled(f, *operands):
    """The value, and the gradients for a cotangent of cosines."""
    y, pullback = jax.vjp(f, *operands)
    return plain(y), [plain(gradient) for gradient in pullback(wave(jnp.cos, y.shape))]


CONVOLUTIONS = [
    ([2, 2, 7], [4, 2, 3], {}),
    ([2, 4, 7], [6, 2, 3], {"stride": [2], "padding": [[2, 0]], "groups": 2}),
    ([1, 2, 5], [3, 2, 2], {"inputDilation": [3], "padding": [[1, 2]], "stride": [2]}),
    ([2, 2, 6], [2, 2, 3], {"dilation": [2], "padding": "SAME", "stride": [1]}),
    ([1, 3, 6], [6, 1, 3], {"groups": 3, "padding": "SAME", "stride": [2]}),
    ([2, 2, 5, 4], [3, 2, 2, 3], {"padding": [[1, 0], [2, 1]], "stride": [2, 1]}),
    ([1, 4, 5, 4], [4, 2, 2, 2], {"inputDilation": [2, 1], "dilation": [1, 2], "groups": 2}),
    ([1, 2, 4, 4], [2, 2, 2, 2], {
        "inputDilation": [2, 3], "dilation": [3, 2], "stride": [2, 3], "padding": [[1, 3], [2, 0]]}),
    ([2, 2, 3, 4, 3], [2, 2, 2, 2, 2], {}),
    ([1, 2, 4, 3, 4], [4, 1, 3, 2, 2], {
        "groups": 2, "padding": "SAME", "stride": [2, 1, 3], "dilation": [1, 2, 1]}),
    ([1, 1, 2, 3, 2], [2, 1, 2, 2, 3], {
        "inputDilation": [2, 1, 3], "padding": [[0, 1], [1, 1], [2, 0]], "stride": [1, 2, 2]}),
]

TRANSPOSED = [
    ([2, 2, 4], [2, 3, 3], {}),
    ([1, 2, 4], [2, 3, 3], {"stride": [2], "padding": [[1, 2]]}),
    ([1, 2, 3], [2, 1, 2], {"stride": [3]}),
    ([2, 3, 3, 4], [3, 2, 3, 2], {"stride": [2, 1], "padding": [[1, 1], [0, 1]], "dilation": [1, 2]}),
    ([1, 2, 2, 3, 2], [2, 2, 2, 1, 3], {"stride": [2, 1, 2], "padding": [[0, 0], [0, 0], [1, 1]]}),
]

POOLS = [
    ([1, 1, 5], {"window": [3], "stride": [1]}),
    ([2, 2, 7], {"window": [3], "stride": [2], "padding": [[1, 2]]}),
    ([1, 2, 6], {"window": [2], "stride": [2], "dilation": [3], "padding": [[0, 2]]}),
    ([1, 2, 5, 6], {"window": [2, 3], "stride": [2, 3]}),
    ([2, 1, 5, 4], {"window": [3, 3], "stride": [1, 2], "padding": "SAME"}),
    ([1, 1, 4, 5], {"window": [2, 2], "stride": [1, 1], "dilation": [2, 3], "padding": [[1, 1], [1, 0]]}),
    ([1, 2, 4, 3, 4], {"window": [2, 2, 2], "stride": [2, 1, 1], "padding": [[0, 0], [1, 1], [0, 0]]}),
]

# Rows for windows of three.
ROWS = {
    "ties": [1.0, 1.0, 1.0, 2.0, 2.0], "all equal": [3.0, 3.0, 3.0, 3.0, 3.0],
    "NaN": [1.0, np.nan, 2.0, 0.0, 1.0], "NaN first": [np.nan, 1.0, 2.0, 0.0, 1.0],
    "NaN last": [1.0, 2.0, np.nan, 0.0, 1.0], "NaN only": [np.nan] * 5,
    "-Infinity": [-np.inf] * 5, "infinities": [np.inf, -np.inf, 0.0, np.inf, np.inf],
}


def convolution(rank, stride=None, padding=None, inputDilation=None, dilation=None, groups=1):
    return lambda x, w: lax.conv_general_dilated(
        x, w, stride or [1] * rank, padding or [[0, 0]] * rank, lhs_dilation=inputDilation,
        rhs_dilation=dilation, feature_group_count=groups)


def transposed(rank, stride=None, padding=None, dilation=None):
    letters = "DHW"[-rank:]
    return lambda x, w: lax.conv_transpose(
        x, w, stride or [1] * rank, [tuple(pair) for pair in padding or [[0, 0]] * rank],
        rhs_dilation=dilation or [1] * rank,
        dimension_numbers=(f"NC{letters}", f"OI{letters}", f"NC{letters}"), transpose_kernel=True,
        use_consistent_padding=True)


def pool(combine, initial, rank, window, stride, padding=None, dilation=None):
    edges = padding if isinstance(padding, str) else [(0, 0)] * 2 + list(padding or [(0, 0)] * rank)
    return lambda x: lax.reduce_window(
        x, initial, combine, [1, 1, *window], [1, 1, *stride], edges,
        window_dilation=[1, 1, *(dilation or [1] * rank)])


def pools(rank, options):
    total = pool(lax.add, 0.0, rank, **options)
    return {
        "maxPool": pool(lax.max, -np.inf, rank, **options),
        "minPool": pool(lax.min, np.inf, rank, **options),
        "sumPool": total,
        "avgPool": lambda x: total(x) / total(jnp.ones_like(x)),
        "avgPool with padding": lambda x: total(x) / np.prod(options["window"]),
    }


def windows_figures():
    convolutions, transposes, pooled = [], [], []
    for shape, kernel, options in CONVOLUTIONS:
        f = convolution(len(shape) - 2, **options)
        value, gradients = pulled(f, wave(jnp.sin, shape), wave(jnp.cos, kernel))
        convolutions.append({
            "input": shape, "kernel": kernel, "options": options, "value": value,
            "gradients": gradients})
    for shape, kernel, options in TRANSPOSED:
        f = transposed(len(shape) - 2, **options)
        value, gradients = pulled(f, wave(jnp.sin, shape), wave(jnp.cos, kernel))
        transposes.append({
            "input": shape, "kernel": kernel, "options": options, "value": value,
            "gradients": gradients})
    for shape, options in POOLS:
        x = jnp.round(2 * wave(jnp.sin, shape))  # has many ties
        results = {}
        for name, f in pools(len(shape) - 2, options).items():
            if name in ("maxPool", "minPool") and "dilation" in options:
                results[name] = {"value": plain(f(x))}  # JAX has no gradient for it
                continue
            value, [gradient] = pulled(f, x)
            results[name] = {"value": value, "gradient": gradient}
        pooled.append({"input": shape, "options": options, "results": results})
    rows = {}
    for label, row in ROWS.items():
        rows[label] = {"row": plain(row), "results": []}
        for padding in (0, 1, 4):
            options = {"window": [3], "stride": [1], "padding": [[padding, padding]]}
            found = {"padding": padding}
            for name in ("maxPool", "minPool"):
                value, [gradient] = pulled(pools(1, options)[name], jnp.array([[row]]))
                found[name] = {"value": value, "gradient": gradient}
            rows[label]["results"].append(found)
    save("windows", {
        "convolutions": convolutions, "transposed": transposes, "pools": pooled, "rows": rows})


CUMULATIVE = {
    "cumsum": lax.cumsum, "cumprod": lax.cumprod, "cummax": lax.cummax, "cummin": lax.cummin,
    "cumlogsumexp": lax.cumlogsumexp,
}

SEQUENCES = {
    "plain": [0.5, -1.0, 2.0, 1.5, -0.5, 3.0, 0.25], "ties": [1.0] * 7,
    "steps": [1.0, 1.0, 2.0, 2.0, 2.0, 1.0], "zeros": [2.0, 0.0, 3.0, 0.0, -1.0],
    "one zero": [2.0, 3.0, 0.0, -1.0], "huge": [1000.0, 1001.0, -1000.0, 999.0],
    "NaN": [1.0, np.nan, 2.0, 0.0], "infinite": [1.0, np.inf, 2.0, -np.inf],
    "low": [-np.inf, -np.inf, 1.0, 2.0, -np.inf], "one": [2.0], "none": [],
}


def cumulative_figures():
    figures = {}
    for name, f in CUMULATIVE.items():
        figures[name] = []
        for label, row in SEQUENCES.items():
            for reverse in (False, True):
                x = jnp.array(row, jnp.float64)
                y, pullback = jax.vjp(lambda x: f(x, reverse=reverse), x)
                second = jax.grad(lambda x: jnp.sum(
                    jax.vjp(lambda x: f(x, reverse=reverse), x)[1](wave(jnp.cos, x.shape))[0] ** 2))
                figures[name].append({
                    "label": label, "x": plain(x), "reverse": reverse, "value": plain(y),
                    "gradient": plain(pullback(wave(jnp.cos, y.shape))[0]),
                    "second": plain(second(x))})
    matrix = wave(jnp.sin, [3, 4])
    axes = {
        name: {
            "0": plain(f(matrix, 0)), "1": plain(f(matrix, 1)),
            "flat": plain(f(matrix.ravel(), 0)),
        }
        for name, f in CUMULATIVE.items()
    }
    integers = jnp.array([2000000000, 2000000000, -3, 7], jnp.int32)
    save("cumulative", {
        "functions": figures, "axes": axes,
        "integers": {
            name: plain(f(integers)) for name, f in CUMULATIVE.items() if name != "cumlogsumexp"},
        "diff": [
            {"n": n, "axis": axis, "value": plain(jnp.diff(matrix, n, axis))}
            for n in (0, 1, 2, 5) for axis in (0, 1)],
        "diffOfBooleans": plain(jnp.diff(jnp.array([True, False, False, True]))),
    })


with jax.enable_x64(True):
    windows_figures()
    cumulative_figures()
print("made windows.json and cumulative.json with", VERSIONS)
