/**
 * Linear algebra as the compiler sees it: literal shapes flow through, dims that it does not know stay
 * what they are, and a mistake is one line in the words of the run time.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type Dim,
  type Floating,
  grad,
  matmul,
  type Shape,
  ShapeError,
  type Tensor,
  zeros,
} from "@katachi/katachi";
import * as katachi from "@katachi/katachi";
import * as linalg from "@katachi/katachi/linalg";
import {
  cholesky,
  choSolve,
  cond,
  det,
  diag,
  diagonal,
  eigh,
  eigvalsh,
  inv,
  lstsq,
  matrixNorm,
  matrixPower,
  matrixRank,
  multiDot,
  pinv,
  qr,
  slogdet,
  solve,
  solveTriangular,
  svd,
  svdvals,
  trace,
  vectorNorm,
} from "@katachi/katachi/linalg";
import { checkPrograms, project } from "../shape/check.ts";

type F<S extends Shape> = Tensor<S, "float32">;

Deno.test("literal shapes flow through", () => {
  const square = zeros([5, 3, 3]);
  const tall = zeros([4, 2]);
  const [wide, vector] = [zeros([2, 3]), zeros([3])];
  const results = {
    cholesky: cholesky(square),
    inv: inv(square),
    det: det(square),
    sign: slogdet(square).sign,
    values: eigh(square).eigenvalues,
    vectors: eigh(square).eigenvectors,
    eigvalsh: eigvalsh(square),
    solve: solve(square, zeros([3, 2])),
    solveVector: solve(square, zeros([3])),
    triangular: solveTriangular(zeros([3, 3]), zeros([5, 3, 1])),
    choSolve: choSolve(zeros([3, 3]), zeros([3])),
    q: qr(tall).q,
    r: qr(tall).r,
    complete: qr(tall, "complete").q,
    u: svd(tall).u,
    s: svd(tall).s,
    fullU: svd(tall, { fullMatrices: true }).u,
    vh: svd(zeros([2, 4])).vh,
    svdvals: svdvals(zeros([7, 2, 4])),
    pinv: pinv(tall),
    lstsq: lstsq(tall, zeros([4, 6])).x,
    residuals: lstsq(tall, zeros([4])).residuals,
    diagonal: diagonal(zeros([4, 6]), 3),
    below: diagonal(zeros([4, 6]), -1),
    trace: trace(square),
    diag: diag(zeros([3])),
    norm: matrixNorm(square, { keepDims: true }),
    vectorNorm: vectorNorm(square, -1, { ord: 1 }),
    cond: cond(square),
    power: matrixPower(square, 2),
    multiDot: multiDot([tall, wide, vector]),
  };
  assertType<
    IsExact<typeof results, {
      cholesky: F<[5, 3, 3]>;
      inv: F<[5, 3, 3]>;
      det: F<[5]>;
      sign: F<[5]>;
      values: F<[5, 3]>;
      vectors: F<[5, 3, 3]>;
      eigvalsh: F<[5, 3]>;
      solve: F<[5, 3, 2]>;
      solveVector: F<[5, 3]>;
      triangular: F<[5, 3, 1]>;
      choSolve: F<[3]>;
      q: F<[4, 2]>;
      r: F<[2, 2]>;
      complete: F<[4, 4]>;
      u: F<[4, 2]>;
      s: F<[2]>;
      fullU: F<[4, 4]>;
      vh: F<[2, 4]>;
      svdvals: F<[7, 2]>;
      pinv: F<[2, 4]>;
      lstsq: F<[2, 6]>;
      residuals: F<[]>;
      diagonal: F<[3]>;
      below: F<[3]>;
      trace: F<[5]>;
      diag: F<[3, 3]>;
      norm: F<[5, 1, 1]>;
      vectorNorm: F<[5, 3]>;
      cond: F<[5]>;
      power: F<[5, 3, 3]>;
      multiDot: F<[4]>;
    }>
  >(true);
  // Of zeros some are NaN; only shapes are of interest.
  assertEquals(
    Object.values(results).map(({ shape }) => [...shape]),
    [
      [5, 3, 3],
      [5, 3, 3],
      [5],
      [5],
      [5, 3],
      [5, 3, 3],
      [5, 3],
      [5, 3, 2],
      [5, 3],
      [5, 3, 1],
      [3],
      [4, 2],
      [2, 2],
      [4, 4],
      [4, 2],
      [2],
      [4, 4],
      [2, 4],
      [7, 2],
      [2, 4],
      [2, 6],
      [],
      [3],
      [3],
      [5],
      [3, 3],
      [5, 1, 1],
      [5, 3],
      [5],
      [5, 3, 3],
      [4],
    ],
  );
  const rank = matrixRank(zeros([2, 4, 3]));
  assertType<IsExact<typeof rank, Tensor<[2], "int32">>>(true);
  assertType<IsExact<Floating<"int32">, "float32">>(true);
});

Deno.test("generic bodies check and keep their dims", () => {
  const rules = <B extends Dim, N extends Dim>(
    a: Tensor<[B, N, N]>,
    b: Tensor<[B, N, 2]>,
    x: Tensor<[B, 4, 3]>,
  ) => {
    const factor: Tensor<[B, N, N]> = cholesky(a);
    const solved: Tensor<[B, N, 2]> = solve(a, b);
    const again: Tensor<[B, N, 2]> = choSolve(factor, b);
    const product: Tensor<[B, N, 2]> = matmul(inv(a), b);
    const values: Tensor<[B, N]> = eigvalsh(a);
    const dets: Tensor<[B]> = det(a);
    const q: Tensor<[B, 4, 3]> = qr(x).q;
    const vh: Tensor<[B, 3, 3]> = svd(x).vh;
    const inverse: Tensor<[B, 3, 4]> = pinv(x);
    const norms: Tensor<[B]> = matrixNorm(x);
    const diagonals: Tensor<[B, N]> = diagonal(a);
    return [solved, again, product, values, dets, q, vh, inverse, norms, diagonals];
  };
  const shapes = rules(zeros([2, 3, 3]), zeros([2, 3, 2]), zeros([2, 4, 3])).map((x) => x.shape);
  assertEquals(shapes.map(String), [
    "2,3,2",
    "2,3,2",
    "2,3,2",
    "2,3",
    "2",
    "2,4,3",
    "2,3,3",
    "2,3,4",
    "2",
    "2,3",
  ]);
});

Deno.test("what is not known flows through", () => {
  const unknown: Tensor = zeros([2, 2]);
  const some: Tensor<[number, 2]> = zeros([2, 2]);
  const a: Tensor = inv(unknown);
  const b: Tensor<[2, 2]> = cholesky(some);
  const c: Tensor<[number, number]> = qr(some).q;
  const gradient: Tensor<[2, 2]> = grad((x: Tensor<[2, 2]>) => det(x))(zeros([2, 2]));
  assertEquals([a, b, c, gradient].map((x) => x.rank), [2, 2, 2, 2]);
});

/** Expressions and what is wrong with them. */
const refused: Record<string, string> = {
  "cholesky(zeros([2, 3]))": "cholesky: needs square matrices, got [2, 3]",
  "inv(zeros([3]))": "inv: needs square matrices, got [3]",
  "det(zeros([5, 2, 3]))": "det: needs square matrices, got [5, 2, 3]",
  "eigvalsh(zeros([2, 3]))": "eigvalsh: needs square matrices, got [2, 3]",
  "matrixPower(zeros([2, 3]), 2)": "matrixPower: needs square matrices, got [2, 3]",
  "solve(zeros([2, 3]), zeros([2]))": "solve: needs square matrices, got [2, 3]",
  "solve(zeros([3, 3]), zeros([2]))": "solve: inner dimensions differ: [3, 3] x [2] (3 != 2)",
  "solveTriangular(zeros([2, 3, 3]), zeros([4, 3, 1]))":
    "solveTriangular: shapes do not broadcast: [2, 3, 3] and [4, 3, 1] (2 != 4)",
  "qr(zeros([3]))": "qr: needs matrices, got [3]",
  "svd(zeros([]))": "svd: needs matrices, got []",
  "matrixNorm(zeros([3]))": "matrixNorm: needs matrices, got [3]",
  "cond(zeros([2, 3]), 1)": "cond: needs square matrices, got [2, 3]",
  "lstsq(zeros([4, 2]), zeros([3]))": "lstsq: inner dimensions differ: [2, 4] x [3] (4 != 3)",
  "diag(zeros([2, 2, 2]))": "diag: needs a vector or a matrix, got [2, 2, 2]",
  "diagonal(zeros([2, 2]), 0.5)": "diagonal: the offset must be a whole number, got 0.5",
  "vectorNorm(zeros([2, 2]), 2)": "vectorNorm: axis 2 is out of range for [2, 2]",
  "multiDot([zeros([2, 3]), zeros([3]), zeros([3, 2])])":
    "multiDot: operands are matrices, with a vector first or last, got [3]",
};

Deno.test("a wrong program is refused in one line, and in the same words at run time", async (t) => {
  const names = Object.keys(linalg).join(", ");
  const programs = Object.keys(refused).map((line, i) => ({
    name: `refused${i}`,
    head: [
      `import { zeros } from ${project("mod.ts")};`,
      `import { ${names} } from ${project("src/linalg/mod.ts")};`,
    ],
    lines: [`${line};`],
  }));
  const complaints = await checkPrograms(programs);
  for (const [i, [line, message]] of Object.entries(refused).entries()) {
    await t.step(line, () => {
      const said = (complaints.get(`refused${i}`) ?? []).map(({ message }) =>
        message.match(/is not assignable to parameter of type '([^\n]*)'\.$/)?.[1] ?? message
      );
      assertEquals(said, [JSON.stringify(message)]);
      const run = new Function(...Object.keys(linalg), "zeros", `return ${line};`);
      const error = assertThrows(
        () => run(...Object.values(linalg), katachi.zeros),
        ShapeError,
      );
      assertEquals(error.message, message);
    });
  }
});
