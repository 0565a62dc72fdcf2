"""Makes the figures for metrics, from scikit-learn, and from Keras where it counts in another way.

    KERAS_BACKEND=jax oracle/bin/python tools/oracle_metrics.py

See tools/oracle.py.
"""

import warnings

import jax
import keras
import numpy as np
import sklearn
import sklearn.metrics as M
import torch
import torch.nn.functional as F

from oracle import plain, save

warnings.filterwarnings("ignore")
jax.config.update("jax_enable_x64", True)
keras.backend.set_floatx("float64")
VERSIONS = {name: module.__version__ for name, module in
            {"scikit-learn": sklearn, "keras": keras, "torch": torch}.items()}
random = np.random.default_rng(3)


def class_cases():
    """Predicted and right classes: ordinary, a class that is never predicted, never right, or neither."""
    cases = {
        "random": (4, random.integers(0, 4, 40), random.integers(0, 4, 40)),
        "never predicted": (3, random.integers(0, 2, 20), random.integers(0, 3, 20)),
        "never right": (3, random.integers(0, 3, 20), random.integers(0, 2, 20)),
        "absent": (4, random.integers(0, 3, 20), random.integers(0, 3, 20)),
        "all right": (3, np.array([0, 1, 2]), np.array([0, 1, 2])),
        "all wrong": (3, np.array([0, 1, 2]), np.array([1, 2, 0])),
        "one class": (3, np.array([1, 1]), np.array([1, 1])),
        "two classes": (2, random.integers(0, 2, 30), random.integers(0, 2, 30)),
        "no positives": (2, np.array([0, 0, 0]), np.array([0, 0, 0])),
        "none predicted": (2, np.array([0, 0, 0]), np.array([0, 1, 0])),
        "none right": (2, np.array([0, 1, 0]), np.array([0, 0, 0])),
    }
    found = []
    for name, (classes, predicted, right) in cases.items():
        labels = np.arange(classes)
        scores = {}
        for metric, f in {"precision": M.precision_score, "recall": M.recall_score,
                          "f1Score": M.f1_score}.items():
            for average in ["macro", "micro", "none"] + (["binary"] if classes == 2 else []):
                scores[f"{metric} {average}"] = [
                    plain(f(right, predicted, labels=labels, average=None if average == "none" else average,
                            zero_division=zero)) if average != "binary" else
                    plain(f(right, predicted, zero_division=zero)) for zero in (0.0, 1.0, np.nan)]
        found.append({
            "name": name, "classes": classes, "predicted": plain(predicted), "right": plain(right),
            "accuracy": plain(M.accuracy_score(right, predicted)),
            "confusionMatrix": plain(M.confusion_matrix(right, predicted, labels=labels)),
            "scores": scores,
        })
    return found


def area(scores, targets):
    metric = keras.metrics.AUC()
    metric.update_state(targets, scores)
    return plain(np.asarray(metric.result()))


def roc_cases():
    cases = {
        "random": (random.uniform(size=50), random.integers(0, 2, 50)),
        "ties": (random.integers(0, 4, 60) / 4, random.integers(0, 2, 60)),
        "signs": (random.normal(size=30), np.where(random.uniform(size=30) < 0.3, 1, -1)),
        "all equal": (np.full(6, 0.5), np.array([0, 1, 0, 1, 1, 0])),
        "apart": (np.array([0.1, 0.2, 0.7, 0.9]), np.array([0, 0, 1, 1])),
        "turned": (np.array([0.1, 0.2, 0.7, 0.9]), np.array([1, 1, 0, 0])),
        "one kind": (np.array([0.1, 0.2]), np.array([1, 1])),
        "extreme": (np.array([1e4, -1e4, 0.0, 1e4]), np.array([1, 0, 1, 0])),
        "many": (np.round(random.beta(2, 3, 300) * 997) / 997, random.integers(0, 2, 300)),
    }
    return [{
        "name": name, "scores": plain(scores), "targets": plain(targets),
        "exact": plain(M.roc_auc_score(targets, scores)),
        **({"thresholds": area(scores, targets)}
           if scores.min() >= 0 and scores.max() <= 1 and targets.min() == 0 else {}),
    } for name, (scores, targets) in cases.items()]


def regression_cases():
    cases = {
        "random": (random.normal(size=20), random.normal(size=20)),
        "far away": (random.normal(size=20) + 1e6, random.normal(size=20) + 1e6),
        "right": (np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 4.0])),
        "equal targets": (np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.0, 2.0])),
        "equal targets, right": (np.array([2.0, 2.0]), np.array([2.0, 2.0])),
        "one": (np.array([2.0]), np.array([3.0])),
    }
    return [{
        "name": name, "predictions": plain(p), "targets": plain(t),
        "meanAbsoluteError": plain(M.mean_absolute_error(t, p)),
        "meanSquaredError": plain(M.mean_squared_error(t, p)),
        "rootMeanSquaredError": plain(M.root_mean_squared_error(t, p)),
        "r2Score": plain(M.r2_score(t, p)),
    } for name, (p, t) in cases.items()]


def logit_cases():
    logits, labels = random.normal(size=(30, 6)), random.integers(0, 6, 30)
    tied = random.integers(0, 3, (30, 6)) * 1.0
    ignored = np.where(random.uniform(size=30) < 0.3, -100, labels)
    top = lambda x, k: plain(np.mean(np.asarray(
        keras.metrics.sparse_top_k_categorical_accuracy(labels, x, k))))
    entropy = lambda t: plain(torch.exp(F.cross_entropy(torch.tensor(logits), torch.tensor(t))))
    return {
        "logits": plain(logits), "labels": plain(labels), "tied": plain(tied),
        "ignored": plain(ignored),
        "accuracy": plain(M.accuracy_score(labels, logits.argmax(-1))),
        "topK": [plain(M.top_k_accuracy_score(labels, logits, k=k)) for k in (1, 2, 3, 5)],
        "topKTied": [top(tied, k) for k in (1, 2, 3, 5)],
        "perplexity": entropy(labels), "perplexityIgnored": entropy(ignored),
    }


if __name__ == "__main__":
    save("metrics", {"versions": VERSIONS, "classes": class_cases(), "roc": roc_cases(),
                     "regression": regression_cases(), "logits": logit_cases()})
