"""Makes the figures of training that the tests compare with, from Keras and scikit-learn:
tests/fixtures/oracle/train.json.

    python3 -m venv oracle && oracle/bin/pip install "jax[cpu]" keras scikit-learn
    KERAS_BACKEND=jax oracle/bin/python tools/oracle_train.py

The tests read the file that is in the repository; they need no Python.
"""

import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import sklearn
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {
    "keras": keras.__version__,
    "scikit-learn": sklearn.__version__,
    "numpy": np.__version__,
}


def save(name, contents):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **contents}, indent=1)
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text + "\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


class Model:
    stop_training = False

    def get_weights(self):
        return []


def stopped_after(values, patience, delta, mode):
    """After how many epochs Keras's EarlyStopping ends a training with these figures."""
    stopping = keras.callbacks.EarlyStopping(
        monitor="figure", patience=patience, min_delta=delta, mode=mode
    )
    model = Model()
    stopping.set_model(model)
    stopping.on_train_begin()
    for epoch, value in enumerate(values):
        stopping.on_epoch_end(epoch, {"figure": value})
        if model.stop_training:
            return epoch + 1
    return len(values)


def early_stopping():
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(60):
        mode = str(rng.choice(["min", "max"]))
        sign = 1 if mode == "min" else -1
        # Exact in float32, in which Keras compares.
        falling = 2 * np.exp(-0.3 * np.arange(25)) + 0.3 * rng.random(25)
        values = sign * (64 * falling).round() / 64
        patience = int(rng.integers(0, 5))
        delta = float(rng.choice([0, 0.0625, 0.25]))
        epochs = stopped_after(values.tolist(), patience, delta, mode)
        cases.append({
            "values": values.tolist(), "patience": patience, "minDelta": delta,
            "mode": mode, "epochs": epochs,
        })
    return cases


def cross_validation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 3)).round(3)
    y = (x @ [1.0, -2.0, 0.5] + 0.3 * rng.normal(size=30)).round(3)
    model = Ridge(alpha=0.5, fit_intercept=False)
    scores = -cross_val_score(model, x, y, cv=KFold(5), scoring="neg_mean_squared_error")
    return {
        "x": x.tolist(), "y": y.tolist(), "alpha": 0.5, "folds": 5,
        "scores": scores.tolist(), "mean": float(scores.mean()), "std": float(scores.std()),
    }


save("train", {"earlyStopping": early_stopping(), "crossValidation": cross_validation()})
