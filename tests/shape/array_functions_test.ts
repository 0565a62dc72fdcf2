/**
 * The types of composed functions of arrays: literal shapes flow through, in generic bodies and with
 * unknown dims, too.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  average,
  corrcoef,
  countNonzero,
  cov,
  cross,
  diag,
  diagonal,
  type Dim,
  einsum,
  geomspace,
  inner,
  isClose,
  kron,
  lgamma,
  meshgrid,
  moveAxis,
  nanMean,
  polygamma,
  ptp,
  repeat,
  roll,
  split,
  swapAxes,
  type Tensor,
  tensordot,
  tile,
  trace,
  tril,
  unstack,
  vdot,
  xlogy,
  zeros,
} from "@katachi/katachi";

type F<S extends readonly number[]> = Tensor<S, "float32">;

/** The value has the shape that its type says. */
function has<T extends { readonly shape: readonly number[] }>(x: T, shape: readonly number[]): T {
  assertEquals([...x.shape], [...shape]);
  return x;
}

Deno.test("products", () => {
  const a = has(tensordot(zeros([2, 3, 4]), zeros([3, 4, 5])), [2, 5]);
  assertType<IsExact<typeof a, F<[2, 5]>>>(true);
  const b = has(tensordot(zeros([2, 3, 4]), zeros([4, 2]), [[0, -1], [1, 0]]), [3]);
  assertType<IsExact<typeof b, F<[3]>>>(true);
  const c = has(inner(zeros([2, 3]), zeros([4, 3], "float64")), [2, 4]);
  assertType<IsExact<typeof c, Tensor<[2, 4], "float64">>>(true);
  const d = has(vdot(zeros([2, 3]), zeros([2, 3])), []);
  assertType<IsExact<typeof d, F<[]>>>(true);
  const e = has(kron(zeros([2, 3]), zeros([4, 5])), [8, 15]);
  assertType<IsExact<typeof e, F<[8, 15]>>>(true);
  const f = has(cross(zeros([4, 1, 3]), zeros([2, 3])), [4, 2, 3]);
  assertType<IsExact<typeof f, F<[4, 2, 3]>>>(true);
});

Deno.test("einsum with dots", () => {
  const a = has(einsum("...ij,...jk->...ik", zeros([5, 1, 2, 3]), zeros([4, 3, 2])), [5, 4, 2, 2]);
  assertType<IsExact<typeof a, F<[5, 4, 2, 2]>>>(true);
  const b = has(einsum("i...,...i", zeros([3, 2]), zeros([4, 2, 3])), [4, 2]);
  assertType<IsExact<typeof b, F<[4, 2]>>>(true);
  const c = has(einsum("...ii->i...", zeros([2, 3, 3])), [3, 2]);
  assertType<IsExact<typeof c, F<[3, 2]>>>(true);
});

Deno.test("diagonals and repetition", () => {
  const x = zeros([2, 3, 4]);
  const a = has(diagonal(x), [2, 3]);
  assertType<IsExact<typeof a, F<[2, 3]>>>(true);
  const b = has(diagonal(x, -1), [2, 2]);
  assertType<IsExact<typeof b, F<[2, 2]>>>(true);
  const c = has(diag(zeros([3]), 2), [5, 5]);
  assertType<IsExact<typeof c, F<[5, 5]>>>(true);
  const d = has(trace(x), [2]);
  assertType<IsExact<typeof d, F<[2]>>>(true);
  const e = has(tril(x, 1), [2, 3, 4]);
  assertType<IsExact<typeof e, F<[2, 3, 4]>>>(true);
  const f = has(tile(x, [2, 1]), [2, 6, 4]);
  assertType<IsExact<typeof f, F<[2, 6, 4]>>>(true);
  const g = has(repeat(x, 3, 1), [2, 9, 4]);
  assertType<IsExact<typeof g, F<[2, 9, 4]>>>(true);
  const h = has(repeat(x, 2), [48]);
  assertType<IsExact<typeof h, F<[48]>>>(true);
  const i = has(roll(x, [1, 2], [0, 1]), [2, 3, 4]);
  assertType<IsExact<typeof i, F<[2, 3, 4]>>>(true);
});

Deno.test("parts and places", () => {
  const x = zeros([4, 6]);
  const [a, b] = split(x, 2, 1);
  assertType<IsExact<typeof a, F<[4, 3]>>>(true);
  has(b, [4, 3]);
  const c = split(x, [1, 3]);
  assertType<IsExact<typeof c, [F<[1, 6]>, F<[2, 6]>, F<[1, 6]>]>>(true);
  assertEquals(c.map((part) => part.size), [6, 12, 6]);
  const d = unstack(zeros([2, 3]));
  assertType<IsExact<typeof d, [F<[3]>, F<[3]>]>>(true);
  assertEquals(d.length, 2);
  const e = has(swapAxes(zeros([2, 3, 4]), 0, -1), [4, 3, 2]);
  assertType<IsExact<typeof e, F<[4, 3, 2]>>>(true);
  const f = has(moveAxis(zeros([2, 3, 4]), [0, 1], [-1, 0]), [3, 4, 2]);
  assertType<IsExact<typeof f, F<[3, 4, 2]>>>(true);
  const [g, h] = meshgrid([zeros([3]), zeros([2], "int32")]);
  assertType<IsExact<typeof g, F<[2, 3]>>>(true);
  assertType<IsExact<typeof h, Tensor<[2, 3], "int32">>>(true);
  const [i] = meshgrid([zeros([3]), zeros([2])], { indexing: "ij" });
  assertType<IsExact<typeof i, F<[3, 2]>>>(true);
  const j = has(geomspace(1, 8, 4), [4]);
  assertType<IsExact<typeof j, F<[4]>>>(true);
});

Deno.test("averages and special functions", () => {
  const x = zeros([4, 6], "float64");
  const a = has(average(x, 0, { weights: zeros([4]) }), [6]);
  assertType<IsExact<typeof a, Tensor<[6], "float64">>>(true);
  const b = has(cov(x), [4, 4]);
  assertType<IsExact<typeof b, Tensor<[4, 4], "float64">>>(true);
  const c = has(corrcoef(x, { rowVar: false }), [6, 6]);
  assertType<IsExact<typeof c, Tensor<[6, 6], "float64">>>(true);
  const d = has(countNonzero(x, 1, { keepDims: true }), [4, 1]);
  assertType<IsExact<typeof d, Tensor<[4, 1], "int32">>>(true);
  const e = has(nanMean(x, [0]), [6]);
  assertType<IsExact<typeof e, Tensor<[6], "float64">>>(true);
  const f = has(ptp(x), []);
  assertType<IsExact<typeof f, Tensor<[], "float64">>>(true);
  const g = has(isClose(x, zeros([6])), [4, 6]);
  assertType<IsExact<typeof g, Tensor<[4, 6], "bool">>>(true);
  const h = has(xlogy(x, 2), [4, 6]);
  assertType<IsExact<typeof h, Tensor<[4, 6], "float64">>>(true);
  const i = has(polygamma(1, lgamma(zeros([2], "int32"))), [2]);
  assertType<IsExact<typeof i, F<[2]>>>(true);
});

Deno.test("generic bodies check and keep their dims", () => {
  const halves = <B extends Dim>(x: Tensor<[B, 8]>): [Tensor<[B, 4]>, Tensor<[B, 4]>] =>
    split(x, 2, 1);
  const heads = <B extends Dim, T extends Dim>(x: Tensor<[B, T, 2, 4]>): Tensor<[B, 2, T, 4]> =>
    swapAxes(x, 1, 2);
  const causal = <B extends Dim, T extends Dim>(x: Tensor<[B, T, T]>): Tensor<[B, T, T]> => tril(x);
  const traces = <N extends Dim>(x: Tensor<[N, N]>): Tensor<[N]> => diagonal(x);
  const matrix = <N extends Dim>(x: Tensor<[N]>): Tensor<[N, N]> => diag(x);
  const contracted = <B extends Dim, N extends Dim>(
    x: Tensor<[B, N]>,
    y: Tensor<[N, 3]>,
  ): Tensor<[B, 3]> => tensordot(x, y, 1);
  const covariances = <N extends Dim>(x: Tensor<[N, 9]>): Tensor<[N, N]> => cov(x);
  const moved = <B extends Dim>(x: Tensor<[B, 3, 4]>): Tensor<[3, 4, B]> => moveAxis(x, 0, -1);
  const attended = <B extends Dim, T extends Dim>(
    x: Tensor<[B, T, 8]>,
    w: Tensor<[8, 4]>,
  ): Tensor<[B, T, 4]> => einsum("...i,ij->...j", x, w);
  const beside = <B extends Dim>(x: Tensor<[B, 3]>): Tensor<[B, 6]> => tile(x, [1, 2]);
  has(halves(zeros([2, 8]))[0], [2, 4]);
  has(heads(zeros([1, 3, 2, 4])), [1, 2, 3, 4]);
  has(causal(zeros([1, 3, 3])), [1, 3, 3]);
  has(traces(zeros([3, 3])), [3]);
  has(matrix(zeros([3])), [3, 3]);
  has(contracted(zeros([2, 5]), zeros([5, 3])), [2, 3]);
  has(covariances(zeros([2, 9])), [2, 2]);
  has(moved(zeros([2, 3, 4])), [3, 4, 2]);
  has(attended(zeros([2, 3, 8]), zeros([8, 4])), [2, 3, 4]);
  has(beside(zeros([2, 3])), [2, 6]);
});

Deno.test("dims and ranks that are not known flow through", () => {
  const dynamic: Tensor<[number, 6]> = zeros([4, 6]);
  const unknown: Tensor = zeros([4, 6]);
  const [a] = split(dynamic, 2);
  assertType<IsExact<typeof a, F<[number, 6]>>>(true);
  const b = split(unknown, 2);
  assertType<IsExact<typeof b, Tensor[]>>(true);
  const c = unstack(dynamic);
  assertType<IsExact<typeof c, F<[6]>[]>>(true);
  const d = has(tensordot(dynamic, unknown, 0), [4, 6, 4, 6]);
  assertType<IsExact<typeof d, Tensor>>(true);
  const e = has(tile(dynamic, 2), [4, 12]);
  assertType<IsExact<typeof e, F<[number, 12]>>>(true);
  const f = has(trace(unknown), []);
  assertType<IsExact<typeof f, Tensor>>(true);
  const g = has(einsum("...i,i->...", unknown, zeros([6])), [4]);
  assertType<IsExact<typeof g, Tensor>>(true);
  const k = Number("1");
  const h = has(diagonal(dynamic, k), [4]);
  assertType<IsExact<typeof h, F<[number]>>>(true);
});
