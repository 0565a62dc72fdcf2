"""Makes the figures that the tests of /data compare with, from scikit-learn:
tests/fixtures/oracle/{folds,scaling,features}.json.

    python3 -m venv oracle && oracle/bin/pip install scikit-learn
    oracle/bin/python tools/oracle_data.py

The tests read the files that are in the repository; they need no Python.
"""

import json
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)
from sklearn.preprocessing import (
    LabelEncoder,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
random = np.random.default_rng(0)
# Fewer rows of a class than folds is what some cases are about.
warnings.filterwarnings("ignore", message="The least populated class")


def save(name, contents):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **contents}, separators=(",", ":"))
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text + "\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


def folds_of(splitter, rows, y=None, groups=None):
    return [{"train": train.tolist(), "test": test.tolist()}
            for train, test in splitter.split(np.zeros(rows), y, groups)]


def k_fold_cases():
    return [{"rows": rows, "folds": folds, "splits": folds_of(KFold(folds), rows)}
            for rows, folds in [(2, 2), (10, 5), (11, 3), (13, 5), (7, 7), (20, 6)]]


def stratified_cases():
    cases = [[0, 0, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 1], [5, 5, 5, 2, 9, 9, 2, 5]]
    cases += [random.integers(0, 4, rows).tolist() for rows in (15, 23, 40)]
    return [{"labels": labels, "folds": folds,
             "splits": folds_of(StratifiedKFold(folds), len(labels), labels)}
            for labels in cases for folds in (2, 3)]


def group_cases():
    cases = [[7, 7, 3, 3, 3, 8], [1, 2, 3, 4], [4, 4, 2, 2, 9, 9, 1]]
    cases += [random.integers(0, 7, rows).tolist() for rows in (20, 33)]
    return [{"groups": groups, "folds": folds,
             "splits": folds_of(GroupKFold(folds), len(groups), groups=groups)}
            for groups in cases for folds in (2, 3)]


def series_cases():
    settings = [
        (6, 5, {}), (12, 3, {}), (13, 3, {"gap": 2}), (20, 4, {"test_size": 2}),
        (20, 4, {"max_train_size": 3}), (25, 3, {"gap": 1, "max_train_size": 6, "test_size": 4}),
        (9, 2, {"max_train_size": 100}),
    ]
    return [{
        "rows": rows, "folds": folds,
        "options": {{"gap": "gap", "test_size": "testSize", "max_train_size": "maxTrainSize"}[k]: v
                    for k, v in options.items()},
        "splits": folds_of(TimeSeriesSplit(folds, **options), rows),
    } for rows, folds, options in settings]


def stratified_split_cases():
    cases = []
    for rows, test in [(20, 5), (30, 7), (50, 0.3), (41, 0.25), (97, 31), (64, 0.1)]:
        labels = random.choice(3, rows, p=[0.6, 0.27, 0.13])
        splitter = StratifiedShuffleSplit(1, test_size=test, random_state=0)
        _, chosen = next(splitter.split(np.zeros(rows), labels))
        # The largest fractions of a row get one; where equal ones are for the last, it draws lots.
        shares = np.bincount(labels, minlength=3) * (rows - len(chosen))
        fractions = sorted(shares % rows, reverse=True)
        left = sum(fractions) // rows
        cases.append({"labels": labels.tolist(), "test": test, "size": len(chosen),
                      "counts": np.bincount(labels[chosen], minlength=3).tolist(),
                      "lots": bool(0 < left < 3 and fractions[left - 1] == fractions[left])})
    return cases


def scaling_cases():
    tables = {
        "random": random.normal(3, 5, (12, 4)),
        "far away": random.normal(size=(9, 3)) + 1e7,
        "constant": np.array([[1.0, 0.1, 5.0], [2.0, 0.1, 5.0], [4.0, 0.1, 5.0]] * 3),
        "nearly constant": np.array([[0.1 + 0.2], [0.3], [0.3]]),
        "one row": np.array([[1.0, -2.0]]),
        "tiny": random.normal(size=(6, 2)) * 1e-9,
    }
    more = np.array([0.3, -4.0, 10.0, 2.5])
    cases = []
    for name, x in tables.items():
        new = np.tile(more[: x.shape[1]], (2, 1))
        def scaled(scaler):
            scaler.fit(x)
            return {"x": scaler.transform(x).tolist(), "new": scaler.transform(new).tolist()}
        cases.append({
            "name": name, "x": x.tolist(), "new": new.tolist(),
            "standardize": scaled(StandardScaler()), "minMax": scaled(MinMaxScaler()),
            "minMaxWide": scaled(MinMaxScaler((-1, 3))), "robust": scaled(RobustScaler()),
        })
    return cases


def polynomial_cases():
    cases = []
    for features, degree in [(1, 3), (2, 2), (3, 3), (4, 2), (3, 0), (2, 5), (3, 4)]:
        x = random.normal(size=(3, features))
        for interaction_only in (False, True):
            for bias in (False, True):
                if degree == 0 and not bias:
                    continue
                made = PolynomialFeatures(degree, interaction_only=interaction_only,
                                          include_bias=bias).fit(x)
                cases.append({
                    "x": x.tolist(), "degree": degree,
                    "options": {"interactionOnly": interaction_only, "includeBias": bias},
                    "features": made.transform(x).tolist(),
                    "names": made.get_feature_names_out().tolist(),
                })
    return cases


def radial_case():
    x, centers, width = random.normal(size=(5, 3)), random.normal(size=(4, 3)), 0.7
    return {"x": x.tolist(), "centers": centers.tolist(), "width": width,
            "features": rbf_kernel(x, centers, gamma=1 / (2 * width**2)).tolist()}


def label_cases():
    cases = [["b", "a", "c", "a"], ["Zebra", "ant", "Éclair", "zoo", "ant"], [10, 9, 10, -1]]
    return [{"labels": labels, "codes": encoder.fit_transform(labels).tolist(),
             "classes": encoder.classes_.tolist()}
            for labels in cases for encoder in [LabelEncoder()]]


if __name__ == "__main__":
    save("folds", {"kFold": k_fold_cases(), "stratifiedKFold": stratified_cases(),
                   "groupKFold": group_cases(), "timeSeriesSplit": series_cases(),
                   "stratifiedSplit": stratified_split_cases()})
    save("scaling", {"cases": scaling_cases()})
    save("features", {"polynomial": polynomial_cases(), "radial": radial_case(),
                      "labels": label_cases()})
