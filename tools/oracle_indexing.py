"""Makes the figures for order, indexing and updates, from NumPy and JAX.

    oracle/bin/python tools/oracle_indexing.py

See tools/oracle.py.
"""

import random

import jax
import jax.numpy as jnp
import numpy as np

from oracle import VERSIONS, plain, save

INF, NAN = np.inf, np.nan


def case(name, f, *operands, differentiable=True, **settings):
    """The value of f, and what a cotangent of 1, 2, … pulls back to."""
    xs = [jnp.array(x, jnp.float64) for x in operands]
    figures = {"name": name, "settings": settings, "shapes": [x.shape for x in xs],
               "operands": plain(xs)}
    if not differentiable:
        return {**figures, "value": plain(f(*xs))}
    y, pullback = jax.vjp(f, *xs)
    weights = jnp.arange(1.0, y.size + 1).reshape(y.shape)
    return {**figures, "value": plain(y), "pulled": plain(list(pullback(weights)))}


MATRICES = {
    "plain": [[3.0, 1.0, 2.0, 2.5], [0.5, -1.0, 7.0, -3.0], [1.5, 0.0, 0.25, 9.0]],
    "ties": [[3.0, 1.0, 3.0, 1.0], [2.0, 2.0, 2.0, 2.0], [1.0, 2.0, 3.0, 1.0]],
    "wild": [[NAN, INF, -INF, 1.0], [-0.0, 0.0, -0.0, NAN], [INF, INF, NAN, NAN]],
    "infinite": [[1.0, INF, -INF, 1.0], [-INF, 0.0, 2.0, 3.0], [INF, INF, 5.0, -INF]],
}


def order_figures():
    cases = []
    for x in MATRICES.values():
        for axis in (0, 1, -1):
            for descending in (False, True):
                how = {"axis": axis, "descending": descending}
                cases.append(case("sort", lambda x: jnp.sort(x, **how), x, **how))
                cases.append(case("argsort", lambda x: jnp.argsort(x, **how), x,
                                  differentiable=False, **how))
            # XLA's top_k has -0 below 0; its sort has them equal.
            unsigned = np.abs(x) if x is MATRICES["wild"] else x
            for k in (0, 1, 3):
                how = {"k": k, "axis": axis}
                cases.append(case("topKValues", lambda x: jax.lax.top_k(x, k, axis=axis)[0], unsigned,
                                  **how))
                cases.append(case("topKIndices", lambda x: jax.lax.top_k(x, k, axis=axis)[1], unsigned,
                                  differentiable=False, **how))
        for method in ("linear", "lower", "higher", "midpoint", "nearest"):
            for axis in (None, 0, 1, (0, 1)):
                for q in (0.5, 0.0, [0.1, 0.25, 1.0], []):
                    keep = axis == 1
                    how = {"q": q, "axis": axis, "method": method, "keepDims": keep}
                    cases.append(case("quantile", lambda x: jnp.quantile(
                        x, jnp.array(q), axis=axis, method=method, keepdims=keep), x, **how))
        for axis in (None, 0, 1):
            cases.append(case("median", lambda x: jnp.median(x, axis), x, axis=axis))
            cases.append(case("percentile", lambda x: jnp.percentile(x, 30.0, axis), x, axis=axis))
    values = [NAN, -INF, -1.0, -0.0, 0.0, 1.0, 2.0, 2.5, 3.0, INF]
    for list_ in ([], [1.0], [-1.0, 0.0, 1.0, 2.0, 2.0, 3.0], [-INF, -0.0, 0.0, 2.0, INF, NAN, NAN]):
        for side in ("left", "right"):
            cases.append(case("searchsorted", lambda a, v: jnp.searchsorted(a, v, side=side),
                              list_, values, differentiable=False, side=side))
    for edges in ([0.0, 1.0, 2.5], [2.5, 1.0, 0.0], [1.0], [1.0, 1.0]):
        for right in (False, True):
            cases.append(case("digitize", lambda x, e: jnp.digitize(x, e, right=right),
                              [-1.0, 0.0, 0.5, 1.0, 2.5, 9.0], edges, differentiable=False,
                              right=right))
    for numbers, length in (([1, 3, 1, 0], 4), ([-2, 5, 9, 0], 6), ([], 2), ([1, 1], 0)):
        x = jnp.array(numbers, jnp.int32)
        for weights in (None, [0.5, 2.0, -1.0, 4.0][:len(numbers)]):
            w = None if weights is None else jnp.array(weights)
            cases.append({"name": "bincount", "settings": {"x": numbers, "length": length,
                          "weights": weights}, "shapes": [], "operands": [],
                          "value": plain(jnp.bincount(x, w, length=length))})
    data = [0.0, 1.0, 1.0, 2.5, 4.0, -3.0, NAN]
    for bins, how in ((3, {}), (10, {"range": [0.0, 4.0]}), ([0.0, 1.0, 3.0, 4.0], {}),
                      (4, {"density": True}), (3, {"weights": [1.0, 2.0, 0.5, 1.0, 3.0, 0.25, 1.0]}),
                      (2, {"range": [1.0, 1.0]})):
        for xs in (data, data[:-1], []) if "range" in how else (data, data[:-1]):
            given = {**how, **({"weights": how["weights"][:len(xs)]} if "weights" in how else {})}
            asked = {name: jnp.array(v) if name == "weights" else v for name, v in given.items()}
            counts, edges = jnp.histogram(jnp.array(xs), jnp.array(bins) if isinstance(bins, list)
                                          else bins, **asked)
            cases.append({"name": "histogram", "settings": {"bins": bins, **given},
                          "shapes": [[len(xs)]], "operands": plain([xs]), "value": plain([counts, edges])})
    return cases


UPDATES = {
    "setAt": lambda at, v, **how: at.set(v, **how), "addAt": lambda at, v, **how: at.add(v, **how),
    "mulAt": lambda at, v, **how: at.multiply(v, **how),
    "maxAt": lambda at, v, **how: at.max(v, **how), "minAt": lambda at, v, **how: at.min(v, **how),
}


def spelled(entry):
    if entry is Ellipsis:
        return "..."
    if entry is None:
        return "newaxis"
    if isinstance(entry, slice):
        whole = entry == slice(None)
        return None if whole else [entry.start, entry.stop, entry.step]
    return entry


def indexing_figures():
    cases = []
    x = [[3.0, 1.0, 2.0], [0.5, -1.0, 7.0], [1.0, 1.0, 1.0], [4.0, 5.0, 6.0]]
    s = slice
    statics = [
        (1,), (s(None), -1), (s(1, 3),), (s(None, None, 2), s(None, None, -1)), (Ellipsis, 0),
        (s(3, 0, -2), s(1, None)), (0, 1), (s(2, 1),), (None, 2), (s(None, None, -3), None, s(2)),
    ]
    for index in statics:
        shape = np.empty((4, 3))[index].shape
        value = np.linspace(0.2, 4.2, int(np.prod(shape))).reshape(shape)
        spec = [spelled(entry) for entry in index]
        cases.append(case("getAt", lambda x: x[index], x, index=spec))
        for name, update in UPDATES.items():
            cases.append(case(name, lambda x, v: update(x.at[index], v), x, value, index=spec))
    cases.append(case("maxAt", lambda x, v: x.at[0].max(v), x, [3.0, 1.0, 0.0], index=[0]))
    cases.append(case("minAt", lambda x, v: x.at[:, 1].min(v), x, 1.0, index=[None, 1]))
    positions = [
        ([[0, 2, 3]], (3, 3)), ([[-1, 0, 1]], (3, 3)), ([2], (3,)), ([[0, 0, 2, 0]], (4, 3)),
        ([[[0, 1], [3, 2]]], (2, 2, 3)), ([[0, 1], [2, 0]], (2,)), ([[[0], [3]], [1, 2]], (2, 2)),
        ([[1, 1, 0], [2, 2, -3]], (3,)), ([[1, 3, 1], 2], (3,)),
    ]
    dropped = [([[4, 0, -5, 9, -1]], (5, 3)), ([[0, 4, -5, 1], [3, 0, 1, -3]], (4,))]
    for lists, shape in positions + dropped:
        index = tuple(np.array(p, np.int32) for p in lists)
        inside = (lists, shape) in positions
        if inside:
            cases.append(case("getAt", lambda x: x[index], x, positions=lists))
        flat = np.ravel_multi_index(np.broadcast_arrays(*[p % n for p, n in zip(index, (4, 3))]),
                                    (4, 3)[:len(index)])
        unique = inside and len(set(flat.flat)) == flat.size
        value = 0.5 + np.arange(float(np.prod(shape))).reshape(shape) % 5
        for name, update in UPDATES.items():
            how = {"unique_indices": True} if unique else {}
            if name == "mulAt" and not unique:
                f = lambda x, v: update(x.at[index], jax.lax.stop_gradient(v))
            else:
                f = lambda x, v: update(x.at[index], v, **how)
            cases.append(case(name, f, x, value, positions=lists,
                              byValue=not (name == "mulAt" and not unique)))
    ties = [[3.0, 1.0, 2.0], [3.0, 0.0, 2.0], [1.0, 1.0, 2.0], [3.0, 1.0, 9.0]]
    for name in ("maxAt", "minAt"):
        index = np.array([0, 0, 2, 0], np.int32)
        cases.append(case(name, lambda x, v: UPDATES[name](x.at[index], v), x, ties,
                          positions=[index.tolist()], byValue=True))
    far = np.array([5, -9, 1], np.int32)
    cases.append(case("getAtCompiled", lambda x: x[far], x, differentiable=False,
                      positions=[far.tolist()]))
    for axis, where in ((1, [[2, 0], [1, 1], [0, -1], [2, 2]]), (0, [[3, 0, -1], [3, 1, 2]])):
        at = np.array(where, np.int32)
        cases.append(case("takeAlong", lambda x: jnp.take_along_axis(x, at, axis), x, axis=axis,
                          positions=where))
        v = np.arange(1.0, at.size + 1).reshape(at.shape)
        cases.append(case("putAlong", lambda x, v: jnp.put_along_axis(x, at, v, axis, inplace=False),
                          x, v, axis=axis, positions=where))
    for axis in (None, 0, 1):
        at = np.array([[2, 0], [-1, 1]], np.int32)
        cases.append(case("take", lambda x: jnp.take(x, at, axis), x, axis=axis,
                          positions=at.tolist()))
    for name, f in (("segmentSum", jax.ops.segment_sum), ("segmentProd", jax.ops.segment_prod),
                    ("segmentMax", jax.ops.segment_max), ("segmentMin", jax.ops.segment_min)):
        for ids in ([0, 2, 0, 1], [4, 0, -1, 0], [1, 1, 1, 1]):
            at = np.array(ids, np.int32)
            once = len(set(ids)) == 4
            g = lambda x: f(x, at, 4, unique_indices=once)
            cases.append(case(name, g, x, ids=ids, segments=4,
                              differentiable=name != "segmentProd" or once))
    for starts in ([0, 0], [1, 2], [3, 2], [-1, -3], [-9, 9]):
        at = np.array(starts, np.int32)
        cases.append(case("dynamicSlice", lambda x: jax.lax.dynamic_slice(x, at, (2, 1)), x,
                          starts=starts, sizes=[2, 1]))
        cases.append(case("dynamicUpdateSlice",
                          lambda x, u: jax.lax.dynamic_update_slice(x, u, at),
                          x, [[10.0], [20.0]], starts=starts))
    for position in (0, 3, -1, 9, -9):
        cases.append(case("dynamicIndex", lambda x: jax.lax.dynamic_index_in_dim(
            x, jnp.int32(position), 0, keepdims=False), x, position=position))
    return cases


def slice_figures():
    """Random indices, and what NumPy makes of them."""
    choose = random.Random(7)

    def axis_entry():
        kind = choose.randrange(5)
        if kind == 0:
            return slice(None)
        if kind == 1:
            return choose.randint(-2, 2)
        bound = lambda: choose.choice([None, *range(-6, 7)])
        return slice(bound(), bound(), choose.choice([None, -3, -2, -1, 1, 2, 3]))

    cases = []
    for _ in range(200):
        shape = [choose.randint(1, 4) for _ in range(choose.randint(0, 3))]
        index = [axis_entry() for _ in range(choose.randint(0, len(shape) + 1))]
        for _ in range(choose.randint(0, 2)):
            index.insert(choose.randint(0, len(index)), None)
        if choose.randrange(2):
            index.insert(choose.randint(0, len(index)), Ellipsis)
        x = np.arange(float(np.prod(shape, dtype=int))).reshape(shape)
        try:
            taken = x[tuple(index)]
            result = {"takenShape": list(taken.shape), "value": plain(taken)}
        except IndexError:
            result = {"refused": True}
        cases.append({"shape": shape, "index": [spelled(entry) for entry in index], **result})
    return cases


if __name__ == "__main__":
    with jax.enable_x64(True):
        save("indexing", {"order": order_figures(), "indexing": indexing_figures(),
                          "slices": slice_figures()})
    print("made indexing.json with", VERSIONS)
