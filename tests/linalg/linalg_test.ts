/**
 * The laws of linear algebra, for matrices of every kind.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import * as l from "@katachi/katachi/linalg";
import { checkGrads } from "@katachi/katachi/testing";
import { primitives } from "../../src/tape/primitive.ts";
import { bind } from "../../src/tape/recorder.ts";
import { luRaw } from "../../src/primitives/linear_algebra/lu.ts";
import { permuteRows } from "../../src/primitives/linear_algebra/matrices.ts";
import { applicationsOf } from "../primitives/applications.ts";
import {
  anyMatrix,
  anyRegular,
  anySquare,
  assertNear,
  assertOrthonormal,
  matricesOf,
  size,
} from "./matrices.ts";

const wide = (rows: number[][]): k.Tensor<[number, number], "float64"> => k.tensor(rows, "float64");

const matmul = (...factors: readonly k.AnyTensor[]): k.AnyTensor =>
  factors.reduce((a, b): k.AnyTensor => k.matmul(a, b));

const t = (x: k.AnyTensor): k.AnyTensor => k.transpose(x);

/** The elements of matrices, row by row. */
const rowsOf = (x: k.AnyTensor) => x.toArray() as number[][];

function holds<T>(arbitrary: fc.Arbitrary<T>, law: (x: T) => void): void {
  fc.assert(fc.property(arbitrary, law), { numRuns: 60 });
}

Deno.test("qr: A = Q R with orthonormal columns and an upper triangle", () => {
  holds(fc.tuple(anyMatrix, fc.constantFrom("reduced" as const, "complete" as const)), ([a, m]) => {
    const { q, r } = l.qr(a, m);
    assertNear(matmul(q, r), a, size(a), "Q R");
    assertOrthonormal(q, "Q");
    for (const [i, row] of rowsOf(r).entries()) {
      assert(row.slice(0, i).every((x) => x === 0), `row ${i} of R: ${row}`);
    }
    const inner = m === "complete" ? a.shape[0] : Math.min(a.shape[0], a.shape[1]);
    assertEquals([[...q.shape], [...r.shape]], [[a.shape[0], inner], [inner, a.shape[1]]]);
  });
});

Deno.test("lu: P A = L U with no element of L above 1", () => {
  holds(anyMatrix, (a) => {
    const [lu, , permutation] = luRaw(a);
    const [rows, columns] = a.shape;
    const inner = Math.min(rows, columns);
    const part = (m: number, n: number, f: (i: number, j: number) => number): k.AnyTensor =>
      k.fromBuffer(
        Float64Array.from({ length: m * n }, (_, at) => f(Math.floor(at / n), at % n)),
        [m, n],
      );
    const at = (i: number, j: number) => lu.data[i * columns + j];
    const lower = part(rows, inner, (i, j) => i === j ? 1 : i > j ? at(i, j) : 0);
    const upper = part(inner, columns, (i, j) => i <= j ? at(i, j) : 0);
    assert(size(lower) <= 1);
    assertNear(matmul(lower, upper), permuteRows(a, permutation), 32 * size(a), "L U");
  });
});

Deno.test("eigh: A V = V diag(w) with orthonormal V, ascending w and settled signs", () => {
  holds(anySquare, (b) => {
    const a: k.AnyTensor = k.mul(k.add(b, t(b)), 0.5);
    const { eigenvalues: w, eigenvectors: v } = l.eigh(a);
    assertNear(matmul(a, v), k.mul(v, w), 4 * size(a), "A V");
    assertOrthonormal(v, "V");
    assertEquals([...w.data], [...w.data].sort((x, y) => x - y));
    for (const column of rowsOf(t(v))) {
      assert(Math.max(...column) >= Math.max(...column.map(Math.abs)), `${column}`);
    }
    assertEquals(l.eigvalsh(a).toArray(), w.toArray());
  });
});

Deno.test("svd: A = U diag(s) Vh with orthonormal U and V, descending s and settled signs", () => {
  holds(anyMatrix, (a) => {
    const { u, s, vh } = l.svd(a);
    assertNear(matmul(k.mul(u, s), vh), a, size(a), "U S Vh");
    assertOrthonormal(u, "U");
    assertOrthonormal(t(vh), "V");
    assertEquals([...s.data], [...s.data].sort((x, y) => y - x));
    assert(s.data.every((x) => x >= 0));
    for (const column of rowsOf(t(u))) {
      assert(Math.max(...column) >= Math.max(...column.map(Math.abs)), `${column}`);
    }
    assertEquals(l.svdvals(a).toArray(), s.toArray());
  });
});

Deno.test("svd: full matrices are square, orthonormal, and begin with the reduced ones", () => {
  holds(anyMatrix, (a) => {
    const [m, n] = a.shape;
    const [reduced, full] = [l.svd(a), l.svd(a, { fullMatrices: true })];
    assertEquals([[...full.u.shape], [...full.vh.shape]], [[m, m], [n, n]]);
    assertOrthonormal(full.u, "U");
    assertOrthonormal(t(full.vh), "V");
    const count = Math.min(m, n);
    assertEquals(rowsOf(full.u).map((row) => row.slice(0, count)), rowsOf(reduced.u));
    assertEquals(rowsOf(full.vh).slice(0, count), rowsOf(reduced.vh));
  });
});

Deno.test("cholesky: L Lᵀ = A with a positive diagonal", () => {
  holds(fc.nat(6).chain((n) => matricesOf(n, n)), (b) => {
    const a: k.AnyTensor = k.add(
      matmul(b, t(b)),
      k.mul(k.eye(b.shape[0], "float64"), size(b) ** 2),
    );
    if (size(b) === 0) return;
    const lower = l.cholesky(a);
    assertNear(matmul(lower, t(lower)), a, size(a), "L Lᵀ");
    assert(l.diagonal(lower).data.every((x) => x > 0));
    assertEquals(l.cholesky(a, { upper: true }).toArray(), t(lower).toArray());
  });
});

Deno.test("solve, inv, solveTriangular and choSolve undo products", () => {
  holds(
    fc.tuple(anyRegular, fc.nat(3)).chain(([a, n]) =>
      fc.tuple(fc.constant(a), matricesOf(a.shape[0], n).filter((x) => size(x) < 1e3))
    ),
    ([a, x]) => {
      const scale = 32 * Math.max(size(x), 1e-3);
      assertNear(l.solve(a, matmul(a, x)), x, scale, "solve");
      assertNear(matmul(l.inv(a), a), k.eye(a.shape[0], "float64"), 8, "inv");
      const positive = matmul(a, t(a));
      const factor = l.cholesky(positive);
      assertNear(l.choSolve(factor, matmul(positive, x)), x, 8 * scale, "choSolve");
      assertNear(
        l.choSolve(t(factor), matmul(positive, x), { lower: false }),
        x,
        8 * scale,
        "choSolve",
      );
      for (const transpose of [false, true]) {
        const by = transpose ? t(factor) : factor;
        const found = l.solveTriangular(factor, matmul(by, x), { lower: true, transpose });
        assertNear(found, x, scale, "solveTriangular");
      }
    },
  );
});

Deno.test("solve: a small residual for every matrix that is regular", () => {
  holds(fc.nat(6).chain((n) => fc.tuple(matricesOf(n, n), matricesOf(n, 2))), ([a, b]) => {
    const x = l.solve(a, b);
    if (!x.data.every(Number.isFinite)) return;
    // Pivots of a matrix of low rank are rounding errors.
    if (l.matrixRank(a).item() < a.shape[0]) return;
    for (const [i, row] of rowsOf(k.sub(matmul(a, x), b)).entries()) {
      const own = size(k.slice(a, [[i, i + 1]])) * size(x) + size(k.slice(b, [[i, i + 1]]));
      const whole = size(a) * size(x) + size(b);
      assert(row.every((rest) => Math.abs(rest) <= 1e-12 * Math.max(own, whole)), `${row}`);
    }
  });
});

Deno.test("pinv: the four conditions of Penrose", () => {
  const tame = anyMatrix.filter((a) => size(a) < 100);
  holds(tame, (a) => {
    // Nothing between what counts and what does not.
    const s = [...l.svdvals(a).data];
    if (s.some((x) => x > 1e-13 * s[0] && x < 1e-4 * s[0])) return;
    const p = l.pinv(a, { rtol: 1e-8 });
    const scale = 16 * Math.max(size(a), 1e-300);
    assertNear(matmul(a, p, a), a, 1e4 * scale, "A P A");
    assertNear(matmul(p, a, p), p, 1e4 * 16 * size(p), "P A P");
    for (const x of [matmul(a, p), matmul(p, a)]) assertNear(x, t(x), 1e5, "symmetry");
    assertEquals(l.matrixRank(a, { rtol: 1e-8 }).item(), s.filter((x) => x > 1e-8 * s[0]).length);
  });
});

Deno.test("lstsq: what is left is orthogonal to the columns, and the solution the shortest", () => {
  holds(
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([m, n]) =>
      fc.tuple(matricesOf(m, n), matricesOf(m, 2)).filter((both) =>
        both.every((x) => size(x) < 100)
      )
    ),
    ([a, b]) => {
      const s = [...l.svdvals(a).data];
      if (s.some((x) => x > 1e-13 * s[0] && x < 1e-4 * s[0])) return;
      const { x, residuals, rank } = l.lstsq(a, b, { rtol: 1e-8 });
      const rest = k.sub(b, matmul(a, x));
      assertNear(matmul(t(a), rest), k.mul(x, 0), 1e6 * size(a) * size(b), "Aᵀ (b - A x)");
      assertNear(matmul(l.pinv(a, { rtol: 1e-8 }), a, x), x, 1e6 * size(x), "P A x");
      assertNear(residuals, k.sum(k.square(rest), 0), 1 + size(rest) ** 2, "residuals");
      assertEquals(rank.item(), s.filter((value) => value > 1e-8 * s[0]).length);
      const vector = l.lstsq(a, k.slice(b, [null, 0]), { rtol: 1e-8 });
      assertNear(vector.x, k.slice(x, [null, 0]), size(x), "a vector");
      assertEquals([...vector.residuals.shape], []);
    },
  );
});

Deno.test("det: of a product the product, and e^logabsdet with its sign", () => {
  holds(fc.nat(5).chain((n) => fc.tuple(matricesOf(n, n), matricesOf(n, n))), ([a, b]) => {
    const [x, y, z] = [a, b, matmul(a, b)].map((m) => l.det(m).item() as number);
    const bound = (m: k.AnyTensor) =>
      rowsOf(m).reduce((all, row) => all * Math.hypot(...row), 1) + 1e-290;
    assert(Math.abs(z - x * y) <= 1e-12 * Math.max(bound(a) * bound(b), bound(matmul(a, b))));
    const { sign, logabsdet } = l.slogdet(a);
    const again = Number(sign.item()) * Math.exp(Number(logabsdet.item()));
    assert(Math.abs(again - x) <= 1e-11 * Math.abs(x), `${again} and ${x}`);
  });
});

Deno.test("det: the gradient is the matrix of cofactors at every rank, and again but for low ranks", () => {
  const regular = [[2, 1, 0], [1, -1, 3], [0, 2, 1]];
  const order2 = [
    regular,
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 0]],
    [[1, 2, 3], [2, 4, 6], [1, 1, 5]],
    [[1, 1, 0, 2], [1, 1, 3, 0], [2, 2, 1, 1], [0, 0, 1, 5]],
    [[0]],
  ];
  for (const rows of order2) checkGrads((x: k.AnyTensor) => l.det(x), [wide(rows)], { order: 2 });
  for (const rows of [[[0, 0], [0, 0]], [[1, 2, 3], [2, 4, 6], [3, 6, 9]]]) {
    checkGrads((x: k.AnyTensor) => l.det(x), [wide(rows)]);
  }
});

Deno.test("compositions have right gradients of order 2", () => {
  const a = wide([[4, 1, 0.5], [-1, 3, 0.25], [0.5, 0.75, 2]]);
  const b = wide([[1, 2], [0.5, -1], [3, 0.25]]);
  const f: Record<string, (x: k.AnyTensor, y: k.AnyTensor) => unknown> = {
    solve: (x, y) => l.solve(x, y),
    inv: (x) => l.inv(x),
    slogdet: (x) => l.slogdet(x).logabsdet,
    choSolve: (x, y) => l.choSolve(l.cholesky(x), y),
    lstsq: (x, y) => l.lstsq(y, k.slice(x, [null, 0])).x,
    nuc: (x, y) => [l.matrixNorm(x, { ord: "nuc" }), l.matrixNorm(y, { ord: 2 })],
    cond: (x) => l.cond(x),
    power: (x) => l.matrixPower(x, 3),
    norms: (x) => [l.vectorNorm(x, 0, { ord: 3 }), l.matrixNorm(x)],
    diagonals: (x, y) => [l.diag(l.diagonal(x, -1)), l.trace(y, 1)],
    projectors: (x) => {
      const { eigenvectors: v } = l.eigh(x);
      return matmul(k.mul(v, k.tensor([1, 2, 3], "float64")), t(v));
    },
  };
  for (const law of Object.values(f)) checkGrads(law, [a, b], { order: 2 });
});

for (const primitive of primitives().filter(({ family }) => family === "linear algebra")) {
  Deno.test(`${primitive.name}: a batch is worked on one by one`, () => {
    const { batch } = primitive;
    assert(batch !== undefined && typeof batch !== "function");
    holds(applicationsOf(primitive, "float64"), ({ operands, params }) => {
      const others = operands.map((x) => k.mul(x, 1.01));
      const stacked = operands.map((x, i): k.AnyTensor => k.stack([x, others[i]]));
      const found = bind(primitive, stacked, batch.params(params, 2));
      const each = [operands, others].map((xs) => bind(primitive, xs, params));
      for (const [i, result] of found.entries()) {
        assertEquals(result.toArray(), k.stack(each.map((results) => results[i])).toArray());
      }
    });
  });
}

Deno.test("what does not exist is NaN or infinite, and leaves the rest of a batch alone", () => {
  const pair = (a: number[][], b: number[][]): k.AnyTensor => k.stack([wide(a), wide(b)]);
  const indefinite = pair([[1, 2], [2, 1]], [[4, 2], [2, 5]]);
  assertEquals(l.cholesky(indefinite).toArray(), [[[NaN, 0], [NaN, NaN]], [[2, 0], [1, 2]]]);
  const singular = pair([[1, 2], [2, 4]], [[2, 1], [1, 1]]);
  assertEquals(l.inv(singular).toArray(), [[[-Infinity, Infinity], [Infinity, -Infinity]], [[
    1,
    -1,
  ], [-1, 2]]]);
  const unknown = pair([[NaN, 1], [1, 1]], [[2, 0], [0, 1]]);
  assertEquals(l.svdvals(unknown).toArray(), [[NaN, NaN], [2, 1]]);
  assertEquals(l.eigvalsh(unknown).toArray(), [[NaN, NaN], [1, 2]]);
  assertEquals(l.qr(unknown).r.toArray(), [[[NaN, NaN], [0, NaN]], [[2, 0], [0, 1]]]);
  assertEquals(l.pinv(wide([[Infinity, 1], [1, 2]])).toArray(), [[NaN, NaN], [NaN, NaN]]);
  assertEquals(l.cond(wide([[1, 2], [2, 4]]), 1).item(), Infinity);
  assertEquals(l.cond(wide([[1, NaN], [2, 4]]), 1).item(), NaN);
});

Deno.test("what is not to be read is not read", () => {
  const lower = wide([[2, NaN], [1, 3]]);
  const plain = { symmetrizeInput: false };
  assert(l.cholesky(lower, plain).data.every(Number.isFinite));
  assert(l.eigvalsh(lower, plain).data.every(Number.isFinite));
  const b = wide([[1], [2]]);
  assertEquals(l.solveTriangular(lower, b, { lower: true }).toArray(), [[0.5], [0.5]]);
  const unit = { lower: true, unitDiagonal: true };
  assertEquals(l.solveTriangular(wide([[NaN, 9], [1, 0]]), b, unit).toArray(), [[1], [1]]);
});

Deno.test("elements near the ends of the range neither overflow nor vanish", () => {
  for (const scale of [1e-300, 1e300]) {
    const a: k.AnyTensor = k.mul(wide([[3, 1], [1, 3]]), scale);
    for (const values of [l.eigvalsh(a).toArray(), l.svdvals(a).toArray()]) {
      const [x, y] = (values as number[]).map((value) => value / scale).sort();
      assert(Math.abs(x - 2) < 1e-14 && Math.abs(y - 4) < 1e-14, `${x} and ${y}`);
    }
    const { q, r } = l.qr(a);
    assertOrthonormal(q, "Q");
    assertNear(matmul(q, r), a, size(a), "Q R");
  }
  const least = wide([[5e-324, 0], [5e-324, 5e-324]]);
  const vectors = [l.qr(least).q, l.eigh(least).eigenvectors, l.svd(least).u];
  for (const x of vectors) assertOrthonormal(x, "of the least numbers");
});

Deno.test("multiDot: the product from left to right", () => {
  const chain = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 6 }).chain((
    dims,
  ) => fc.tuple(...dims.slice(1).map((n, i) => matricesOf(dims[i], n))));
  holds(chain.filter((xs) => xs.every((x) => size(x) < 10)), (factors) => {
    const scale = factors.reduce((all, x) => all * 5 * size(x), 1);
    assertNear(l.multiDot(factors), matmul(...factors), scale, "multiDot");
  });
  const [row, column] = [k.tensor([1, 2], "float64"), k.tensor([3, 4], "float64")];
  assertEquals(l.multiDot([row, wide([[1, 0], [0, 2]]), column]).item(), 19);
});

Deno.test("matrixPower: exponents add, and negative ones invert", () => {
  holds(
    fc.tuple(anyRegular, fc.integer({ min: -3, max: 5 }), fc.nat(4)),
    ([a, m, n]) => {
      const [x, y, z] = [m, n, m + n].map((p) => l.matrixPower(a, p));
      assertNear(matmul(x, y), z, 100 * (1 + size(x)) * (1 + size(y)), `A^${m} A^${n}`);
    },
  );
});

Deno.test("dtypes: floats stay, integers become float32, and float64 wins", () => {
  const whole = k.tensor([[2, 1], [1, 1]], "int32");
  assertEquals(l.inv(whole).dtype, "float32");
  assertEquals(l.solve(whole, k.tensor([5, 3], "float64")).dtype, "float64");
  assertEquals(l.diagonal(whole).dtype, "int32");
  assertEquals(l.trace(k.tensor([[true, true], [false, true]])).item(), 2);
});

Deno.test("settings that make no sense are refused", () => {
  const a = wide([[1, 2], [3, 4]]);
  assertThrows(() => l.matrixPower(a, 0.5), RangeError, "must be a whole number, got 0.5");
  assertThrows(() => l.matrixNorm(a, { ord: 3 }), RangeError, "ord must be");
  assertThrows(() => l.cond(k.zeros([0, 0])), k.ShapeError, "an empty matrix");
  const tall = wide([[1, 2], [3, 4], [5, 6]]);
  const complete = (x: typeof tall) => l.qr(x, "complete").q.sum();
  assertThrows(() => k.grad(complete)(tall), Error, "has no gradient");
  const full = (x: typeof tall) => l.svd(x, { fullMatrices: true }).u.sum();
  assertThrows(() => k.grad(full)(tall), Error, "have no gradient");
});
