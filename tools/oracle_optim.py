"""Makes the trajectories of optimizers and the values of schedules, from PyTorch, optax and Keras.

    python3 -m venv peers && peers/bin/pip install torch optax keras
    peers/bin/python tools/oracle_optim.py

Two problems: an ill-conditioned least squares, and a network of 2, 3 and 1 units. See tools/oracle.py.
"""

import json
import os
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

torch.set_num_threads(1)

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {
    "torch": torch.__version__, "jax": jax.__version__, "optax": optax.__version__,
    "keras": keras.__version__, "numpy": np.__version__,
}


def save(name, contents):
    """A line for each case."""
    OUT.mkdir(parents=True, exist_ok=True)
    lines = [f'"versions": {json.dumps(VERSIONS)}']
    for key, value in contents.items():
        if isinstance(value, list):
            cases = ",\n".join(json.dumps(case, separators=(",", ":")) for case in value)
            lines.append(f"{json.dumps(key)}: [\n{cases}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


def digits(values, dtype):
    """Numbers with as many digits as the dtype has."""
    count = 9 if dtype == "float32" else 17
    return [float(f"{x:.{count}g}") for x in np.concatenate([np.ravel(v) for v in values])]


# The problems.

rng = np.random.default_rng(5)
left, _ = np.linalg.qr(rng.normal(size=(6, 4)))
right, _ = np.linalg.qr(rng.normal(size=(4, 4)))
A = np.round(left * [2, 1, 0.2, 0.02] @ right, 4)
B = np.round(rng.normal(size=6), 4)
X = np.round(rng.normal(size=(5, 2)), 4)
Y = np.round(rng.normal(size=(5, 1)), 4)
START = {
    "x": np.round(rng.normal(size=4), 4),
    "w1": np.round(rng.normal(size=(2, 3)), 4),
    "b1": np.round(rng.normal(size=3), 4),
    "w2": np.round(rng.normal(size=(3, 1)), 4),
    "b2": np.round(rng.normal(size=1), 4),
}
STEPS = [1, 2, 3, 10, 30, 60, 100]


def loss(m, p, constants):
    """The sum of both problems' losses, whose gradients do not touch one another."""
    a, b, x, y = constants
    residual = a @ p["x"] - b
    hidden = m.tanh(x @ p["w1"] + p["b1"])
    error = hidden @ p["w2"] + p["b2"] - y
    return 0.5 * (residual * residual).sum() + (error * error).mean()


def torch_run(make, dtype, average=False):
    kind = getattr(torch, dtype)
    # Scalars in the states, such as ASGD's learning rate, are of the default dtype.
    torch.set_default_dtype(kind)
    constants = [torch.tensor(c, dtype=kind) for c in (A, B, X, Y)]
    params = {k: torch.tensor(v, dtype=kind, requires_grad=True) for k, v in START.items()}
    optimizer = make(params.values())
    found = []
    for step in range(1, max(STEPS) + 1):
        optimizer.zero_grad()
        loss(torch, params, constants).backward()
        optimizer.step()
        if step in STEPS:
            values = [optimizer.state[p]["ax"] if average else p for p in params.values()]
            found.append(digits([v.detach().numpy() for v in values], dtype))
    return found


def optax_run(optimizer, dtype):
    constants = [jnp.array(c, dtype) for c in (A, B, X, Y)]
    params = {k: jnp.array(v, dtype) for k, v in START.items()}
    state = optimizer.init(params)

    @jax.jit
    def update(params, state):
        gradients = jax.grad(lambda p: loss(jnp, p, constants))(params)
        updates, state = optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), state

    found = []
    for step in range(1, max(STEPS) + 1):
        params, state = update(params, state)
        if step in STEPS:
            assert all(v.dtype == dtype for v in params.values())
            found.append(digits([params[k] for k in START], dtype))
    return found


def torch_cases():
    t = torch.optim
    # The name and options of ours, and PyTorch's.
    table = [
        ("sgd", 0.1, {}, t.SGD, {}),
        ("sgd", 0.05, {"momentum": 0.9}, t.SGD, {"momentum": 0.9}),
        ("sgd", 0.05, {"momentum": 0.8, "nesterov": True}, t.SGD, {"momentum": 0.8, "nesterov": True}),
        ("sgd", 0.05, {"momentum": 0.8, "dampening": 0.3, "weightDecay": 0.05}, t.SGD,
         {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.05}),
        ("adagrad", 0.2, {}, t.Adagrad, {}),
        ("adagrad", 0.2, {"learningRateDecay": 0.05, "weightDecay": 0.1}, t.Adagrad,
         {"lr_decay": 0.05, "weight_decay": 0.1}),
        ("adagrad", 0.2, {"initialAccumulator": 0.5, "epsilon": 0.01}, t.Adagrad,
         {"initial_accumulator_value": 0.5, "eps": 0.01}),
        ("rmsprop", 0.01, {}, t.RMSprop, {}),
        ("rmsprop", 0.01, {"centered": True, "epsilon": 0.01}, t.RMSprop,
         {"centered": True, "eps": 0.01}),
        ("rmsprop", 0.01, {"momentum": 0.5, "decay": 0.9, "weightDecay": 0.1}, t.RMSprop,
         {"momentum": 0.5, "alpha": 0.9, "weight_decay": 0.1}),
        ("adadelta", 1, {}, t.Adadelta, {}),
        ("adadelta", 0.5, {"rho": 0.95, "epsilon": 1e-5, "weightDecay": 0.1}, t.Adadelta,
         {"rho": 0.95, "eps": 1e-5, "weight_decay": 0.1}),
        ("adam", 0.05, {}, t.Adam, {}),
        ("adam", 0.05, {"amsgrad": True}, t.Adam, {"amsgrad": True}),
        ("adam", 0.05, {"beta1": 0.8, "beta2": 0.95, "epsilon": 0.01, "weightDecay": 0.1}, t.Adam,
         {"betas": (0.8, 0.95), "eps": 0.01, "weight_decay": 0.1}),
        ("adamw", 0.05, {}, t.AdamW, {}),
        ("adamw", 0.05, {"weightDecay": 0.3, "amsgrad": True}, t.AdamW,
         {"weight_decay": 0.3, "amsgrad": True}),
        ("adamax", 0.05, {}, t.Adamax, {}),
        ("adamax", 0.05, {"beta1": 0.8, "beta2": 0.95, "epsilon": 0.01, "weightDecay": 0.1},
         t.Adamax, {"betas": (0.8, 0.95), "eps": 0.01, "weight_decay": 0.1}),
        ("nadam", 0.05, {}, t.NAdam, {}),
        ("nadam", 0.05, {"momentumDecay": 0.1, "epsilon": 0.01, "weightDecay": 0.1}, t.NAdam,
         {"momentum_decay": 0.1, "eps": 0.01, "weight_decay": 0.1}),
        ("nadam", 0.05, {"weightDecay": 0.3, "decoupledWeightDecay": True}, t.NAdam,
         {"weight_decay": 0.3, "decoupled_weight_decay": True}),
        ("radam", 0.05, {}, t.RAdam, {}),
        ("radam", 0.05, {"beta1": 0.8, "beta2": 0.95, "epsilon": 0.01, "weightDecay": 0.1},
         t.RAdam, {"betas": (0.8, 0.95), "eps": 0.01, "weight_decay": 0.1}),
        ("radam", 0.05, {"beta2": 0.5, "weightDecay": 0.3, "decoupledWeightDecay": True}, t.RAdam,
         {"betas": (0.9, 0.5), "weight_decay": 0.3, "decoupled_weight_decay": True}),
        ("asgd", 0.1, {}, t.ASGD, {}),
        ("asgd", 0.2, {"lambda": 0.05, "alpha": 0.5, "start": 10, "weightDecay": 0.1}, t.ASGD,
         {"lambd": 0.05, "alpha": 0.5, "t0": 10, "weight_decay": 0.1}),
        ("rprop", 0.01, {}, t.Rprop, {}),
        ("rprop", 0.02, {"etaMinus": 0.4, "etaPlus": 1.1, "minStepSize": 0.001, "maxStepSize": 0.1},
         t.Rprop, {"etas": (0.4, 1.1), "step_sizes": (0.001, 0.1)}),
    ]
    cases = []
    for name, rate, options, make, theirs in table:
        for dtype in ("float64", "float32"):
            run = torch_run(lambda p: make(p, lr=rate, foreach=False, **theirs), dtype)
            cases.append({"name": name, "rate": rate, "options": options, "dtype": dtype, "run": run})
    averages = [
        {"dtype": dtype, "run": torch_run(
            lambda p: t.ASGD(p, lr=0.2, lambd=0.05, alpha=0.5, t0=10, foreach=False), dtype, True)}
        for dtype in ("float64", "float32")
    ]
    return cases, averages


def optax_cases():
    o = optax
    matrices = lambda p: jax.tree.map(lambda leaf: leaf.ndim > 1, p)
    warmup = o.warmup_cosine_decay_schedule(0.0, 0.1, 10, 80, 0.01)
    table = {
        "sgd, nesterov": o.sgd(0.05, momentum=0.8, nesterov=True),
        "adam": o.adam(0.05),
        "adam, nesterov": o.nadam(0.05),
        "adam, epsilonRoot": o.adam(0.05, eps_root=1e-3),
        "adamw, mask": o.adamw(0.05, weight_decay=0.3, mask=matrices),
        "rmsprop, nesterov": o.rmsprop(0.01, 0.9, eps=0.1, eps_in_sqrt=False, momentum=0.5, nesterov=True),
        "adadelta": o.adadelta(1.0, rho=0.9, eps=1e-6),
        "adamax": o.adamax(0.05),
        "clip": o.chain(o.clip(0.2), o.sgd(0.1)),
        "clipByGlobalNorm": o.chain(o.clip_by_global_norm(0.5), o.sgd(0.2, momentum=0.5)),
        "ema": o.chain(o.ema(0.7), o.scale(-0.1)),
        "ema, not debiased": o.chain(o.ema(0.7, debias=False), o.scale(-0.1)),
        "accumulate": o.MultiSteps(o.adam(0.1), 3).gradient_transformation(),
        "warmupCosine": o.adam(lambda count: warmup(count.astype(jnp.float64))),
    }
    cases = []
    for name, optimizer in table.items():
        for dtype in ("float64", "float32"):
            if name == "accumulate" and dtype == "float64":
                optimizer = o.MultiSteps(o.adam(0.1), 3, accumulator_dtype=jnp.float64)
                optimizer = optimizer.gradient_transformation()
            elif name == "accumulate":
                optimizer = o.MultiSteps(o.adam(0.1), 3).gradient_transformation()
            cases.append({"name": name, "dtype": dtype, "run": optax_run(optimizer, dtype)})
    return cases


# Schedules.

def torch_schedule(make, count, kind=torch.optim.SGD, momentum=False):
    optimizer = kind([torch.zeros(1, dtype=torch.float64)], lr=1.0, **({"momentum": 0.9} if momentum else {}))
    scheduler = make(optimizer)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["momentum" if momentum else "lr"])
        optimizer.step()
        scheduler.step()
    return found


def schedules():
    s = torch.optim.lr_scheduler
    count = 100
    steps = list(range(count))

    def ours(f):
        return [float(f(jnp.array(i, jnp.float64))) for i in steps]

    def keras_values(f):
        return [float(f(i)) for i in steps]

    def cycle(momentum=False, **options):
        return torch_schedule(
            lambda o: s.OneCycleLR(o, max_lr=0.5, total_steps=count, cycle_momentum=momentum, **options),
            count, momentum=momentum)

    found = {
        "linear": ours(optax.linear_schedule(0.1, 0.7, 40, 5)),
        "polynomial": ours(optax.polynomial_schedule(1.0, 0.1, 2.5, 60, 7)),
        "polynomial, root": ours(optax.polynomial_schedule(0.0, 1.0, 0.5, 60)),
        "exponential": ours(optax.exponential_decay(0.5, 10, 0.7)),
        "exponential, all": ours(optax.exponential_decay(
            0.5, 10, 0.7, transition_begin=5, staircase=True, end_value=0.1)),
        "exponential, rising": ours(optax.exponential_decay(0.1, 10, 1.5, end_value=2.0)),
        "StepLR": torch_schedule(lambda o: s.StepLR(o, 15, 0.3), count),
        "inverseTime": keras_values(keras.optimizers.schedules.InverseTimeDecay(0.5, 10, 0.7)),
        "inverseTime, staircase": keras_values(
            keras.optimizers.schedules.InverseTimeDecay(0.5, 10, 0.7, staircase=True)),
        "cosine": ours(optax.cosine_decay_schedule(0.5, 70, alpha=0.2)),
        "cosine, exponent": ours(optax.cosine_decay_schedule(0.5, 70, alpha=0.2, exponent=1.7)),
        "CosineAnnealingLR": torch_schedule(lambda o: s.CosineAnnealingLR(o, 99, 0.1), count),
        "warmupCosine": ours(optax.warmup_cosine_decay_schedule(0.01, 0.5, 12, 80, 0.05, 1.3)),
        "restarts": torch_schedule(lambda o: s.CosineAnnealingWarmRestarts(o, 13, 1, 0.1), count),
        "restarts, growing": torch_schedule(
            lambda o: s.CosineAnnealingWarmRestarts(o, 3, 3, 0.1), count),
        "restarts, decaying": keras_values(
            keras.optimizers.schedules.CosineDecayRestarts(1.0, 7, t_mul=2.0, m_mul=0.8)),
        "piecewiseConstant": ours(optax.piecewise_constant_schedule(1.0, {20: 0.5, 50: 0.1})),
        "piecewiseLinear": ours(optax.piecewise_interpolate_schedule(
            "linear", 0.5, {20: 2.0, 50: 0.1, 80: 3.0})),
        "join": ours(optax.join_schedules(
            [optax.linear_schedule(0.0, 1.0, 10), optax.exponential_decay(1.0, 5, 0.9),
             optax.constant_schedule(0.25)], [10, 60])),
        "oneCycle": cycle(),
        "oneCycle, linear": cycle(pct_start=0.25, anneal_strategy="linear", div_factor=10.0,
                                  final_div_factor=100.0),
        "oneCycle, three phases": cycle(three_phase=True, pct_start=0.4),
        "oneCycleMomentum": cycle(momentum=True),
        "oneCycleMomentum, three phases": cycle(
            momentum=True, three_phase=True, base_momentum=0.7, max_momentum=0.9),
    }
    return [{"name": name, "values": [float(f"{x:.17g}") for x in values]}
            for name, values in found.items()]


def plateaus():
    series = np.round(np.abs(np.sin(np.arange(80) * 0.37)) * np.exp(-np.arange(80) / 15) + 0.1, 5)
    table = [
        ({"patience": 2}, {"patience": 2}),
        ({"patience": 1, "factor": 0.5, "cooldown": 4, "minRate": 0.01},
         {"patience": 1, "factor": 0.5, "cooldown": 4, "min_lr": 0.01}),
        ({"patience": 3, "mode": "max", "factor": 0.7}, {"patience": 3, "mode": "max", "factor": 0.7}),
        ({"patience": 1, "threshold": 0.02, "thresholdMode": "abs", "factor": 0.3, "epsilon": 0.01},
         {"patience": 1, "threshold": 0.02, "threshold_mode": "abs", "factor": 0.3, "eps": 0.01}),
        ({"patience": 0, "mode": "max", "threshold": 0.01, "thresholdMode": "abs", "factor": 0.9},
         {"patience": 0, "mode": "max", "threshold": 0.01, "threshold_mode": "abs", "factor": 0.9}),
    ]
    cases = []
    for options, theirs in table:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **theirs)
        rates = []
        for value in series:
            scheduler.step(value)
            rates.append(optimizer.param_groups[0]["lr"])
        cases.append({"options": options, "rates": rates})
    return {"series": series.tolist(), "cases": cases}


cases, averages = torch_cases()
problem = {"a": A.tolist(), "b": B.tolist(), "x": X.tolist(), "y": Y.tolist(),
           "start": {k: v.tolist() for k, v in START.items()}, "steps": STEPS}
save("optim_torch", {"problem": problem, "cases": cases, "averages": averages})
save("optim_optax", {"cases": optax_cases()})
save("optim_schedules", {"schedules": schedules(), "plateau": plateaus()})
