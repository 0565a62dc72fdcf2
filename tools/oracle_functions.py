"""Makes the figures for composed and special functions, from NumPy, SciPy, JAX and opt_einsum.

    oracle/bin/python tools/oracle_functions.py

See tools/oracle.py.
"""

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import opt_einsum
import scipy
import scipy.special as sp

from oracle import VERSIONS, plain, save

VERSIONS = {**VERSIONS, "scipy": scipy.__version__, "opt_einsum": opt_einsum.__version__}


def wave(shape, phase=0):
    """Numbers that the tests make again."""
    return np.sin(np.arange(np.prod(shape, dtype=int)) + phase).reshape(shape)


def einsum_figures():
    expressions = [
        ("", [()]), ("->", [()]), (",", [(), ()]), (",ij", [(), (2, 3)]), ("ij,->ji", [(2, 3), ()]),
        ("i", [(3,)]), ("i->", [(3,)]), ("i,i", [(3,), (3,)]), ("i,i->i", [(3,), (3,)]),
        ("i,j", [(3,), (2,)]), ("j,i", [(3,), (2,)]), ("i,j->", [(3,), (2,)]),
        ("ba", [(2, 3)]), ("bA", [(2, 3)]), ("ij->ji", [(2, 3)]), ("ij->i", [(2, 3)]),
        ("ii", [(3, 3)]), ("ii->i", [(3, 3)]), ("iij", [(3, 3, 2)]), ("iij->ij", [(3, 3, 2)]),
        ("iii->i", [(3, 3, 3)]), ("iijj->ij", [(3, 3, 2, 2)]), ("ijij->", [(2, 3, 2, 3)]),
        ("ii,i->i", [(3, 3), (3,)]), ("ii,jj->ij", [(3, 3), (2, 2)]), ("iij,ij", [(2, 2, 3), (2, 3)]),
        ("ij,jk", [(2, 3), (3, 4)]), ("ij,jk->ki", [(2, 3), (3, 4)]), ("kj,ji", [(2, 3), (3, 4)]),
        ("ij,kj->ik", [(2, 3), (4, 3)]), ("ij,jk->", [(2, 3), (3, 4)]), ("ij,jk->j", [(2, 3), (3, 4)]),
        ("ij,jk->ijk", [(2, 3), (3, 4)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]),
        ("bij,bkj->ikb", [(2, 3, 4), (2, 2, 4)]), ("ijk,jil->kl", [(3, 4, 5), (4, 3, 2)]),
        ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]), ("ij,ij,ij->", [(2, 3)] * 3),
        ("i,i,i,i->i", [(3,)] * 4), ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
        ("ij,jk,ki", [(2, 3), (3, 4), (4, 2)]), ("ab,cd,ef->acebdf", [(2, 3), (2, 1), (1, 2)]),
        ("bij,bjk,bkl,bl->bi", [(2, 3, 4), (2, 4, 2), (2, 2, 5), (2, 5)]),
        ("abc,bd,cd,ae->de", [(2, 3, 4), (3, 2), (4, 2), (2, 3)]),
        (" i j , j k -> i k ", [(2, 3), (3, 4)]), ("i,i", [(3,), (1,)]), ("ij,ij->ij", [(2, 1), (1, 3)]),
        ("ij,jk->ik", [(2, 1), (3, 4)]), ("ij,jk,jl->ikl", [(2, 1), (1, 4), (3, 2)]),
        ("...", [(2, 3)]), ("...,...", [(2, 3), (3,)]), ("...->...", [(2, 3)]), ("i...", [(2, 3, 4)]),
        ("...i", [(2, 3, 4)]), ("i...->...i", [(2, 3, 4)]), ("...ij->...ji", [(2, 3, 4)]),
        ("...ii", [(2, 3, 3)]), ("...ii->...i", [(2, 3, 3)]), ("i...i->...", [(3, 2, 3)]),
        ("...ij,...jk->...ik", [(5, 1, 2, 3), (4, 3, 2)]), ("...ij,jk", [(5, 2, 3), (3, 4)]),
        ("ij...,jk...->ik...", [(2, 3, 4), (3, 4, 4)]), ("...i,...i", [(2, 3), (3,)]),
        ("i...,...i->i...", [(3, 2), (4, 1, 3)]), ("...a,...b->...ab", [(2, 3), (1, 4)]),
        ("a...b,b...c,c->...a", [(2, 5, 3), (3, 5, 4), (4,)]), ("i...->...", [(3, 2, 1)]),
        ("ij,...->...ji", [(2, 3), (4,)]), ("ab,bc,cd,de,ef,fg,gh,hi,ij->aj", [(2, 2)] * 9),
    ]
    values = []
    for equation, shapes in expressions:
        operands = [wave(shape, i) for i, shape in enumerate(shapes)]
        result = np.einsum(equation, *operands, optimize=False)
        values.append({"equation": equation, "shapes": plain_shapes(shapes), "result": plain(result)})

    random = np.random.default_rng(0)
    paths = []

    def path(equation, sizes):
        views = [tuple(sizes[c] for c in term) for term in equation.split("->")[0].split(",")]
        operands = [np.broadcast_to(0.0, shape) for shape in views]
        _, info = opt_einsum.contract_path(equation, *operands, optimize="optimal")
        inputs, output = equation.split("->")
        every = set(inputs) - {","}
        naive = opt_einsum.helpers.flop_count(every, bool(every - set(output)), len(views), sizes)
        paths.append({"equation": equation, "shapes": plain_shapes(views),
                      "flops": float(info.opt_cost), "naive": float(naive)})

    for length in (2, 3, 4, 5, 6, 7, 8):
        letters = "abcdefghi"[: length + 1]
        chain = ",".join(letters[i : i + 2] for i in range(length)) + f"->{letters[0]}{letters[-1]}"
        for _ in range(3):
            path(chain, {c: int(random.integers(2, 60)) for c in letters})
    for equation in ("ij,jk,ki->", "ab,bc,cd,ac->ad", "abc,bd,cd,ae->de", "ai,bj,ck,dl,ijkl->abcd",
                     "abcd,ai,bj,ck->ijkd", "ab,ac,ad,ae->bcde", "bqhd,bkhd,bkhe->bqhe",
                     "ab,bc,ca,ad->d", "a,b,c,d->abcd", "ij,j->i", "ij,ij->ij"):
        for _ in range(3):
            path(equation, {c: int(random.integers(2, 12)) for c in "abcdehijklqk"})
    save("einsum", {"versions": VERSIONS, "values": values, "paths": paths})


SPREAD = [0.01, 0.1, 0.3, 0.46, 0.48, 0.5, 0.77, 0.999, 1.0, 1.0001, 1.3, 1.4616, 1.5, 1.9, 2.0, 2.2,
          2.5, 3.0, 3.9, 4.1, 5.5, 7.99, 8.0, 9.5, 13.0, 20.0, 26.0]
BOTH = SPREAD + [-x for x in SPREAD] + [0.0]
ENDS = [np.inf, -np.inf, np.nan, 0.0, -1.0]
FRACTIONS = [1e-300, 1e-20, 1e-5, 0.01, 0.07, 0.2, 0.25, 0.3, 0.5 - 1e-9, 0.5, 0.6, 0.75, 0.8, 0.95, 1 - 1e-9]
WIDE = SPREAD + [1e-300, 1e-12, 50.0, 171.0, 1e3, 1e6, 1e15]
REFLECTED = [-1e-8, -0.2, -0.5, -0.9, -1.3, -2.5, -3.7, -10.25, -33.4]

LIMITS = {("i0", np.inf): np.inf, ("i0", -np.inf): np.inf,
          ("i1", np.inf): np.inf, ("i1", -np.inf): -np.inf}

# Name: points with values, points with slopes, SciPy's or NumPy's function, JAX's.
SPECIAL = {
    "erf": (BOTH, BOTH, sp.erf, jsp.erf),
    "erfc": (BOTH, BOTH, sp.erfc, jsp.erfc),
    "erfcx": (WIDE + [-x for x in SPREAD], [], sp.erfcx, None),
    "erfInv": ([2 * p - 1 for p in FRACTIONS], [0.1, -0.7, 0.9], sp.erfinv, jsp.erfinv),
    "lgamma": (WIDE + REFLECTED, WIDE[:-4], sp.gammaln, jsp.gammaln),
    "digamma": (WIDE + REFLECTED, SPREAD, sp.digamma, jsp.digamma),
    "gamma": (WIDE[:-5] + [1e-300] + REFLECTED, SPREAD[:-3], sp.gamma, jsp.gamma),
    "logit": (FRACTIONS, FRACTIONS[2:-1], sp.logit, jsp.logit),
    "entr": (SPREAD, SPREAD, sp.entr, jsp.entr),
    "ndtr": (BOTH, BOTH[:-1], sp.ndtr, jsp.ndtr),
    "logNdtr": (BOTH + [-100.0, -1e5], [x for x in BOTH if x > -20], sp.log_ndtr, jsp.log_ndtr),
    "ndtri": (FRACTIONS, FRACTIONS[2:-1], sp.ndtri, jsp.ndtri),
    # JAX's have other derivatives at 0, and both SciPy's and JAX's NaN in place of the limits.
    "i0": (BOTH + [100.0, -700.0, 712.0], BOTH[:-1], sp.i0, jsp.i0),
    "i1": (BOTH + [100.0, -700.0, 712.0], BOTH[:-1], sp.i1, jsp.i1),
    "i0e": (BOTH + [-700.0, 1e10], BOTH, sp.i0e, jsp.i0e),
    "i1e": (BOTH + [-700.0, 1e10], BOTH, sp.i1e, jsp.i1e),
    "sinc": (BOTH, BOTH, np.sinc, jnp.sinc),
    "cbrt": (WIDE + [-x for x in WIDE], BOTH[:-1], np.cbrt, jnp.cbrt),
    "exp2": (BOTH, BOTH, np.exp2, jnp.exp2),
    "log10": (WIDE, BOTH[:20], np.log10, jnp.log10),
    "deg2rad": (BOTH, BOTH, np.deg2rad, jnp.deg2rad),
    "rad2deg": (BOTH, BOTH, np.rad2deg, jnp.rad2deg),
}

PAIRS = [(a, b) for a in (0.1, 0.5, 1.0, 2.0, 3.5, 8.0, 20.0) for b in (0.1, 1.0, 2.0, 7.9, 30.0)]
# JAX's second derivatives of the hypotenuse are not right at ties.
UNTIED = [(a, b) for a, b in PAIRS if a != b]
SIGNED = [(a, b) for a in (0.0, 1.0, -2.5, 1e3) for b in (0.0, 3.0, -1.0, 1e3)]

SPECIAL_BINARY = {
    "beta": (PAIRS + [(-0.5, 2.0), (2.0, -1.5)], PAIRS, sp.beta, None),
    "betaln": (PAIRS, PAIRS, sp.betaln, None),
    "xlogy": (PAIRS + [(0.0, 0.0), (0.0, -1.0), (0.0, np.inf)], PAIRS + [(0.0, 2.0)], sp.xlogy, jsp.xlogy),
    "xlog1py": (PAIRS + [(0.0, -1.0), (2.0, 1e-20)], PAIRS + [(0.0, 2.0)], sp.xlog1py, jsp.xlog1py),
    "logAddExp2": (PAIRS + SIGNED, PAIRS, np.logaddexp2, jnp.logaddexp2),
    "hypot": (PAIRS + SIGNED + [(1e200, 1e200), (1e-200, 1e-200), (np.inf, np.nan)],
              UNTIED + [(0.0, 1.0), (-2.0, 3.0), (0.0, 0.0)], np.hypot, jnp.hypot),
    "copySign": (SIGNED + [(1.0, -0.0), (-1.0, 0.0), (-2.0, np.inf), (2.0, -np.inf)],
                 [(1.0, 2.0), (-1.0, 2.0), (3.0, -0.5)], np.copysign, jnp.copysign),
    "heaviside": (SIGNED + [(np.nan, 1.0), (1.0, np.nan), (0.0, np.nan)], PAIRS, np.heaviside, jnp.heaviside),
}


def betaln_slopes(a, b):
    """JAX's have ten right digits where an operand is 8 or more, and a tie upsets the second ones."""
    return [sp.digamma(a) - sp.digamma(a + b), sp.digamma(b) - sp.digamma(a + b)]


def betaln_seconds(a, b):
    both = sp.polygamma(1, a + b)
    return [[sp.polygamma(1, a) - both, -both], [-both, sp.polygamma(1, b) - both]]


def beta_slopes(a, b):
    return sp.beta(a, b) * np.array(betaln_slopes(a, b))


def beta_seconds(a, b):
    slopes = np.array(betaln_slopes(a, b))
    return sp.beta(a, b) * (np.outer(slopes, slopes) + np.array(betaln_seconds(a, b)))


DERIVATIVES = {"betaln": (betaln_slopes, betaln_seconds), "beta": (beta_slopes, beta_seconds)}


def special_figures():
    unary, binary = {}, {}
    with jax.enable_x64(True), np.errstate(all="ignore"):
        for name, (points, slopes, f, g) in SPECIAL.items():
            slope = jax.grad(lambda x: g(x)) if g else None
            unary[name] = {
                "points": plain(points),
                "values": plain(f(np.array(points))),
                "ends": plain([LIMITS[name, x] if (name, x) in LIMITS else (g or f)(x) for x in ENDS]),
                "slopePoints": plain(slopes),
                "slopes": plain([slope(x) for x in slopes]),
                "seconds": plain([jax.grad(slope)(x) for x in slopes]),
            }
        for name, (points, slopes, f, g) in SPECIAL_BINARY.items():
            slope, second = DERIVATIVES.get(name) or (
                jax.grad(g, (0, 1)), lambda a, b: jax.hessian(lambda ab: g(*ab))(jnp.array((a, b))))
            binary[name] = {
                "points": plain(points),
                "values": plain([f(a, b) for a, b in points]),
                "slopePoints": plain(slopes),
                "slopes": plain([slope(a, b) for a, b in slopes]),
                "seconds": plain([second(a, b) for a, b in slopes]),
            }
        polygamma = {str(n): plain(sp.polygamma(n, np.array(WIDE[:-4]))) for n in range(1, 7)}
    save("special", {"versions": VERSIONS, "ends": plain(ENDS), "unary": unary, "binary": binary,
                     "polygammaPoints": plain(WIDE[:-4]), "polygamma": polygamma})


def array_figures():
    """Calls as the tests make them: a name, operands by shape, further arguments, the result."""
    calls = []

    def call(name, shapes, args, f):
        operands = [wave(shape, i) for i, shape in enumerate(shapes)]
        result = f(*operands)
        shape = [list(np.shape(x)) for x in result] if name in ("split", "unstack") else list(np.shape(result))
        calls.append({"name": name, "shapes": plain_shapes(shapes), "args": args,
                      "result": plain(result), "shape": shape})

    for shapes, axes in [([(3, 4), (4, 5)], 1), ([(2, 3, 4), (3, 4, 5)], 2), ([(2,), (3,)], 0),
                         ([(2, 3), (5, 2)], [[0], [1]]), ([(2, 3, 4), (4, 5, 2)], [[0, -1], [2, 0]]),
                         ([(3, 2), (3, 2)], [[], []]), ([(0, 3), (3, 2)], 1)]:
        call("tensordot", shapes, [axes], lambda a, b: np.tensordot(a, b, axes))
    for shapes in [[(3,), (3,)], [(2, 3), (3,)], [(2, 3), (4, 3)], [(2, 4, 3), (5, 3)], [(), (2,)]]:
        call("inner", shapes, [], np.inner)
    for shapes in [[(3,), (3,)], [(2, 3), (2, 3)], [(), ()]]:
        call("vdot", shapes, [], np.vdot)
    for shapes in [[(2,), (3,)], [(2, 3), (3, 2)], [(2,), (3, 2)], [(2, 1, 2), (2, 2)], [(), (2,)]]:
        call("kron", shapes, [], np.kron)
    for shapes in [[(3,), (3,)], [(2, 3), (2, 3)], [(4, 1, 3), (2, 3)]]:
        call("cross", shapes, [], np.cross)
    for shape in [(3, 3), (2, 4), (4, 2), (2, 3, 3), (0, 2)]:
        for k in (-3, -1, 0, 1, 2):
            call("tril", [shape], [k], lambda x: np.tril(x, k))
            call("triu", [shape], [k], lambda x: np.triu(x, k))
            call("diagonal", [shape], [k], lambda x: np.diagonal(x, k, -2, -1))
            call("trace", [shape], [k], lambda x: np.trace(x, k, -2, -1))
    for shape in [(3,), (1,), (0,), (3, 2), (2, 3)]:
        for k in (-2, 0, 1):
            call("diag", [shape], [k], lambda x: np.diag(x, k))
    for shape, args in [((4,), [1]), ((4,), [-6]), ((2, 3), [2]), ((2, 3), [1, 0]), ((2, 3), [-1, -1]),
                        ((2, 3), [[1, 2], [0, 1]]), ((2, 3), [1, [0, 1]]), ((0,), [1]), ((), [1])]:
        call("roll", [shape], args, lambda x: np.roll(x, *args))
    for shape, reps in [((2,), 3), ((2, 3), 2), ((2, 3), [2, 1]), ((2,), [3, 2]), ((2, 3), [2]), ((2,), 0),
                        ((), 2), ((), []), ((1, 2), [2, 3, 2])]:
        call("tile", [shape], [reps], lambda x: np.tile(x, reps))
    for shape, args in [((3,), [2]), ((2, 3), [2]), ((2, 3), [2, 0]), ((2, 3), [3, -1]), ((2, 2, 2), [2, 1]),
                        ((3,), [0]), ((), [3])]:
        call("repeat", [shape], args, lambda x: np.repeat(x, *args))
    for shape, args in [((6,), [3]), ((4, 6), [2]), ((4, 6), [3, 1]), ((4, 6), [[1, 4], -1]), ((4,), [[0, 2, 2, 4]]),
                        ((4,), [[]])]:
        call("split", [shape], args, lambda x: np.split(x, *args))
    for shape, args in [((3,), []), ((2, 3), []), ((2, 3), [1]), ((2, 3, 2), [-2])]:
        call("unstack", [shape], args, lambda x: np.moveaxis(x, args[0] if args else 0, 0))
    for shape, args in [((2, 3), [0, 1]), ((2, 3, 4), [0, -1]), ((2, 3, 4), [1, 1])]:
        call("swapAxes", [shape], args, lambda x: np.swapaxes(x, *args))
    for shape, args in [((2, 3, 4), [0, -1]), ((2, 3, 4), [2, 0]), ((2, 3, 4, 2), [[0, 1], [-1, -2]]),
                        ((2, 3, 4), [[2, 0], [0, 1]]), ((2, 3), [[], []])]:
        call("moveAxis", [shape], args, lambda x: np.moveaxis(x, *args))
    for shape, args in [((3,), []), ((2, 3), []), ((2, 3), [{"rowVar": False}]), ((3, 4), [{"ddof": 0}]),
                        ((2, 1), [])]:
        options = args[0] if args else {}
        with np.errstate(all="ignore"):
            call("cov", [shape], args,
                 lambda x: jnp.cov(x, rowvar=options.get("rowVar", True), ddof=options.get("ddof")))
            if "ddof" not in options:
                call("corrcoef", [shape], args,
                     lambda x: jnp.corrcoef(x, rowvar=options.get("rowVar", True)))
    for shape, args in [((3,), []), ((2, 3), [1]), ((2, 3), [[0, 1]]), ((2, 3, 2), [0])]:
        axis = tuple(args[0]) if args and isinstance(args[0], list) else (args[0] if args else None)
        call("ptp", [shape], args, lambda x: np.ptp(x, axis))
        call("average", [shape], args, lambda x: np.average(x, axis))
        call("countNonzero", [shape], args, lambda x: np.count_nonzero(x, axis))
    weighted = [{"shape": shape, "axis": axis, "weights": weights,
                 "result": plain(np.average(wave(shape), axis, wave(weights, 9)))}
                for shape, axis, weights in [((3,), 0, (3,)), ((2, 3), 1, (3,)), ((2, 3), 0, (2, 3)),
                                             ((2, 3), -2, (2,))]]
    grids = []
    for sizes in [(), (3,), (3, 2), (2, 3, 4)]:
        for indexing in ("xy", "ij"):
            vectors = [wave((size,), i) for i, size in enumerate(sizes)]
            grids.append({"sizes": list(sizes), "indexing": indexing,
                          "result": plain(list(np.meshgrid(*vectors, indexing=indexing)))})
    holes = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    with jax.enable_x64(True), np.errstate(all="ignore"):
        nan = {name: {"values": plain(f(holes, axis=1)), "total": plain(f(holes)),
                      "slopes": plain(jax.grad(lambda x: f(x, axis=1)[0])(holes))}
               for name, f in {"nanSum": jnp.nansum, "nanMean": jnp.nanmean}.items()}
    ends = [1.0, np.nan, np.inf, -np.inf, -0.0, 1 + 1e-7, 1.1]
    closeness = [[plain(np.isclose(a, ends, equal_nan=same)) for a in ends] for same in (False, True)]
    spaces = {"logspace": plain([np.logspace(-1, 2, 7), np.logspace(0, 3, 4, base=2)]),
              "geomspace": plain([np.geomspace(1, 1000, 7), np.geomspace(-8, -0.5, 5), np.geomspace(2, 3, 1)])}
    save("arrays", {"versions": VERSIONS, "calls": calls, "weighted": weighted, "grids": grids,
                    "holes": plain(holes), "nan": nan, "ends": plain(ends), "closeness": closeness,
                    "spaces": spaces, "nanToNum": plain(np.nan_to_num(np.array(ends)))})


def plain_shapes(shapes):
    return [list(shape) for shape in shapes]


if __name__ == "__main__":
    einsum_figures()
    special_figures()
    with jax.enable_x64(True):
        array_figures()
