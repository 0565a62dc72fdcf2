"""Makes the figures for losses, from PyTorch, Keras and optax: values and gradients.

    KERAS_BACKEND=jax oracle/bin/python tools/oracle_losses.py

Gradients are those of the mean, and of the losses of elements or rows times 1, -1/2, 1/3, …
See tools/oracle.py.
"""

import jax
import keras
import numpy as np
import optax
import torch
import torch.nn.functional as F

from oracle import plain, save

torch.set_num_threads(1)
jax.config.update("jax_enable_x64", True)
keras.backend.set_floatx("float64")
VERSIONS = {name: module.__version__ for name, module in
            {"torch": torch, "keras": keras, "optax": optax, "jax": jax}.items()}
DIGITS = {"float64": 17, "float32": 9}
random = np.random.default_rng(5)


def rounded(x, dtype):
    digits = DIGITS[dtype]
    return plain(np.vectorize(lambda v: float(f"{v:.{digits}g}"), otypes=[float])(
        x.detach().double().numpy()))


def draw(*shape, scale=1.0):
    """Few digits, the same in float32 and float64."""
    return np.round(random.normal(size=shape) * scale * 64) / 64


def tensors(arguments, by, dtype):
    return [torch.tensor(a, dtype=getattr(torch, dtype), requires_grad=i in by)
            if a.dtype.kind == "f" else torch.tensor(a, dtype=torch.int64)
            for i, a in enumerate(arguments)]


def figures(f, arguments, by, dtype):
    """Losses, their mean and sum, and gradients by some arguments."""
    found = {}
    for reduction in ("none", "sum", "mean"):
        xs = tensors(arguments, by, dtype)
        y = f(*xs, reduction=reduction)
        found[reduction] = rounded(y, dtype)
        if reduction == "sum" or y.numel() == 0 or not by:
            continue
        cotangent = torch.tensor([(-1) ** i / (i + 1) for i in range(y.numel())],
                                 dtype=torch.float64).to(y).reshape(y.shape)
        slopes = torch.autograd.grad(y, [xs[i] for i in by], cotangent)
        found[f"{reduction}Gradients"] = [rounded(slope, dtype) for slope in slopes]
    return found


def case(loss, arguments, f, options=None, name="random", by=(0, 1)):
    by = [i for i in by if i < len(arguments) and arguments[i].dtype.kind == "f"]
    return {
        "loss": loss, "name": name, "options": options or {}, "by": by,
        "arguments": [{"float": a.dtype.kind == "f", "shape": list(a.shape), "values": plain(a)}
                      for a in arguments],
        **{dtype: figures(f, arguments, by, dtype) for dtype in DIGITS},
    }


def reduce(x, reduction):
    return {"none": lambda x: x, "sum": torch.sum, "mean": torch.mean}[reduction](x)


def own(f):
    """A loss from the losses of elements."""
    return lambda *xs, reduction: reduce(f(*xs), reduction)


def log_cosh(p, t):
    d = (p.double() - t.double()).abs()
    return (d + F.softplus(-2 * d, threshold=100) - np.log(2)).to(p.dtype)


KINKS = (np.array([0.0, 1.0, -1.0, 0.5, 2.5, 1e4, -1e4, 0.0, 3.0]),
         np.array([0.0, 0.0, 0.0, 0.0, 0.0, -1e4, 1e4, 1e4, 3.0]))


def regression():
    pair = (draw(3, 2, scale=2), draw(3, 2, scale=2))
    empty = (np.zeros((0, 3)), np.zeros((0, 3)))
    settings = [
        ("meanSquaredError", F.mse_loss, {}, {}),
        ("meanAbsoluteError", F.l1_loss, {}, {}),
        ("huberLoss", F.huber_loss, {}, {}),
        ("huberLoss", F.huber_loss, {"delta": 0.5}, {"delta": 0.5}),
        ("huberLoss", F.huber_loss, {"delta": 2.5}, {"delta": 2.5}),
        ("smoothL1Loss", F.smooth_l1_loss, {}, {}),
        ("smoothL1Loss", F.smooth_l1_loss, {"beta": 2.5}, {"beta": 2.5}),
        ("smoothL1Loss", F.smooth_l1_loss, {"beta": 0}, {"beta": 0}),
        ("logCoshLoss", own(log_cosh), {}, {}),
    ]
    cases = []
    for loss, f, ours, theirs in settings:
        g = lambda p, t, reduction: f(p, t, reduction=reduction, **theirs)
        for name, arguments in {"random": pair, "kinks": KINKS, "empty": empty}.items():
            if name != "empty" or not ours:
                cases.append(case(loss, arguments, g, ours, name))
    counts = np.array([0.0, 1.0, 2.0, 7.0, 30.0, 0.5])
    for log_input in (True, False):
        for full in (False, True):
            rates = draw(6) if log_input else np.abs(draw(6, scale=3))
            cases.append(case(
                "poissonLoss", (rates, counts),
                lambda p, t, reduction: F.poisson_nll_loss(
                    p, t, log_input=log_input, full=full, reduction=reduction),
                {"logInput": log_input, "full": full}, by=[0] if full else [0, 1]))
    rates = (np.array([0.0, 0.0, 2.0]), np.array([0.0, 2.0, 0.0]))
    for eps in (1e-4, 0.5):
        cases.append(case(
            "poissonLoss", rates, lambda p, t, reduction: F.poisson_nll_loss(
                p, t, log_input=False, eps=eps, reduction=reduction),
            {"logInput": False, "eps": eps}, "zeros"))
    return cases


def binary():
    z, t = draw(4, 3, scale=3), np.round(random.uniform(size=(4, 3)) * 64) / 64
    extremes = (np.array([1e4, 1e4, -1e4, -1e4, 0.0, 0.0, -0.0]),
                np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.25, 0.0]))
    signs = np.array([1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0])
    cases = []
    weights = [None, 3.0, np.array([0.5, 1.0, 4.0])]
    for smoothing in (0, 0.125):
        for weight in weights:
            for name, arguments in {"random": (z, t), "extreme": extremes}.items():
                if name == "extreme" and isinstance(weight, np.ndarray):
                    continue
                options = {"labelSmoothing": smoothing} if smoothing else {}
                if weight is not None:
                    options["posWeight"] = plain(weight)
                cases.append(case(
                    "sigmoidCrossEntropy", arguments,
                    lambda z, t, reduction: F.binary_cross_entropy_with_logits(
                        z, t * (1 - smoothing) + smoothing / 2, reduction=reduction,
                        pos_weight=None if weight is None else torch.tensor(weight).to(z)),
                    options, name))
    random_signs = np.sign(draw(4, 3))
    random_signs[random_signs == 0] = 1
    cases.append(case("logisticLoss", (z, random_signs), F.soft_margin_loss, by=[0]))
    # F.soft_margin_loss overflows.
    logistic = own(lambda f, y: -F.logsigmoid(y * f))
    cases.append(case("logisticLoss", (extremes[0], signs), logistic, name="extreme"))
    hinges = {"hingeLoss": lambda f, y: F.relu(1 - y * f),
              "squaredHingeLoss": lambda f, y: F.relu(1 - y * f) ** 2}
    for loss, f in hinges.items():
        cases.append(case(loss, (z, random_signs), own(f)))
        kinks = (np.array([1.0, -1.0, 1e4, -1e4, 0.0, 0.5, -1.0]), signs)
        cases.append(case(loss, kinks, own(f), name="kinks"))
    return cases


def flat(f):
    """Rows before the last axis as one axis, for PyTorch, whose classes come second."""
    def g(x, t, reduction):
        y = f(x.reshape(-1, x.shape[-1]), t.reshape(-1, *t.shape[x.dim() - 1:]), reduction)
        return y.reshape(x.shape[:-1]) if reduction == "none" else y
    return g


def classes():
    logits, labels = draw(4, 3, scale=3), np.array([0, 2, -100, 1])
    plain_labels = np.array([0, 2, 2, 1])
    deep, deep_labels = draw(2, 2, 3, scale=3), np.array([[0, 2], [-1, 1]])
    extreme = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [1e4, 1e4, 1e4], [-1e4, -1e4, 1e4]])
    probabilities = np.round(random.dirichlet([1.0, 1.0, 1.0], size=4) * 64) / 64
    weight = np.array([0.5, 2.0, 1.25])
    cases = []

    def add(loss, name, x, t, weight=None, smoothing=0.0, ignore=None):
        options = {}
        if weight is not None:
            options["weight"] = plain(weight)
        if smoothing:
            options["labelSmoothing"] = smoothing
        if ignore is not None:
            options["ignoreIndex"] = ignore

        def f(x, t, reduction):
            w = None if weight is None else torch.tensor(weight).to(x)
            rest = {} if ignore is None else {"ignore_index": ignore}
            if loss == "negativeLogLikelihood":
                return F.nll_loss(x, t, w, reduction=reduction, **rest)
            return F.cross_entropy(
                x, t, w, reduction=reduction, label_smoothing=smoothing, **rest)
        cases.append(case(loss, (x, t), flat(f), options, name))

    for w in (None, weight):
        for smoothing in (0.0, 0.25):
            add("softmaxCrossEntropy", "classes", logits, plain_labels, w, smoothing)
            add("softmaxCrossEntropy", "some ignored", logits, labels, w, smoothing, -100)
            add("softmaxCrossEntropy", "deep", deep, deep_labels, w, smoothing, -1)
            add("softmaxCrossEntropy", "a class ignored", logits, plain_labels, w, smoothing, 2)
            add("softmaxCrossEntropy", "probabilities", logits, probabilities, w, smoothing)
            add("softmaxCrossEntropy", "extreme", extreme, plain_labels, w, smoothing)
            add("softmaxCrossEntropy", "all ignored", logits, np.full(4, -7), w, smoothing, -7)
            add("softmaxCrossEntropy", "empty", np.zeros((0, 3)), np.zeros(0, int), w, smoothing)
        add("softmaxCrossEntropy", "empty", np.zeros((0, 3)), np.zeros((0, 3)), w)
        add("negativeLogLikelihood", "classes", logits, plain_labels, w)
        add("negativeLogLikelihood", "some ignored", logits, labels, w, ignore=-100)
        add("negativeLogLikelihood", "all ignored", logits, np.full(4, -7), w, ignore=-7)
    for p in (1, 2):
        for margin in (1.0, 0.25):
            for w in (None, weight):
                options = {"p": p, "margin": margin}
                if w is not None:
                    options["weight"] = plain(w)
                f = flat(lambda x, t, reduction: F.multi_margin_loss(
                    x, t, p, margin, None if w is None else torch.tensor(w).to(x),
                    reduction=reduction))
                cases.append(case("multiMarginLoss", (logits, plain_labels), f, options))
    kinks = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1e4, -1e4, 0.0], [0.0, -1.0, 1e4]])
    f = flat(lambda x, t, reduction: F.multi_margin_loss(x, t, reduction=reduction))
    cases.append(case("multiMarginLoss", (kinks, plain_labels), f, {}, "kinks"))
    return cases


def rows():
    cases = []
    x = np.round(np.log(random.dirichlet([1.0] * 3, size=4)) * 64) / 64
    t = np.round(random.dirichlet([1.0] * 3, size=4) * 64) / 64
    zeros = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0], [0.25, 0.5, 0.25]])

    def kl(log_target):
        return own(lambda x, t: F.kl_div(x, t, reduction="none", log_target=log_target).sum(-1))
    cases.append(case("klDivergence", (x, t), kl(False)))
    # The derivative by a target of 0 is infinite.
    cases.append(case("klDivergence", (x, zeros), kl(False), name="zeros", by=[0]))
    cases.append(case("klDivergence", (x, np.log(t)), kl(True), {"logTarget": True}))
    batchmean = lambda x, t, reduction: F.kl_div(x, t, reduction="batchmean") \
        if reduction == "mean" else kl(False)(x, t, reduction=reduction)
    cases.append(case("klDivergence", (x, t), batchmean, name="batchmean"))

    def cosine(eps):
        return own(lambda p, t: 1 - F.cosine_similarity(p, t, dim=-1, eps=eps))
    cases.append(case("cosineSimilarityLoss", (draw(4, 3), draw(4, 3)), cosine(1e-8)))
    # PyTorch's gradient is not that of its values where rows are short.
    cases.append(case("cosineSimilarityLoss", (draw(2, 2, 3), draw(2, 2, 3)), cosine(2.0),
                      {"eps": 2.0}, "short", by=[]))
    flat_rows = (np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0], [1e4, -1e4]]),
                 np.array([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0], [-1e4, 1e4]]))
    cases.append(case("cosineSimilarityLoss", flat_rows, cosine(1e-8), name="zeros"))
    return cases


def ctc():
    cases = []

    def add(name, logits, targets, input_lengths, target_lengths, blank=0, zero=False, gradients=True):
        def f(x, reduction):
            lp = torch.log_softmax(x, -1).transpose(0, 1)
            return F.ctc_loss(lp, torch.tensor(targets), torch.tensor(input_lengths),
                              torch.tensor(target_lengths), blank, reduction, zero)
        entry = case("ctcLoss", (logits,), f, {"blank": blank, "zeroInfinity": zero}, name)
        entry["arguments"] += [
            {"float": False, "shape": list(np.shape(a)), "values": plain(np.array(a))}
            for a in (targets, input_lengths, target_lengths)]
        if not gradients:
            for dtype in ("float64", "float32"):
                del entry[dtype]["noneGradients"], entry[dtype]["meanGradients"]
        cases.append(entry)

    logits = draw(4, 7, 4, scale=2)
    labels = [[1, 2, 3], [1, 1, 1], [3, 1, 2], [2, 2, 1]]
    add("all whole", logits, labels, [7] * 4, [3] * 4)
    add("lengths", logits, labels, [7, 6, 3, 1], [3, 2, 1, 0])
    add("last blank", logits, [[0, 2, 1], [1, 1, 0], [2, 1, 2], [2, 2, 1]], [7, 6, 5, 4], [3, 3, 2, 1], 3)
    add("just long enough", logits, labels, [3, 5, 3, 4], [3] * 4)
    # The gradient of an infinite loss is NaN in PyTorch.
    add("too short", logits, labels, [2, 4, 7, 3], [3] * 4, gradients=False)
    add("too short, as 0", logits, labels, [2, 4, 7, 3], [3] * 4, zero=True)
    add("extreme", np.round(draw(2, 6, 3, scale=10)) * 1000, [[1, 2], [2, 2]], [6, 6], [2, 2])
    return cases


def others():
    """Losses of rows by Keras and optax, whose conventions are told in the tests."""
    L, O = keras.losses, optax.losses
    p, t = draw(4, 3, scale=2), draw(4, 3, scale=2)
    signs = np.where(draw(4, 3) < 0, -1.0, 1.0)
    halves = np.where(draw(4, 3) < 0, 0.0, 1.0)
    q = random.dirichlet([1.0] * 3, size=4)
    x = np.log(random.dirichlet([1.0] * 3, size=4))
    labels = np.array([0, 2, 2, 1])
    onehot = np.eye(3)[labels]
    counts = np.abs(np.round(t))
    paddings = np.zeros((4, 7))
    paddings[1, 5:] = 1
    sequences, spelled = draw(4, 7, 4), np.array([[1, 2, 3], [1, 1, 2], [3, 1, 0], [2, 0, 0]])
    return {
        "inputs": {name: plain(value) for name, value in {
            "p": p, "t": t, "signs": signs, "halves": halves, "q": q, "x": x, "labels": labels,
            "counts": counts, "sequences": sequences, "spelled": spelled}.items()},
        "keras": {name: plain(np.asarray(value)) for name, value in {
            "meanSquaredError": L.mean_squared_error(t, p),
            "meanAbsoluteError": L.mean_absolute_error(t, p),
            "huber": L.huber(t, p, delta=0.75),
            "logCosh": L.log_cosh(t, p),
            "hinge": L.hinge(signs, p),
            "squaredHinge": L.squared_hinge(signs, p),
            "binary": L.binary_crossentropy(halves, p, from_logits=True, label_smoothing=0.2),
            "categorical": L.categorical_crossentropy(onehot, p, from_logits=True, label_smoothing=0.2),
            "sparse": L.sparse_categorical_crossentropy(labels, p, from_logits=True),
            "poisson": L.poisson(counts, np.exp(p)),
            "kl": L.kl_divergence(q, np.exp(x)),
            "cosine": L.cosine_similarity(t, p),
        }.items()},
        "optax": {name: plain(np.asarray(value)) for name, value in {
            "huber": O.huber_loss(p, t, delta=0.75),
            "logCosh": O.log_cosh(p, t),
            "hinge": O.hinge_loss(p, signs),
            "binary": O.sigmoid_binary_cross_entropy(p, halves),
            "softmax": O.softmax_cross_entropy(p, q),
            "kl": O.kl_divergence(x, q),
            "cosine": O.cosine_distance(p, t),
            "ctc": O.ctc_loss(sequences, paddings, spelled, (spelled == 0) * 1.0, log_epsilon=-1e30),
        }.items()},
    }


if __name__ == "__main__":
    save("losses", {"versions": VERSIONS, "cases": regression() + binary()})
    save("row_losses", {"versions": VERSIONS, "cases": classes() + rows()})
    save("ctc", {"versions": VERSIONS, "cases": ctc()})
    save("losses_elsewhere", {"versions": VERSIONS, **others()})
