/**
 * Right programs and the types that they have: literal shapes flow from literals through every rule,
 * without an annotation, through parameter trees and transformations.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  add,
  type AnyTensor,
  arange,
  argmax,
  astype,
  avgPool,
  broadcastTo,
  concat,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  cumlogsumexp,
  cummax,
  cumprod,
  cumsum,
  diff,
  type Dim,
  einsum,
  equal,
  expandDims,
  eye,
  flatten,
  flip,
  fromBuffer,
  grad,
  jit,
  linspace,
  logSumExp,
  matmul,
  max,
  maxPool,
  mean,
  minPool,
  oneHot,
  outer,
  pad,
  random,
  reshape,
  slice,
  softmax,
  squeeze,
  stack,
  sub,
  sum,
  sumPool,
  take,
  takeAlong,
  type Tensor,
  tensor,
  transpose,
  valueAndGrad,
  vjp,
  where,
  zeros,
} from "@katachi/katachi";
import { linear, relu, softmaxCrossEntropy } from "@katachi/katachi/nn";

/** The type is exactly `Tensor<S, D>`, and so is the value. */
function has<T extends AnyTensor>(x: T, shape: readonly number[], dtype = "float32"): T {
  assertEquals([...x.shape], [...shape]);
  assertEquals(x.dtype, dtype);
  return x;
}

type F<S extends readonly number[]> = Tensor<S, "float32">;

Deno.test("construction", () => {
  const a = has(tensor([[1, 2], [3, 4], [5, 6]]), [3, 2]);
  assertType<IsExact<typeof a, F<[3, 2]>>>(true);
  const b = has(tensor([[[true]], [[false]]]), [2, 1, 1], "bool");
  assertType<IsExact<typeof b, Tensor<[2, 1, 1], "bool">>>(true);
  const c = has(tensor(1.5), []);
  assertType<IsExact<typeof c, F<[]>>>(true);
  const d = has(tensor([]), [0]);
  assertType<IsExact<typeof d, F<[0]>>>(true);
  const e = has(arange(2, 9, 3, "int32"), [3], "int32");
  assertType<IsExact<typeof e, Tensor<[3], "int32">>>(true);
  const f = has(eye(3), [3, 3]);
  assertType<IsExact<typeof f, F<[3, 3]>>>(true);
  const g = has(linspace(0, 1, 7), [7]);
  assertType<IsExact<typeof g, F<[7]>>>(true);
  const h = has(fromBuffer(new Float64Array(6), [2, 3]), [2, 3], "float64");
  assertType<IsExact<typeof h, Tensor<[2, 3], "float64">>>(true);
  const n = Number("4");
  const i = has(zeros([n, 784]), [4, 784]);
  assertType<IsExact<typeof i, F<[number, 784]>>>(true);
  const rows: number[][] = [[1, 2]];
  const j = has(tensor(rows), [1, 2]);
  assertType<IsExact<typeof j, F<[number, number]>>>(true);
});

Deno.test("broadcasting", () => {
  const a = has(add(zeros([32, 784]), zeros([784])), [32, 784]);
  assertType<IsExact<typeof a, F<[32, 784]>>>(true);
  const b = has(sub(zeros([3, 1]), zeros([1, 4])), [3, 4]);
  assertType<IsExact<typeof b, F<[3, 4]>>>(true);
  const c = has(add(1, zeros([2])), [2]);
  assertType<IsExact<typeof c, F<[2]>>>(true);
  const d = has(where(equal(zeros([3, 1]), 0), zeros([4]), 1), [3, 4]);
  assertType<IsExact<typeof d, F<[3, 4]>>>(true);
  const e = has(broadcastTo(zeros([3, 1]), [2, 3, 5]), [2, 3, 5]);
  assertType<IsExact<typeof e, F<[2, 3, 5]>>>(true);
});

Deno.test("matrix products", () => {
  const a = has(matmul(zeros([4, 2]), zeros([2, 8])), [4, 8]);
  assertType<IsExact<typeof a, F<[4, 8]>>>(true);
  const b = has(matmul(zeros([2]), zeros([2, 8])), [8]);
  assertType<IsExact<typeof b, F<[8]>>>(true);
  const c = has(matmul(zeros([4, 2]), zeros([2])), [4]);
  assertType<IsExact<typeof c, F<[4]>>>(true);
  const d = has(matmul(zeros([2]), zeros([2])), []);
  assertType<IsExact<typeof d, F<[]>>>(true);
  const e = has(matmul(zeros([5, 1, 4, 2]), zeros([3, 2, 8])), [5, 3, 4, 8]);
  assertType<IsExact<typeof e, F<[5, 3, 4, 8]>>>(true);
  const f = has(outer(zeros([2]), zeros([3], "float64")), [2, 3], "float64");
  assertType<IsExact<typeof f, Tensor<[2, 3], "float64">>>(true);
});

Deno.test("einsum", () => {
  const q = zeros([2, 12, 5, 64]);
  const a = has(einsum("bhtd,bhsd->bhts", q, q), [2, 12, 5, 5]);
  assertType<IsExact<typeof a, F<[2, 12, 5, 5]>>>(true);
  const b = has(einsum("ij,jk", zeros([2, 3]), zeros([3, 4])), [2, 4]);
  assertType<IsExact<typeof b, F<[2, 4]>>>(true);
  const c = has(einsum("ii->", zeros([3, 3])), []);
  assertType<IsExact<typeof c, F<[]>>>(true);
});

Deno.test("reductions", () => {
  const x = zeros([2, 3, 4]);
  const a = has(sum(x), []);
  assertType<IsExact<typeof a, F<[]>>>(true);
  const b = has(mean(x, -1), [2, 3]);
  assertType<IsExact<typeof b, F<[2, 3]>>>(true);
  const c = has(max(x, [0, -1]), [3]);
  assertType<IsExact<typeof c, F<[3]>>>(true);
  const d = has(logSumExp(x, 1, { keepDims: true }), [2, 1, 4]);
  assertType<IsExact<typeof d, F<[2, 1, 4]>>>(true);
  const e = has(argmax(x, 2), [2, 3], "int32");
  assertType<IsExact<typeof e, Tensor<[2, 3], "int32">>>(true);
  const f = has(softmax(x, [1, 2]), [2, 3, 4]);
  assertType<IsExact<typeof f, F<[2, 3, 4]>>>(true);
});

Deno.test("shapes", () => {
  const x = zeros([2, 3, 4]);
  const a = has(transpose(x), [4, 3, 2]);
  assertType<IsExact<typeof a, F<[4, 3, 2]>>>(true);
  const b = has(transpose(x, [1, 0, -1]), [3, 2, 4]);
  assertType<IsExact<typeof b, F<[3, 2, 4]>>>(true);
  const c = has(reshape(x, [6, -1]), [6, 4]);
  assertType<IsExact<typeof c, F<[6, 4]>>>(true);
  const d = has(flatten(x, 1), [2, 12]);
  assertType<IsExact<typeof d, F<[2, 12]>>>(true);
  const e = has(squeeze(zeros([1, 3, 1]), -1), [1, 3]);
  assertType<IsExact<typeof e, F<[1, 3]>>>(true);
  const f = has(expandDims(x, [0, -1]), [1, 2, 3, 4, 1]);
  assertType<IsExact<typeof f, F<[1, 2, 3, 4, 1]>>>(true);
  const g = has(concat([x, zeros([2, 5, 4])], 1), [2, 8, 4]);
  assertType<IsExact<typeof g, F<[2, 8, 4]>>>(true);
  const h = has(stack([x, x, x], -1), [2, 3, 4, 3]);
  assertType<IsExact<typeof h, F<[2, 3, 4, 3]>>>(true);
  const i = has(slice(x, [1, [null, null, -2], [1, 3]]), [2, 2]);
  assertType<IsExact<typeof i, F<[2, 2]>>>(true);
  const j = has(slice(x, ["...", 0]), [2, 3]);
  assertType<IsExact<typeof j, F<[2, 3]>>>(true);
  const k = has(pad(x, [[0, 0], [1, 2], [3, 0]]), [2, 6, 7]);
  assertType<IsExact<typeof k, F<[2, 6, 7]>>>(true);
  const l = has(flip(astype(x, "int32"), 0), [2, 3, 4], "int32");
  assertType<IsExact<typeof l, Tensor<[2, 3, 4], "int32">>>(true);
});

Deno.test("windows", () => {
  const x = zeros([2, 3, 28, 28]);
  const a = has(conv2d(x, zeros([6, 3, 5, 5])), [2, 6, 24, 24]);
  assertType<IsExact<typeof a, F<[2, 6, 24, 24]>>>(true);
  const b = has(conv2d(x, zeros([6, 3, 3, 3]), { stride: 2, padding: "SAME" }), [2, 6, 14, 14]);
  assertType<IsExact<typeof b, F<[2, 6, 14, 14]>>>(true);
  const c = has(conv2d(x, zeros([6, 3, 3, 5]), { padding: [1, 2], dilation: 2 }), [2, 6, 26, 24]);
  assertType<IsExact<typeof c, F<[2, 6, 26, 24]>>>(true);
  const d = has(conv1d(zeros([2, 4, 10]), zeros([8, 2, 3]), { groups: 2 }), [2, 8, 8]);
  assertType<IsExact<typeof d, F<[2, 8, 8]>>>(true);
  const e = has(maxPool(x, { window: 2 }), [2, 3, 14, 14]);
  assertType<IsExact<typeof e, F<[2, 3, 14, 14]>>>(true);
  const f = has(avgPool(zeros([2, 3, 10]), { window: 3, stride: 2 }), [2, 3, 4]);
  assertType<IsExact<typeof f, F<[2, 3, 4]>>>(true);
  const volume = zeros([1, 2, 8, 8, 8]);
  const g = has(conv3d(volume, zeros([4, 2, 3, 3, 3]), { stride: [2, 1, 1] }), [1, 4, 3, 6, 6]);
  assertType<IsExact<typeof g, F<[1, 4, 3, 6, 6]>>>(true);
  const h = has(conv2d(x, zeros([6, 3, 3, 3]), { inputDilation: [1, 2] }), [2, 6, 26, 53]);
  assertType<IsExact<typeof h, F<[2, 6, 26, 53]>>>(true);
  const options = { stride: 2, padding: 1, outputPadding: 1 } as const;
  const i = has(convTranspose2d(x, zeros([3, 6, 3, 3]), options), [2, 6, 56, 56]);
  assertType<IsExact<typeof i, F<[2, 6, 56, 56]>>>(true);
  const j = has(convTranspose1d(zeros([2, 4, 3]), zeros([4, 3, 2]), { groups: 2 }), [2, 6, 4]);
  assertType<IsExact<typeof j, F<[2, 6, 4]>>>(true);
  const k = has(convTranspose3d(volume, zeros([2, 1, 2, 2, 2]), { stride: 2 }), [1, 1, 16, 16, 16]);
  assertType<IsExact<typeof k, F<[1, 1, 16, 16, 16]>>>(true);
  const l = has(sumPool(volume, { window: [8, 4, 2] }), [1, 2, 1, 2, 4]);
  assertType<IsExact<typeof l, F<[1, 2, 1, 2, 4]>>>(true);
  const m = has(minPool(volume, { window: 3, stride: 1 }), [1, 2, 6, 6, 6]);
  assertType<IsExact<typeof m, F<[1, 2, 6, 6, 6]>>>(true);
  const n = has(avgPool(x, { window: 2, countIncludePad: true, padding: 1 }), [2, 3, 15, 15]);
  assertType<IsExact<typeof n, F<[2, 3, 15, 15]>>>(true);
});

Deno.test("running functions", () => {
  const x = zeros([2, 3]);
  const a = has(cumsum(x, -1), [2, 3]);
  assertType<IsExact<typeof a, F<[2, 3]>>>(true);
  const b = has(cumprod(zeros([2, 3], "bool")), [6], "int32");
  assertType<IsExact<typeof b, Tensor<[6], "int32">>>(true);
  const c = has(cumlogsumexp(zeros([4], "int32"), 0, { reverse: true }), [4]);
  assertType<IsExact<typeof c, F<[4]>>>(true);
  const d = has(diff(x), [2, 2]);
  assertType<IsExact<typeof d, F<[2, 2]>>>(true);
  const e = has(diff(cummax(x, 0), 3, 0), [0, 3]);
  assertType<IsExact<typeof e, F<[0, 3]>>>(true);
});

Deno.test("indexing", () => {
  const x = zeros([5, 3]);
  const a = has(take(x, tensor([[0, 1]], "int32"), 0), [1, 2, 3]);
  assertType<IsExact<typeof a, F<[1, 2, 3]>>>(true);
  const b = has(takeAlong(x, zeros([5, 1], "int32"), 1), [5, 1]);
  assertType<IsExact<typeof b, F<[5, 1]>>>(true);
  const c = has(oneHot(zeros([5], "int32"), 10), [5, 10]);
  assertType<IsExact<typeof c, F<[5, 10]>>>(true);
});

Deno.test("dims up to millions", () => {
  type Parameters = Tensor<[401408], "float32">;
  const a = (x: Tensor<[784, 512]>): Parameters => reshape(x, [401408]);
  const b = (x: Tensor<[128, 56, 56]>): Parameters => flatten(x);
  const c = (x: Tensor<[401408]>): Tensor<[64, 7, 7, 128]> => reshape(x, [64, 7, -1, 128]);
  const d = (x: Tensor<[2048, 2048]>, y: Tensor<[1, 2048]>): Tensor<[2049, 2048]> => concat([x, y]);
  assertEquals([a, b, c, d].length, 4);
});

Deno.test("parameter trees, batch-polymorphic models and transformations keep their types", () => {
  const init = (key: random.Key) => {
    const [k1, k2] = random.split(key);
    return { hidden: linear.init(k1, 784, 16), output: linear.init(k2, 16, 10) };
  };
  type Params = ReturnType<typeof init>;
  assertType<IsExact<Params["hidden"]["weight"], F<[784, 16]>>>(true);

  function model<B extends Dim>(params: Params, x: Tensor<[B, 784]>): Tensor<[B, 10]> {
    return linear(params.output, relu(linear(params.hidden, x)));
  }
  const loss = <B extends Dim>(p: Params, x: Tensor<[B, 784]>, y: Tensor<[B], "int32">) =>
    softmaxCrossEntropy(model(p, x), y);

  const params = init(random.key(0));
  const [x, y] = [zeros([4, 784]), zeros([4], "int32")];
  const gradient = grad(loss)(params, x, y);
  assertType<IsExact<typeof gradient, Params>>(true);
  const compiled = jit(grad(loss))(params, x, y);
  assertType<IsExact<typeof compiled, Params>>(true);
  const [value, both] = jit(valueAndGrad(loss))(params, x, y);
  assertType<IsExact<typeof value, F<[]>>>(true);
  assertType<IsExact<typeof both, Params>>(true);
  const [output, pullback] = vjp((p: Params) => model(p, x), params);
  assertType<IsExact<typeof output, F<[4, 10]>>>(true);
  const [back] = pullback(output);
  assertType<IsExact<typeof back, Params>>(true);
  const byTwo = grad((a: F<[2]>, b: F<[3]>) => sum(a).add(sum(b)), { argnums: [1, 0] });
  const [db, da] = byTwo(zeros([2]), zeros([3]));
  assertType<IsExact<typeof db, F<[3]>>>(true);
  assertType<IsExact<typeof da, F<[2]>>>(true);
  const [ga, aux] = grad((a: F<[2]>): [F<[]>, F<[2]>] => [sum(a), a], { hasAux: true })(zeros([2]));
  assertType<IsExact<typeof ga, F<[2]>>>(true);
  assertType<IsExact<typeof aux, F<[2]>>>(true);
  assertEquals([...gradient.hidden.weight.shape], [784, 16]);
});

Deno.test("dims and ranks that are not known flow through", () => {
  const dynamic: Tensor<[number, 784]> = zeros([3, 784]);
  const unknown: Tensor = zeros([3, 784]);
  const a = has(matmul(dynamic, zeros([784, 10])), [3, 10]);
  assertType<IsExact<typeof a, F<[number, 10]>>>(true);
  const b = has(add(dynamic, zeros([3, 784])), [3, 784]);
  assertType<IsExact<typeof b, F<[3, 784]>>>(true);
  const c = has(matmul(unknown, zeros([784, 10])), [3, 10]);
  assertType<IsExact<typeof c, Tensor>>(true);
  const d = has(sum(unknown), []);
  assertType<IsExact<typeof d, F<[]>>>(true);
  const e = has(reshape(unknown, [784, 3]), [784, 3]);
  assertType<IsExact<typeof e, F<[784, 3]>>>(true);
  const f = grad((x: Tensor) => mean(x.mul(x)))(unknown);
  assertType<IsExact<typeof f, Tensor>>(true);
  const axis = Number("1");
  const g = has(sum(dynamic, axis), [3]);
  assertType<IsExact<typeof g, F<[number]>>>(true);
});
