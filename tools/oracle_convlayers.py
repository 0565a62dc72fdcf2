"""Makes the figures of convolution and pooling layers, from PyTorch and Keras:
tests/fixtures/oracle/convlayers.json and pooling.json.

    python3 -m venv oracle && oracle/bin/pip install "jax[cpu]" torch keras
    oracle/bin/python tools/oracle_convlayers.py
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import oracle  # noqa: E402
from oracle import plain  # noqa: E402

torch.set_num_threads(1)
oracle.VERSIONS |= {"torch": torch.__version__, "keras": keras.__version__}
rng = np.random.default_rng(0)


def drawn(shape, decimals=3):
    """Few digits, which JSON holds exactly."""
    return torch.tensor(np.round(rng.normal(size=shape), decimals), requires_grad=True)


def operand(x):
    """An array as its shape and its elements in order."""
    x = np.asarray(x)
    return {"shape": list(x.shape), "data": plain(x.ravel())}


def result(x):
    """The elements in order; eleven digits after the point will do."""
    return plain(np.round(np.asarray(x), 11).ravel())


def case(layer, of, x, params, options, y):
    """The value, and the gradients for a cotangent of cosines."""
    cotangent = torch.cos(torch.arange(y.numel(), dtype=y.dtype)).reshape(y.shape)
    gradients = torch.autograd.grad(y, [x, *params.values()], cotangent)
    return {
        "layer": layer, "of": of, "options": options,
        "params": {name: operand(p.detach()) for name, p in params.items()},
        "x": operand(x.detach()), "shape": list(y.shape), "value": result(y.detach()),
        "gradients": [result(g) for g in gradients],
    }


CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def padding(options):
    p = options.get("padding", 0)
    return p.lower() if isinstance(p, str) else p


def conv(x, w, b, options):
    return CONV[w.ndim - 2](
        x, w, b, options.get("stride", 1), padding(options), options.get("dilation", 1),
        options.get("groups", 1))


# Inputs, outputs, kernel, batch and spatial axes of the input, options.
CONVOLUTIONS = [
    (2, 3, [3], [2, 7], {}),
    (4, 6, [3], [1, 8], {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    (2, 2, [4], [2, 6], {"padding": "SAME", "bias": False}),
    (3, 4, [3, 3], [2, 5, 6], {"padding": 1}),
    (4, 4, [2, 3], [1, 6, 5], {"stride": [2, 1], "padding": [0, 2], "dilation": [1, 2], "groups": 4}),
    (3, 2, [4, 3], [2, 5, 4], {"padding": "SAME", "dilation": [2, 1]}),
    (2, 2, [2, 2], [1, 4, 4], {"padding": "VALID", "bias": False, "groups": 2}),
    (2, 3, [2, 2, 3], [1, 3, 4, 4], {}),
    (2, 2, [2, 3, 2], [1, 4, 3, 5], {"stride": [1, 2, 2], "padding": [1, 1, 0], "dilation": [2, 1, 1],
                                     "groups": 2}),
    (1, 2, [3, 2, 3], [1, 3, 3, 3], {"padding": "SAME", "bias": False}),
]

TRANSPOSES = [
    (3, 2, [3], [2, 4], {}),
    (4, 6, [3], [1, 4], {"stride": 3, "padding": 1, "outputPadding": 2, "groups": 2}),
    (3, 2, [3, 2], [2, 3, 3], {"stride": 2, "padding": 1, "outputPadding": [1, 0]}),
    (2, 4, [2, 3], [1, 3, 2], {"dilation": [2, 1], "padding": [1, 0], "groups": 2, "bias": False}),
    (2, 2, [2, 2, 2], [1, 2, 3, 2], {"stride": [2, 1, 2]}),
    (2, 2, [2, 1, 3], [1, 2, 2, 2], {
        "stride": 2, "padding": [0, 0, 1], "outputPadding": 1, "dilation": [1, 1, 2], "groups": 2}),
]

# Channels, kernel, batch and spatial axes, options.
DEPTHWISE = [
    (3, [3], [2, 6], {"multiplier": 2, "padding": "SAME"}),
    (3, [3, 2], [1, 5, 5], {"stride": 2, "padding": 1}),
    (2, [2, 2], [2, 4, 5], {"multiplier": 3, "dilation": [1, 2], "bias": False}),
    (2, [2, 2, 2], [1, 3, 3, 3], {"multiplier": 2, "padding": [1, 0, 1]}),
]

# As the convolutions; then as Keras has them too.
SEPARABLE = [
    (3, 4, [3], [2, 6], {"multiplier": 2, "stride": 2, "padding": 1}),
    (3, 2, [3, 3], [2, 5, 4], {"padding": "SAME"}),
    (2, 3, [2, 3], [1, 6, 6], {"multiplier": 2, "dilation": 2, "bias": False}),
    (2, 2, [2, 2, 1], [1, 3, 3, 2], {"multiplier": 2}),
]


def convolutions():
    cases = []
    for inputs, outputs, size, [batch, *spatial], options in CONVOLUTIONS:
        x = drawn([batch, inputs, *spatial])
        params = {"weight": drawn([outputs, inputs // options.get("groups", 1), *size])}
        if options.get("bias", True):
            params["bias"] = drawn([outputs])
        y = conv(x, params["weight"], params.get("bias"), options)
        cases.append(case("conv", [inputs, outputs, size], x, params, options, y))
    for inputs, outputs, size, [batch, *spatial], options in TRANSPOSES:
        x = drawn([batch, inputs, *spatial])
        groups = options.get("groups", 1)
        params = {"weight": drawn([inputs, outputs // groups, *size])}
        if options.get("bias", True):
            params["bias"] = drawn([outputs])
        y = TRANSPOSED[len(size)](
            x, params["weight"], params.get("bias"), options.get("stride", 1),
            options.get("padding", 0), options.get("outputPadding", 0), groups,
            options.get("dilation", 1))
        cases.append(case("convTranspose", [inputs, outputs, size], x, params, options, y))
    for channels, size, [batch, *spatial], options in DEPTHWISE:
        x = drawn([batch, channels, *spatial])
        outputs = channels * options.get("multiplier", 1)
        params = {"weight": drawn([outputs, 1, *size])}
        if options.get("bias", True):
            params["bias"] = drawn([outputs])
        y = conv(x, params["weight"], params.get("bias"), {**options, "groups": channels})
        cases.append(case("depthwiseConv", [channels, size], x, params, options, y))
    for inputs, outputs, size, [batch, *spatial], options in SEPARABLE:
        x = drawn([batch, inputs, *spatial])
        between = inputs * options.get("multiplier", 1)
        params = {
            "depthwise": drawn([between, 1, *size]),
            "pointwise": drawn([outputs, between, *[1 for _ in size]])}
        if options.get("bias", True):
            params["bias"] = drawn([outputs])
        middle = conv(x, params["depthwise"], None, {**options, "groups": inputs})
        y = conv(middle, params["pointwise"], params.get("bias"), {})
        cases.append(case("separableConv", [inputs, outputs, size], x, params, options, y))
    return cases


# What Keras makes of depthwise and separable convolutions, for channels last.
KERAS = [
    ("depthwiseConv", keras.layers.DepthwiseConv1D, [3, [3]], [2, 7], {"multiplier": 2}),
    ("depthwiseConv", keras.layers.DepthwiseConv2D, [2, [3, 2]], [1, 5, 6], {
        "stride": 2, "padding": "SAME", "multiplier": 3}),
    ("separableConv", keras.layers.SeparableConv1D, [2, 3, [4]], [2, 7], {"stride": 2}),
    ("separableConv", keras.layers.SeparableConv2D, [3, 4, [3, 3]], [2, 5, 6], {
        "padding": "SAME", "multiplier": 2, "stride": 2}),
]


def last_first(kernel):
    """A kernel `[…, C, M]` of a depthwise convolution as `[C M, 1, …]`."""
    *size, channels, multiplier = kernel.shape
    moved = np.moveaxis(kernel, [-2, -1], [0, 1])
    return moved.reshape(channels * multiplier, 1, *size)


def keras_figures():
    cases = []
    for name, Layer, of, [batch, *spatial], options in KERAS:
        *channels, size = of
        layer = Layer(
            *channels[1:], size, strides=options.get("stride", 1),
            padding=options.get("padding", "VALID").lower(),
            depth_multiplier=options.get("multiplier", 1), dtype="float64")
        x = np.round(rng.normal(size=[batch, *spatial, channels[0]]), 3)
        layer.build(x.shape)
        weights = [np.round(rng.normal(size=w.shape), 3) for w in layer.get_weights()]
        layer.set_weights(weights)
        y = np.moveaxis(np.asarray(layer(x)), -1, 1)
        if name == "depthwiseConv":
            params = {"weight": last_first(weights[0])}
        else:
            pointwise = np.moveaxis(weights[1], [-1, -2], [0, 1])
            params = {"depthwise": last_first(weights[0]), "pointwise": pointwise}
        params["bias"] = weights[-1]
        cases.append({
            "layer": name, "of": of, "options": options,
            "params": {name: operand(p) for name, p in params.items()},
            "x": operand(np.moveaxis(x, -1, 1)), "shape": list(y.shape), "value": result(y)})
    return cases


POOLS = [
    ([2, 1, 7], 2, {}), ([1, 2, 8], [3], {"stride": 2, "padding": 1}),
    ([1, 1, 9], 2, {"dilation": 3, "stride": 1}),
    ([2, 1, 5, 6], 2, {}), ([1, 2, 6, 5], [3, 2], {"stride": [2, 1], "padding": [1, 0]}),
    ([1, 1, 3, 4, 4], 2, {"stride": 1, "padding": 1}), ([1, 2, 4, 3, 5], [2, 1, 3], {}),
]

ADAPTIVE = [
    ([2, 1, 5], 1), ([1, 2, 7], 3), ([1, 1, 6], 3), ([1, 1, 4], [4]), ([1, 2, 3], 5),
    ([2, 1, 5, 6], 1), ([1, 2, 7, 5], [3, 2]), ([1, 1, 6, 8], [3, 4]), ([1, 1, 6, 5], [2, 3]),
    ([1, 1, 2, 5], [3, 7]), ([0, 2, 5, 5], 2),
    ([1, 2, 3, 4, 5], 2), ([1, 1, 5, 4, 3], [3, 1, 2]), ([1, 1, 2, 2, 3], [3, 2, 4]),
]

MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVG = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
ADAPTIVE_MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
ADAPTIVE_AVG = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


def pools():
    cases = []
    for shape, window, options in POOLS:
        x = drawn(shape, 0)  # has many ties
        rank = len(shape) - 2
        stride, edges = options.get("stride"), options.get("padding", 0)
        y = MAX[rank](x, window, stride, edges, options.get("dilation", 1))
        cases.append(case("maxPooling", [window], x, {}, options, y))
        if "dilation" in options:
            continue
        for count in (True, False):
            y = AVG[rank](x, window, stride, edges, False, count)
            cases.append(case("avgPooling", [window], x, {}, {**options, "countIncludePad": count}, y))
    for shape, size in ADAPTIVE:
        x = drawn(shape, 0)
        rank = len(shape) - 2
        for name, pool in (("adaptiveMaxPooling", ADAPTIVE_MAX), ("adaptiveAvgPooling", ADAPTIVE_AVG)):
            cases.append(case(name, [size], x, {}, None, pool[rank](x, size)))
        if size == 1:
            for name, pool in (("globalMaxPooling", ADAPTIVE_MAX), ("globalAvgPooling", ADAPTIVE_AVG)):
                cases.append(case(name, [], x, {}, None, pool[rank](x, 1).flatten(1)))
    return cases


oracle.save("convlayers", {"torch": convolutions(), "keras": keras_figures()})
oracle.save("pooling", {"torch": pools()})
print("made convlayers.json and pooling.json with", oracle.VERSIONS)
