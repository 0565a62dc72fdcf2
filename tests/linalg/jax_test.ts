/**
 * Values and gradients against JAX's, in float64; `tools/oracle_linalg.py` made the figures. What is
 * compared does not depend on the signs that a factorization leaves open.
 */
import { assertEquals } from "@std/assert";
import * as k from "@katachi/katachi";
import * as l from "@katachi/katachi/linalg";
import { assertClose, type Figure, figures, numbers } from "../fixtures/figures.ts";

type Unary = (x: k.AnyTensor) => k.AnyTensor;
type Binary = (a: k.AnyTensor, b: k.AnyTensor) => k.AnyTensor;

/** The operands of the figures. */
function wave(shape: readonly number[], phase = 0): k.AnyTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return k.fromBuffer(
    Float64Array.from({ length: size }, (_, i) => Math.sin(1 + phase + 1.7 * i ** 1.1)),
    shape,
  );
}

function wide(figure: Figure): k.AnyTensor {
  const values = numbers(figure) as number[][];
  return k.fromBuffer(Float64Array.from(values.flat()), [values.length, values[0].length]);
}

function transposed(x: k.AnyTensor): k.AnyTensor {
  const axes = x.shape.map((_, axis) => axis);
  return k.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** `A Aᵀ + I`. */
function positive(x: k.AnyTensor): k.AnyTensor {
  return k.add(k.matmul(x, transposed(x)), k.eye(x.shape.at(-1)!, "float64"));
}

const projector: Unary = (x) => k.einsum("...ij,...kj->...ijk" as string, x, x);

const norms: Record<string, l.MatrixOrd> = {
  fro: "fro",
  nuc: "nuc",
  ...Object.fromEntries([0, 0.5, 1, -1, 2, -2, 3, Infinity, -Infinity].map((p) => [`${p}`, p])),
};

const unary: Record<string, Unary> = {
  cholesky: (x) => l.cholesky(positive(x)),
  choleskyUpper: (x) => l.cholesky(positive(x), { upper: true }),
  factor: (x) => l.cholesky(x),
  inv: (x) => l.inv(x),
  det: (x) => l.det(x),
  slogdet: (x) => l.slogdet(x).logabsdet,
  slogdetSign: (x) => l.slogdet(x).sign,
  q: (x) => l.qr(x).q,
  r: (x) => l.qr(x).r,
  eigvalsh: (x) => l.eigvalsh(x),
  eigenprojectors: (x) => projector(l.eigh(x).eigenvectors),
  svdvals: (x) => l.svdvals(x),
  leftProjectors: (x) => projector(l.svd(x).u),
  rightProjectors: (x) => projector(transposed(l.svd(x).vh)),
  pinv: (x) => l.pinv(x),
  rank: (x) => l.matrixRank(x),
  trace: (x) => l.trace(x),
  diagonal: (x) => l.diagonal(x),
  diagonalUp: (x) => l.diagonal(x, 1),
  diagonalDown: (x) => l.diagonal(x, -1),
  cube: (x) => l.matrixPower(x, 3),
  inverseSquare: (x) => l.matrixPower(x, -2),
  cond: (x) => l.cond(x),
  condLeast: (x) => l.cond(x, -2),
  condOne: (x) => l.cond(x, 1),
  condFro: (x) => l.cond(x, "fro"),
};

function unaryOf(name: string): Unary {
  const [family, ord] = name.split(" ");
  if (family === "matrixNorm") return (x) => l.matrixNorm(x, { ord: norms[ord] });
  if (family === "vectorNorm") return (x) => l.vectorNorm(x, -1, { ord: Number(ord) });
  return unary[name];
}

const plusTwo: Unary = (x) => k.add(x, k.mul(k.eye(x.shape.at(-1)!, "float64"), 2));

const binary: Record<string, Binary> = {
  solve: (a, b) => l.solve(a, b),
  choSolve: (a, b) => l.choSolve(l.cholesky(positive(a)), b),
  upper: (a, b) => l.solveTriangular(plusTwo(a), b),
  lower: (a, b) => l.solveTriangular(plusTwo(a), b, { lower: true }),
  transposed: (a, b) => l.solveTriangular(plusTwo(a), b, { transpose: true }),
  unit: (a, b) => l.solveTriangular(plusTwo(a), b, { lower: true, unitDiagonal: true }),
  lstsq: (a, b) => l.lstsq(a, b).x,
};

interface Case {
  readonly name: string;
  readonly values: Figure;
}

const file = await figures<{
  unary: (Case & { shape: number[]; pulled: [Figure] })[];
  binary: (Case & { shapes: [number[], number[]]; pulled: [Figure, Figure] })[];
  edges: (Case & { label: string; matrix: Figure })[];
  slopes: { name: string; label: string; matrix: Figure; pulled: Figure }[];
}>("linalg");

for (const { name, shape, values, pulled } of file.unary) {
  Deno.test(`${name} of [${shape}]: JAX's values and gradients`, () => {
    const [y, pullback] = k.vjp(unaryOf(name), wave(shape));
    assertClose(y.toArray(), numbers(values), 1e-9, name);
    assertClose(pullback(wave(y.shape, 0.5))[0].toArray(), numbers(pulled[0]), 1e-8, name);
  });
}

for (const { name, shapes: [a, b], values, pulled } of file.binary) {
  Deno.test(`${name} of [${a}] and [${b}]: JAX's values and gradients`, () => {
    const [y, pullback] = k.vjp(binary[name], wave(a), wave(b, 2));
    assertClose(y.toArray(), numbers(values), 1e-9, name);
    const found = pullback(wave(y.shape, 0.5));
    for (const [i, gradient] of found.entries()) {
      assertClose(gradient.toArray(), numbers(pulled[i]), 1e-8, `${name} by operand ${i}`);
    }
  });
}

for (const { name, label, matrix, values } of file.edges) {
  Deno.test(`${name} of the matrix "${label}": JAX's values`, () => {
    assertClose(unaryOf(name)(wide(matrix)).toArray(), numbers(values), 1e-12, name);
  });
}

for (const { name, label, matrix, pulled } of file.slopes) {
  Deno.test(`${name} of the matrix "${label}": JAX's gradient`, () => {
    const [y, pullback] = k.vjp(unaryOf(name), wide(matrix));
    const found = pullback(k.onesLike(y))[0];
    assertClose(found.toArray(), numbers(pulled), 1e-12, name);
  });
}

Deno.test("a vector of solutions for each of a batch, where JAX wants a column", () => {
  const [a, b] = [wave([2, 3, 3]), wave([3], 2)];
  const columns = l.solve(a, k.reshape(b, [3, 1]));
  assertEquals(l.solve(a, b).toArray(), k.squeeze(columns, -1).toArray());
});
