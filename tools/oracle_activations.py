"""Makes the figures for activation functions, from PyTorch: values and gradients.

    oracle/bin/python tools/oracle_activations.py

See tools/oracle.py.
"""

import torch
import torch.nn.functional as F

from oracle import plain, save

torch.set_num_threads(1)
torch.manual_seed(0)

SPECIAL = [0.0, -0.0, 1.0, -1.0, 3.0, -3.0, 6.0, 7.5, -7.5, 20.5, -20.5, 100.0, -100.0,
           1e4, -1e4, 1e-4, -1e-4, 1e-12, -1e-12, float("nan")]


def geglu(x, axis=-1):
    a, b = x.chunk(2, axis)
    return a * F.gelu(b)


def reglu(x, axis=-1):
    a, b = x.chunk(2, axis)
    return a * F.relu(b)


def swiglu(x, axis=-1):
    a, b = x.chunk(2, axis)
    return a * F.silu(b)


ELEMENTWISE = [
    ("relu", [], F.relu),
    ("relu6", [], F.relu6),
    ("leakyRelu", [], F.leaky_relu),
    ("leakyRelu", [0.3], lambda x: F.leaky_relu(x, 0.3)),
    ("elu", [], F.elu),
    ("elu", [0.4], lambda x: F.elu(x, 0.4)),
    ("selu", [], F.selu),
    ("celu", [], F.celu),
    # A power of two: PyTorch rounds alpha and its reciprocal to float32.
    ("celu", [0.5], lambda x: F.celu(x, 0.5)),
    ("gelu", [], F.gelu),
    ("gelu", [{"approximate": True}], lambda x: F.gelu(x, approximate="tanh")),
    ("silu", [], F.silu),
    ("mish", [], F.mish),
    # From its threshold on PyTorch gives x itself, here where the difference is below rounding.
    ("softplus", [], lambda x: F.softplus(x, threshold=50)),
    ("logSigmoid", [], F.logsigmoid),
    ("softsign", [], F.softsign),
    ("sigmoid", [], torch.sigmoid),
    # In the gradient of F.hardsigmoid 1/6 is rounded to float32.
    ("hardSigmoid", [], lambda x: F.relu6(x + 3) / 6),
    ("tanh", [], torch.tanh),
    ("hardTanh", [], F.hardtanh),
    ("hardTanh", [-2, 0.5], lambda x: F.hardtanh(x, -2, 0.5)),
    ("identity", [], lambda x: x * 1),
    ("sine", [], lambda x: torch.sin(30 * x)),
    ("sine", [2], lambda x: torch.sin(2 * x)),
]

ALONG_AXES = [
    ("softmax", lambda x, axis: F.softmax(x, axis)),
    ("logSoftmax", lambda x, axis: F.log_softmax(x, axis)),
    ("glu", F.glu),
    ("reglu", reglu),
    ("geglu", geglu),
    ("swiglu", swiglu),
]


def rounded(x):
    """Nine digits for float32."""
    figures = plain(x.detach().numpy())
    if x.dtype == torch.float64:
        return figures

    def short(figure):
        if isinstance(figure, list):
            return [short(one) for one in figure]
        return figure if isinstance(figure, str) else float(f"{figure:.9g}")

    return short(figures)


def gradients(result, cotangent, *inputs):
    return [rounded(one) for one in torch.autograd.grad((result * cotangent).sum(), inputs)]


def elementwise(dtype, x):
    cases = []
    for name, arguments, f in ELEMENTWISE:
        operand = x.clone().requires_grad_()
        y = f(operand)
        [gradient] = gradients(y, torch.ones_like(y), operand)
        cases.append({"name": name, "arguments": arguments, "value": rounded(y), "gradient": gradient})
    return {"dtype": dtype, "x": rounded(x), "cases": cases}


def along_axes():
    cases = []
    for shape, axis, scale in [((3, 4), -1, 1), ((4, 3), 0, 1), ((2, 4, 3), 1, 1), ((2, 6), -1, 1e4),
                               ((0, 4), -1, 1)]:
        x = (torch.randn(shape, dtype=torch.float64) * scale).requires_grad_()
        for name, f in ALONG_AXES:
            y = f(x, axis)
            cotangent = torch.randn(y.shape, dtype=torch.float64)
            [gradient] = gradients(y, cotangent, x)
            cases.append({"name": name, "axis": axis, "shape": shape, "x": rounded(x.flatten()),
                          "value": rounded(y.flatten()), "cotangent": rounded(cotangent.flatten()),
                          "gradient": gradient if 0 not in shape else []})
    return cases


def prelu():
    cases = []
    for shape, channels in [((5,), 1), ((3, 4), 1), ((3, 4), 4), ((2, 3, 2, 2), 3), ((2, 3, 2), 1),
                            ((0, 3), 3)]:
        x = torch.randn(shape, dtype=torch.float64)
        if x.numel() > 0:
            x.view(-1)[0] = 0
            x.view(-1)[1] = -1e4
        x.requires_grad_()
        weight = torch.randn(channels, dtype=torch.float64, requires_grad=True)
        y = F.prelu(x, weight)
        cotangent = torch.randn(y.shape, dtype=torch.float64)
        gradient = gradients(y, cotangent, x, weight)
        cases.append({"shape": shape, "x": rounded(x.flatten()), "weight": rounded(weight),
                      "value": rounded(y.flatten()), "cotangent": rounded(cotangent.flatten()),
                      "gradient": gradient})
    return cases


def main():
    points = torch.cat([torch.tensor(SPECIAL, dtype=torch.float64),
                        3 * torch.randn(20, dtype=torch.float64)])
    save("activations", {
        "versions": {"torch": torch.__version__},
        "elementwise": [elementwise("float64", points), elementwise("float32", points.float())],
        "alongAxes": along_axes(),
        "prelu": prelu(),
    })


main()
