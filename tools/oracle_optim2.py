"""Makes the figures of minimizers and of some optimizers: tests/fixtures/oracle/{minimize,optim2}.json.

    python3 -m venv oracle && oracle/bin/pip install "jax[cpu]" optax torch scipy
    oracle/bin/python tools/oracle_optim2.py

Minimizers are torch.optim.LBFGS and SciPy's L-BFGS-B, optimizers those of optax and PyTorch, in
float64. The tests read the files that are in the repository; they need no Python.
"""

import functools
import types

import jax
import jax.numpy as jnp
import numpy as np
import optax
import scipy
import scipy.optimize
import torch
import torch.optim._muon
import torch.optim.swa_utils
from optax._src import factorized

import oracle

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)
oracle.VERSIONS.update(optax=optax.__version__, torch=torch.__version__, scipy=scipy.__version__)
plain, save = oracle.plain, oracle.save

# Minimizers.

random = np.random.default_rng(5)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def ill_conditioned(condition, n=10):
    scales = condition ** (np.arange(n) / (n - 1))

    def loss(x):
        weights = torch.tensor(scales) if isinstance(x, torch.Tensor) else scales
        return 0.5 * (weights * (x - 1) ** 2).sum()

    return loss


POINTS = np.round(random.normal(size=(30, 4)), 3)
LABELS = np.where(POINTS @ [1.0, -2.0, 0.5, 0.3] + random.normal(size=30) > 0, 1.0, -1.0)


def logistic(x):
    if isinstance(x, torch.Tensor):
        margins = torch.tensor(LABELS) * (torch.tensor(POINTS) @ x)
        return torch.nn.functional.softplus(-margins).mean() + 0.005 * (x * x).sum()
    margins = LABELS * (POINTS @ x)
    return jnp.logaddexp(0, -margins).mean() + 0.005 * (x * x).sum()


PROBLEMS = {
    "rosenbrock2": (rosenbrock, [-1.2, 1.0]),
    "rosenbrock10": (rosenbrock, [-1.2, 1.0] * 5),
    "quadratic1e3": (ill_conditioned(1e3), [0.0] * 10),
    "quadratic1e6": (ill_conditioned(1e6), [0.0] * 10),
    "logistic": (logistic, [0.0] * 4),
}


def by_torch(loss, start, tolerance):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    method = torch.optim.LBFGS(
        [x], lr=1, max_iter=1000, max_eval=5000, tolerance_grad=tolerance, tolerance_change=0,
        history_size=10, line_search_fn="strong_wolfe")

    def closure():
        method.zero_grad()
        value = loss(x)
        value.backward()
        return value

    method.step(closure)
    state = method.state[x]
    return {"x": plain(x.detach().numpy()), "value": loss(x).item(),
            "iterations": state["n_iter"], "evaluations": state["func_evals"]}


def by_scipy(loss, start, tolerance):
    both = jax.value_and_grad(loss)
    found = scipy.optimize.minimize(
        lambda x: tuple(map(np.asarray, both(jnp.array(x)))), np.array(start), jac=True,
        method="L-BFGS-B", options={"maxcor": 10, "gtol": tolerance, "ftol": 0, "maxiter": 1000})
    return {"x": plain(found.x), "value": float(found.fun),
            "iterations": int(found.nit), "evaluations": int(found.nfev)}


def minimize_figures():
    tolerance = 1e-7
    save("minimize", {
        "tolerance": tolerance, "points": plain(POINTS), "labels": plain(LABELS),
        "problems": {
            name: {"start": start, "torch": by_torch(loss, start, tolerance),
                   "scipy": by_scipy(loss, start, tolerance)}
            for name, (loss, start) in PROBLEMS.items()
        },
    })


# Optimizers, on a layer with a curved loss.

STEPS = 100
SHOWN = [1, 2, 3, 5, 10, 20, 50, 100]
X = np.round(random.normal(size=(6, 4)), 3)
Y = np.round(random.uniform(-0.9, 0.9, size=(6, 3)), 3)
W = np.round(random.normal(size=(4, 3)), 3)
B = np.array([0.0, 0.5, -0.5])


def layer_loss(params):
    return jnp.mean((jnp.tanh(X @ params["w"] + params["b"]) - Y) ** 2)


def layer_loss_torch(w, b):
    return ((torch.tanh(torch.tensor(X) @ w + b) - torch.tensor(Y)) ** 2).mean()


def shown(w, b):
    return {"w": plain(w), "b": plain(b)}


def run_optax(optimizer, read=lambda params: params, wrap=lambda params: params):
    params = wrap({"w": jnp.array(W), "b": jnp.array(B)})
    state = optimizer.init(params)
    found = []
    for step in range(1, STEPS + 1):
        fast = getattr(params, "fast", params)
        gradients = jax.grad(layer_loss)(fast)
        updates, state = optimizer.update(gradients, state, params)
        params = optax.apply_updates(params, updates)
        if step in SHOWN:
            found.append(shown(read(params)["w"], read(params)["b"]))
    return found


def run_torch(make):
    w = torch.tensor(W, requires_grad=True)
    b = torch.tensor(B, requires_grad=True)
    optimizers = make(w, b)
    found = []
    for step in range(1, STEPS + 1):
        w.grad = b.grad = None
        layer_loss_torch(w, b).backward()
        for optimizer in optimizers:
            optimizer.step()
        if step in SHOWN:
            found.append(shown(w.detach().numpy(), b.detach().numpy()))
    return found


class InFloat64(types.ModuleType):
    """PyTorch with float64 for bfloat16, which its Muon iterates in."""
    bfloat16 = torch.float64

    def __getattr__(self, name):
        return getattr(torch, name)


def torch_muon(**options):
    def make(w, b):
        # Its matrices are [out, in]: the transposed view of ours.
        class Turned(torch.optim.Muon):
            def step(self, closure=None):
                turned.grad = w.grad.T.clone()
                super().step(closure)
                with torch.no_grad():
                    w.copy_(turned.T)

        turned = torch.nn.Parameter(w.detach().T.clone())
        return [Turned([turned], lr=0.02, **options),
                torch.optim.AdamW([b], lr=0.02, weight_decay=0)]

    torch.optim._muon.torch = InFloat64("torch")
    return run_torch(make)


def averaged_adam():
    """Adam, and a decaying mean of what it does."""
    layer = torch.nn.Linear(4, 3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(W.T))
        layer.bias.copy_(torch.tensor(B))
    mean = torch.optim.swa_utils.AveragedModel(
        layer, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    found = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        layer_loss_torch(layer.weight.T, layer.bias).backward()
        optimizer.step()
        mean.update_parameters(layer)
        if step in SHOWN:
            found.append(shown(mean.module.weight.detach().numpy().T,
                               mean.module.bias.detach().numpy()))
    return found


ROWS = np.round(random.normal(size=(7, 3)), 3)
TARGETS = np.round(random.normal(size=(2, 3)), 3)


def sparse_adam():
    """An embedding of which each step sees two rows: `step` and `3 step`, modulo 7."""
    table = torch.nn.Embedding(7, 3, sparse=True, dtype=torch.float64)
    with torch.no_grad():
        table.weight.copy_(torch.tensor(ROWS))
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=0.05)
    found = []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        seen = table(torch.tensor([step % 7, 3 * step % 7]))
        ((seen - torch.tensor(TARGETS)) ** 2).sum().backward()
        optimizer.step()
        if step in SHOWN:
            found.append(plain(table.weight.detach().numpy()))
    return found


def by_rank(params):
    return jax.tree.map(lambda leaf: "matrix" if leaf.ndim == 2 else "vector", params)


def matrices(params):
    return jax.tree.map(lambda leaf: leaf.ndim == 2, params)


# optax computes this decay in float32, whatever the parameters.
factorized.scale_by_factored_rms = functools.partial(
    factorized.scale_by_factored_rms,
    decay_rate_fn=lambda step, rate: 1 - jnp.asarray(step + 1, jnp.float64) ** -rate)


def optimizer_figures():
    small = dict(min_dim_size_to_factor=2)
    synced = dict(read=lambda p: p.fast, wrap=optax.LookaheadParams.init_synced)
    slow = dict(read=lambda p: p.slow, wrap=optax.LookaheadParams.init_synced)
    ahead = dict(sync_period=5, slow_step_size=0.5)
    save("optim2", {
        "steps": SHOWN, "x": plain(X), "y": plain(Y), "start": shown(W, B),
        "rows": plain(ROWS), "targets": plain(TARGETS),
        "optax": {
            "lion": run_optax(optax.lion(0.01)),
            "lionPlain": run_optax(optax.lion(0.01, b1=0.8, b2=0.9, weight_decay=0.0)),
            "lamb": run_optax(optax.lamb(0.02)),
            "lambDecay": run_optax(optax.lamb(0.02, weight_decay=0.1, mask=matrices)),
            "adafactor": run_optax(optax.adafactor(0.05, **small)),
            "adafactorUnfactored": run_optax(optax.adafactor(0.05)),
            "adafactorAll": run_optax(optax.adafactor(
                0.05, decay_rate=0.7, momentum=0.9, dtype_momentum=jnp.float64,
                multiply_by_parameter_scale=False, clipping_threshold=0.5,
                weight_decay_rate=0.001, weight_decay_mask=matrices, **small)),
            "muon": run_optax(optax.contrib.muon(0.02)),
            "muonAll": run_optax(optax.contrib.muon(
                0.02, nesterov=False, beta=0.9, ns_steps=3, weight_decay=0.1,
                consistent_rms=0.2)),
            "lookahead": run_optax(optax.lookahead(optax.adam(0.05), **ahead), **synced),
            "lookaheadSlow": run_optax(optax.lookahead(optax.adam(0.05), **ahead), **slow),
            "lookaheadReset": run_optax(
                optax.lookahead(optax.adam(0.05), reset_state=True, **ahead), **synced),
            "masked": run_optax(optax.chain(
                optax.masked(optax.scale_by_adam(), matrices), optax.scale(-0.05))),
            "partition": run_optax(optax.multi_transform(
                {"matrix": optax.adam(0.05), "vector": optax.sgd(0.5, momentum=0.9)}, by_rank)),
        },
        "torch": {
            "adafactor": run_torch(lambda w, b: [torch.optim.Adafactor([w, b], lr=0.05)]),
            "ema": averaged_adam(),
            "muon": torch_muon(weight_decay=0.1),
            "muonPlain": torch_muon(weight_decay=0.0, nesterov=False, momentum=0.8),
            "sparseAdam": sparse_adam(),
        },
    })


if __name__ == "__main__":
    minimize_figures()
    optimizer_figures()
