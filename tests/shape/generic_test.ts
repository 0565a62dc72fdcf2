/**
 * Functions over dims and shapes that the compiler does not know: their bodies check without a cast,
 * and their results keep what is known.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  add,
  broadcastTo,
  concat,
  conv2d,
  type ConvOptions,
  convTranspose2d,
  type Dim,
  einsum,
  expandDims,
  flatten,
  matmul,
  maxPool,
  mean,
  oneHot,
  pad,
  reshape,
  type Shape,
  slice,
  sqrt,
  squeeze,
  stack,
  sub,
  sum,
  take,
  takeAlong,
  type Tensor,
  transpose,
  where,
  zeros,
} from "../../mod.ts";
import { meanSquaredError } from "../../src/nn/mod.ts";

type Image<B extends Dim> = Tensor<[B, 1, 28, 28]>;

const linear = <B extends Dim>(x: Tensor<[B, 784]>): Tensor<[B, 10]> =>
  add(matmul(x, zeros([784, 10])), zeros([10]));

const layerNorm = <B extends Dim, F extends Dim>(x: Tensor<[B, F]>): Tensor<[B, F]> => {
  const centred = sub(x, mean(x, -1, { keepDims: true }));
  return centred.div(sqrt(mean(centred.mul(centred), -1, { keepDims: true }).add(1e-5)));
};

const attention = <B extends Dim, T extends Dim>(x: Tensor<[B, T, 8, 64]>): Tensor<[B, T, 8, 64]> =>
  einsum("bhqk,bkhd->bqhd", einsum("bqhd,bkhd->bhqk", x, x), x);

const scores = <B extends Dim, H extends Dim>(x: Tensor<[B, H, 4, 8]>): Tensor<[B, H, 4, 4]> =>
  matmul(x, transpose(x, [0, 1, 3, 2]));

const convolved = <B extends Dim>(x: Image<B>): Tensor<[B, 6, 12, 12]> =>
  maxPool(conv2d(x, zeros([6, 1, 5, 5])), { window: 2 });

const upsampled = <B extends Dim>(x: Image<B>): Tensor<[B, 6, 56, 56]> =>
  convTranspose2d(x, zeros([1, 6, 2, 2]), { stride: 2 });

Deno.test("generic bodies check and keep their dims", () => {
  const x = zeros([2, 784]);
  const y = linear(x);
  assertType<IsExact<typeof y["shape"], [2, 10]>>(true);
  assertEquals(y.shape, [2, 10]);
  assertEquals(layerNorm(x).shape, [2, 784]);
  assertEquals(attention(zeros([2, 3, 8, 64])).shape, [2, 3, 8, 64]);
  assertEquals(scores(zeros([2, 3, 4, 8])).shape, [2, 3, 4, 4]);
  assertEquals(convolved(zeros([2, 1, 28, 28])).shape, [2, 6, 12, 12]);
  assertEquals(upsampled(zeros([2, 1, 28, 28])).shape, [2, 6, 56, 56]);
});

Deno.test("each rule carries a type parameter", () => {
  const rules = <B extends Dim>(x: Tensor<[B, 28]>, labels: Tensor<[B], "int32">) => {
    const reshaped: Tensor<[B, 4, 7]> = reshape(x, [-1, 4, 7]);
    const sized: Tensor<[B, 28]> = zeros([x.shape[0], 28]);
    const back: Tensor<[B, 28]> = reshape(reshaped, [x.shape[0], 28]);
    const flat: Tensor<[B, 28]> = flatten(reshaped, 1);
    const turned: Tensor<[28, B]> = transpose(x);
    const wide: Tensor<[B, 1, 28]> = expandDims(x, 1);
    const narrow: Tensor<[B, 28]> = squeeze(wide, 1);
    const some: Tensor<[B, 7]> = slice(x, [null, [0, null, 4]]);
    const two: Tensor<[2, B, 28]> = stack([x, sized]);
    const both: Tensor<[B, 56]> = concat([back, flat], 1);
    const padded: Tensor<[B, 30]> = pad(narrow, [[0, 0], [1, 1]]);
    const hot: Tensor<[B, 10]> = oneHot(labels, 10);
    const one: Tensor<[B, 1]> = takeAlong(x, zeros([x.shape[0], 1], "int32"), 1);
    const rows: Tensor<[B, 64]> = take(zeros([100, 64]), labels, 0);
    const bias: Tensor<[B, 28]> = broadcastTo(zeros([28]), x.shape);
    const sums: Tensor<[B]> = sum(x, -1);
    const chosen: Tensor<[B, 28]> = where(x, bias, 0);
    return [turned, some, two, both, padded, hot, one, rows, sums, chosen].map((t) => t.shape);
  };
  assertEquals(rules(zeros([3, 28]), zeros([3], "int32")), [
    [28, 3],
    [3, 7],
    [2, 3, 28],
    [3, 56],
    [3, 30],
    [3, 10],
    [3, 1],
    [3, 64],
    [3],
    [3, 28],
  ]);
});

Deno.test("a shape that is a type parameter stays itself", () => {
  const swish = <S extends Shape>(x: Tensor<S>): Tensor<S> => x.mul(x).add(x).add(1);
  const blank = <S extends Shape>(x: Tensor<S>): Tensor<S> => add(x, zeros(x.shape));
  const again = <S extends Shape>(x: Tensor<S>): Tensor<S> => reshape(flatten(x), x.shape);
  const total = <S extends Shape>(x: Tensor<S>): Tensor<S> => broadcastTo(sum(swish(x)), x.shape);
  const error = <S extends Shape>(x: Tensor<S>, y: Tensor<S>): Tensor<[]> => meanSquaredError(x, y);
  const y: Tensor<[2, 3]> = total(again(blank(zeros([2, 3]))));
  assertEquals(y.shape, [2, 3]);
  assertEquals(error(y, y).shape, []);
});

Deno.test("what is not known flows through, and what is known wins", () => {
  const dynamic: Tensor<[number, 784]> = zeros([2, 784]);
  const unknown: Tensor = dynamic;
  const a = linear(dynamic);
  assertType<IsExact<typeof a["shape"], [number, 10]>>(true);
  const b = add(dynamic, zeros([2, 784]));
  assertType<IsExact<typeof b["shape"], [2, 784]>>(true);
  const c = matmul(unknown, zeros([784, 10]));
  assertType<IsExact<typeof c["shape"], Shape>>(true);
  const d = reshape(unknown, [4, 392]);
  assertType<IsExact<typeof d["shape"], [4, 392]>>(true);
  const e = einsum("bi,ij->bj", unknown, zeros([784, 10]));
  assertType<IsExact<typeof e["shape"], [number, 10]>>(true);
  const f = sum(unknown);
  assertType<IsExact<typeof f["shape"], []>>(true);
  assertEquals([a, b, c, d, e, f].map((t) => t.shape), [
    [2, 10],
    [2, 784],
    [2, 10],
    [4, 392],
    [2, 10],
    [],
  ]);
});

Deno.test("one of several literals is a number", () => {
  const two = [2, 3].find((n) => n < 3) === 2 ? 2 : 3;
  const zero = two === 2 ? 0 : 1;
  const a = zeros([two, 3]);
  assertType<IsExact<typeof a["shape"], [number, 3]>>(true);
  const b = reshape(zeros([2, 3]), [two, 3]);
  assertType<IsExact<typeof b["shape"], [number, 3]>>(true);
  const c = sum(zeros([2, 3]), zero);
  assertType<IsExact<typeof c["shape"], [number]>>(true);
  const options: ConvOptions = { stride: 2 };
  const d = conv2d(zeros([1, 1, 28, 28]), zeros([6, 1, 5, 5]), options);
  assertType<IsExact<typeof d["shape"], [1, 6, number, number]>>(true);
  assertEquals([a, b, c, d].map((t) => t.shape), [[2, 3], [2, 3], [3], [1, 6, 12, 12]]);
});

Deno.test("a list of unknown length gives a dim that is not known", () => {
  const rows = [1, 2, 3].map(() => zeros([1, 4]));
  const a = concat(rows);
  assertType<IsExact<typeof a["shape"], [number, 4]>>(true);
  const b = stack(rows, -1);
  assertType<IsExact<typeof b["shape"], [1, 4, number]>>(true);
  const c = stack([zeros([2]), ...rows.map(() => zeros([2]))]);
  assertEquals([a, b, c].map((t) => t.shape), [[3, 4], [1, 4, 3], [4, 2]]);
});

Deno.test("a branded number is a dim with a name", () => {
  type Batch = number & { readonly dim: "batch" };
  const x = zeros([2, 784]) as Tensor<[number, 784]> as Tensor<[Batch, 784]>;
  const y = matmul(x, zeros([784, 10]));
  assertType<IsExact<typeof y["shape"], [Batch, 10]>>(true);
  assertEquals(y.shape.length, 2);
});
