"""Makes the figures that vector code is compared with: tests/fixtures/oracle/math.json.

    python3 -m venv oracle && oracle/bin/pip install mpmath
    oracle/bin/python tools/oracle_math.py

Per function, points as [operands..., the double next to the value, the rest in its last places].
"""

import json
import math
import os
import random
import tempfile
from pathlib import Path

import mpmath as mp

mp.mp.prec = 1300
OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
draw = random.Random(1)



def spread(low, high):
    """A number of any magnitude between powers of 2, of either sign."""
    return draw.choice([-1, 1]) * math.ldexp(draw.uniform(1, 2), draw.randint(low, high))


def between(a, b):
    return lambda: draw.uniform(a, b)


def quarter():
    """The double next to a multiple of a quarter turn."""
    return float(mp.mpf(draw.randint(1, 2 ** draw.randint(2, 60))) * mp.pi / 2)


def near_one():
    return 1 + draw.choice([-1, 1]) * 2.0 ** draw.uniform(-50, -3)


anywhere = lambda: spread(-1060, 1023)
small = lambda: spread(-60, -1)
inside = lambda: math.copysign(1 - 2.0 ** draw.uniform(-50, -1), draw.uniform(-1, 1))

UNARY = {
    "exp": (mp.exp, [between(-745, 709.7), between(-1, 1), small]),
    "expm1": (mp.expm1, [between(-40, 709.7), between(-2, 2), small, lambda: spread(-1060, -60)]),
    "log": (mp.log, [lambda: abs(anywhere()), near_one, between(0.5, 2)]),
    "log1p": (mp.log1p, [lambda: abs(anywhere()), between(-1, 1), small, inside]),
    "sin": (mp.sin, [anywhere, quarter, between(-4, 4), between(-1e6, 1e6)]),
    "cos": (mp.cos, [anywhere, quarter, between(-4, 4), between(-1e6, 1e6)]),
    "tan": (mp.tan, [anywhere, quarter, between(-4, 4), between(-1e6, 1e6)]),
    "asin": (mp.asin, [small, between(-1, 1), inside]),
    "acos": (mp.acos, [small, between(-1, 1), inside]),
    "atan": (mp.atan, [anywhere, between(-3, 3), small]),
    "sinh": (mp.sinh, [between(-710.4, 710.4), between(-3, 3), small]),
    "cosh": (mp.cosh, [between(-710.4, 710.4), between(-3, 3), small]),
    "tanh": (mp.tanh, [between(-20, 20), between(-1, 1), small]),
    "asinh": (mp.asinh, [anywhere, between(-3, 3), small]),
    "acosh": (mp.acosh, [lambda: 1 + abs(spread(-52, 60)), between(1, 3), lambda: abs(spread(1, 1023))]),
    "atanh": (mp.atanh, [small, between(-1, 1), inside]),
}


def powers():
    kind = draw.randrange(4)
    if kind == 0:
        return near_one(), spread(0, 50)
    x = abs(spread(-1060, 1023)) if kind == 1 else draw.uniform(0, 20)
    if kind == 2:
        return -x, float(draw.randint(-300, 300))
    return x, draw.uniform(-745, 709) / math.log(x)


BINARY = {
    "pow": (mp.power, powers),
    "atan2": (mp.atan2, lambda: (anywhere(), anywhere()) if draw.random() < 0.3
              else (draw.uniform(-3, 3), draw.uniform(-3, 3))),
}


def figure(operands, value):
    """None where float64 has no value of full precision."""
    if not mp.isfinite(value) or value == 0:
        return None
    high = float(value)
    if math.isinf(high) or abs(high) < 2.0**-1022:
        return None
    rest = (value - mp.mpf(high)) / mp.mpf(math.ulp(high))
    return [*operands, high, round(float(rest), 4)]


def figures(f, make, count):
    found = []
    while len(found) < count:
        operands = make()
        point = figure(operands, f(*map(mp.mpf, operands)))
        if point is not None:
            found.append(point)
    return found


def save(contents):
    OUT.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(
        f'"{name}": [\n' + ",\n".join(json.dumps(point) for point in points) + "\n]"
        for name, points in contents.items()
    )
    text = f'{{\n"versions": {{"mpmath": "{mp.__version__}"}},\n{rows}\n}}\n'
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / "math.json")


if __name__ == "__main__":
    contents = {}
    for name, (f, makers) in UNARY.items():
        each = [(lambda make=make: (make(),)) for make in makers]
        contents[name] = [point for make in each for point in figures(f, make, 180 // len(each))]
        if name in ("sin", "cos", "tan"):  # the double that is nearest to a quarter turn
            worst = (math.ldexp(6381956970095103, 797),)
            contents[name].append(figure(worst, f(mp.mpf(worst[0]))))
    for name, (f, make) in BINARY.items():
        contents[name] = figures(f, make, 200)
    save(contents)
    print("made math.json with mpmath", mp.__version__)
