"""Makes the figures for composed and special functions, from NumPy, SciPy, JAX and opt_einsum.

    oracle/bin/python tools/oracle_functions.py

See tools/oracle.py.
"""

import numpy as np
import opt_einsum
import scipy

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


def plain_shapes(shapes):
    return [list(shape) for shape in shapes]


einsum_figures()
