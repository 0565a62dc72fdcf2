"""Makes tests/fixtures/oracle/generators.json: the points of scikit-learn's generators, without noise.

    python3 -m venv oracle && oracle/bin/pip install scikit-learn
    oracle/bin/python tools/oracle_generators.py

The tests read the file that is in the repository; they need no Python.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import make_circles, make_moons

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}


def cases(make, **options):
    made = []
    for n in [2, 7, 20]:
        x, y = make(n, shuffle=False, **options)
        made.append({"n": n, **options, "x": x.tolist(), "y": y.tolist()})
    return made


def save(name, contents):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **contents}, indent=1)
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text + "\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / f"{name}.json")


if __name__ == "__main__":
    save("generators", {
        "moons": cases(make_moons),
        "circles": cases(make_circles) + cases(make_circles, factor=0.5),
    })
    print("made generators.json with", VERSIONS)
