"""Prints the polynomials of src/engines/wasm/vector/math: minimax, by Remez's exchange.

    python3 -m venv minimax && minimax/bin/pip install mpmath numpy
    minimax/bin/python tools/minimax.py

Each line: what is approximated, the interval, and the largest relative error of the function that
the polynomial is a part of, in bits, then the coefficients, the highest power's first.
"""

import mpmath as mp
import numpy as np

mp.mp.prec = 200


def remez(f, weight, a, b, degree):
    """The polynomial p that makes max |weight (f - p)| smallest on [a, b]; lowest power first."""
    count = degree + 2
    share = weight
    floor = max(share(a), share(b)) / 100  # the weights' own zeros would make the system singular
    weight = lambda x: abs(share(x)) + floor
    points = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]
    grid = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * (i + 0.5) / 1000) for i in range(1000)]
    values = [f(x) for x in grid]
    weights = [weight(x) for x in grid]
    for _ in range(12):
        rows = mp.matrix(count, count)
        right = mp.matrix(count, 1)
        for i, x in enumerate(points):
            for j in range(degree + 1):
                rows[i, j] = weight(x) * x**j
            rows[i, count - 1] = (-1) ** i
            right[i] = weight(x) * f(x)
        p = list(mp.lu_solve(rows, right))[: degree + 1]
        error = [w * (v - mp.polyval(p[::-1], x)) for x, v, w in zip(grid, values, weights)]
        peaks, start = [], 0
        for i in range(1, len(grid) + 1):
            if i == len(grid) or mp.sign(error[i]) != mp.sign(error[start]):
                peaks.append(max(range(start, i), key=lambda k: abs(error[k])))
                start = i
        if len(peaks) < count:
            break
        while len(peaks) > count:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        points = [grid[i] for i in peaks]
    return p


def table(name, f, weight, a, b, degree, bits):
    p = remez(f, weight, mp.mpf(a), mp.mpf(b), degree)
    kind = np.float32 if bits == 32 else np.float64
    rounded = [float(kind(mp.nstr(c, 25))) for c in p]
    grid = [mp.mpf(a) + (mp.mpf(b) - mp.mpf(a)) * (i + mp.mpf(1) / 3) / 3000 for i in range(3000)]
    error = max(abs(weight(x) * (f(x) - mp.polyval(rounded[::-1], x))) for x in grid)
    print(f"{name}, float{bits}, [{float(a):.5g}, {float(b):.5g}]: 2^{float(mp.log(error, 2)):.1f}")
    for c in rounded[::-1]:
        print(f"    {np.format_float_scientific(kind(c), unique=True, trim='-') if bits == 32 else repr(c)},")


def odd(g):
    """(g(x) / x - 1) / x² in z = x², and its share in g."""
    def rest(z):
        if abs(z) < mp.mpf(2) ** -60:
            z = mp.mpf(2) ** -60
        x = mp.sqrt(z)
        return (g(x) / x - 1) / z
    return rest, lambda z: z


half = mp.log(2) / 2 * mp.mpf("1.003")


def exp_rest(r):
    if abs(r) < mp.mpf(2) ** -40:
        return mp.mpf(1) / 2 + r / 6
    return (mp.expm1(r) - r) / r**2


for bits, degree in ((32, 4), (64, 9)):
    table("(expm1(r) - r) / r²", exp_rest, lambda r: r, -half, half, degree, bits)

root = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
atanh_rest, atanh_weight = odd(mp.atanh)
for bits, degree in ((32, 2), (64, 6)):
    table("(2 atanh(s) / s - 2) / s²", lambda z: 2 * atanh_rest(z), lambda z: z / 2, 0,
          root**2 * mp.mpf("1.001"), degree, bits)


def atanh_second(z):
    if z < mp.mpf(2) ** -30:
        return mp.mpf(1) / 5 + z / 7
    return (atanh_rest(z) - mp.mpf(1) / 3) / z


table("(atanh(s) / s - 1 - s²/3) / s⁴", atanh_second, lambda z: z * z, 0,
      root**2 * mp.mpf("1.001"), 6, 64)

quarter = (mp.pi / 4 * mp.mpf("1.001")) ** 2
for bits, degree in ((32, 2), (64, 5)):
    table("(sin(x) / x - 1) / x²", *odd(mp.sin), 0, quarter, degree, bits)


def cos_rest(z):
    if z < mp.mpf(2) ** -30:
        return mp.mpf(1) / 24 - z / 720
    return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2


for bits, degree in ((32, 2), (64, 5)):
    table("(cos(x) - 1 + x²/2) / x⁴", cos_rest, lambda z: z * z, 0, quarter, degree, bits)

table("(asin(x) / x - 1) / x²", *odd(mp.asin), 0, 0.25, 12, 64)
table("(atan(x) / x - 1) / x²", *odd(mp.atan), 0, (7 / 16) ** 2, 10, 64)
for bits, degree in ((32, 4), (64, 10)):
    table("(tanh(x) / x - 1) / x²", *odd(mp.tanh), 0, 0.625**2, degree, bits)
table("(sinh(x) / x - 1) / x²", *odd(mp.sinh), 0, 1, 7, 64)


def erf_near(z):
    if z < mp.mpf(2) ** -60:
        z = mp.mpf(2) ** -60
    return mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1


table("erf(x) / x - 1 in x²", erf_near, lambda z: 1 / (1 + erf_near(z)), 0, 0.85, 5, 32)
table("log(erfc(x))", lambda x: mp.log(mp.erfc(x)), lambda x: mp.erfc(x) / mp.erf(x), 0.92, 4, 7, 32)
