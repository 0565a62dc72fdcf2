/** Layers that normalize: their laws, types and states. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  type Dim,
  full,
  grad,
  jit,
  mean,
  random,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  variance,
  vmap,
  zeros,
} from "@katachi/katachi";
import {
  batchNorm,
  type BatchNormState,
  groupNorm,
  instanceNorm,
  layerNorm,
  linear,
  type NormParams,
  relu,
  rmsNorm,
  sequential,
} from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose } from "../fixtures/figures.ts";

const key = random.key(0);
const wide = { dtype: "float64" } as const;

Deno.test("batchNorm: state goes in and comes out, typed", () => {
  const model = sequential(linear.of(3, 4), batchNorm.of(4), relu, batchNorm.of(4, wide));
  const params = model.init(key);
  const state = model.initState();
  assertType<
    IsExact<typeof state, readonly [null, BatchNormState<4>, null, BatchNormState<4, "float64">]>
  >(true);
  assertType<IsExact<typeof params[1], NormParams<[4]>>>(true);
  const x = random.normal(key, [5, 3]);
  const [y, next] = jit(model.train<[5, 3], "float32">)(params, x, { key, state });
  assertType<IsExact<typeof y, Tensor<[5, 4], "float64">>>(true);
  assertEquals(y.dtype, "float64");
  assertEquals(next[0], null);
  const [z] = model.train(params, x, { key, state });
  assertClose(y.toArray(), z.toArray(), 1e-6);
  assertEquals([...model.apply(params, x, next).shape], [5, 4]);
  // @ts-expect-error the state is missing
  assertThrows(() => model.apply(params, x), TypeError, "sequential: needs the state");
  // @ts-expect-error the state is missing
  assertThrows(() => model.train(params, x, { key }), TypeError, "sequential: needs the state");
});

Deno.test("batchNorm: the state is a mean over batches, whose shares shrink", () => {
  const x = random.normal(key, [50, 2, 3], wide).mul(3).add(2);
  const params = batchNorm.init(2, wide);
  let state = batchNorm.initState(2, wide);
  for (let i = 0; i < 400; i++) [, state] = batchNorm.train(params, x, state);
  assertClose(state.mean.toArray(), mean(x, [0, 2]).toArray(), 1e-12);
  assertClose(state.variance.toArray(), variance(x, [0, 2]).mul(150 / 149).toArray(), 1e-12);
  const [, once] = batchNorm.train(params, x, batchNorm.initState(2, wide), { momentum: 1 });
  assertClose(once.mean.toArray(), state.mean.toArray(), 1e-12);
});

Deno.test("batchNorm: one value for each channel trains nothing", () => {
  const one = () => batchNorm.train(batchNorm.init(3), zeros([1, 3]), batchNorm.initState(3));
  assertThrows(one, ShapeError, "batchNorm: a channel needs more than one value to be trained");
});

Deno.test("no gradient flows through the new state", () => {
  const loss = (x: Tensor<[4, 2]>) =>
    sum(batchNorm.train({}, x, batchNorm.initState(2))[1].variance);
  assertEquals(grad(loss)(random.normal(key, [4, 2])).toArray().flat(), Array(8).fill(0));
});

Deno.test("what is constant becomes the offset", () => {
  const x = full([4, 6, 3], 2.5), params = batchNorm.init(6);
  const outputs: readonly AnyTensor[] = [
    batchNorm.train(params, x, batchNorm.initState(6))[0],
    groupNorm(groupNorm.init(6), x, 2),
    instanceNorm({}, x),
    layerNorm(layerNorm.init(3), x),
  ];
  for (const y of outputs) assertEquals(y.data.every((value) => value === 0), true);
});

Deno.test("normalized: mean 0 and variance 1, whatever the scale and offset", () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: -3, max: 3, noNaN: true }), (seed, exponent) => {
      const x = random.normal(random.key(seed), [4, 6, 5], wide).mul(10 ** exponent).add(7);
      const exact = { eps: 0 };
      const check = (y: AnyTensor, axes: readonly number[]) => {
        assertClose(mean(y, axes).toArray(), zeros([mean(y, axes).size]).toArray(), 1e-8, "", 1);
        assertClose([...variance(y, axes).data], Array(mean(y, axes).size).fill(1), 1e-8);
      };
      check(batchNorm.train({}, x, batchNorm.initState(6, wide), exact)[0], [0, 2]);
      check(instanceNorm({}, x, exact), [2]);
      check(groupNorm({}, x, 3, exact).reshape([4, 3, 10]), [2]);
      check(layerNorm(layerNorm.init([6, 5], wide), x, exact), [1, 2]);
      const rms = rmsNorm(rmsNorm.init(5, wide), x, exact);
      assertClose(mean(rms.square(), 2).toArray(), Array(24).fill(1), 1e-12);
    }),
    { numRuns: 20 },
  );
});

Deno.test("groups of one channel are instances, one group of all is a layer", () => {
  const x = random.normal(key, [3, 4, 5], wide);
  assertClose(groupNorm({}, x, 4).toArray(), instanceNorm({}, x).toArray(), 1e-14);
  const all = layerNorm(layerNorm.init([4, 5], wide), x);
  assertClose(groupNorm({}, x, 1).toArray(), all.toArray(), 1e-14);
});

Deno.test("layers that normalize keep shapes, whatever the batch", () => {
  const layer = layerNorm.of(4, { affine: false });
  const any = <B extends Dim>(x: Tensor<[B, 4]>): Tensor<[B, 4]> => layer.apply({}, x);
  assertEquals([...any(zeros([3, 4])).shape], [3, 4]);
  const groups = groupNorm.of(2, 4), params = groups.init(key);
  const image = <B extends Dim>(x: Tensor<[B, 4, 5]>): Tensor<[B, 4, 5]> => groups.apply(params, x);
  assertEquals([...image(zeros([3, 4, 5])).shape], [3, 4, 5]);
  const wider = rmsNorm.of([3, 2], wide);
  const y = wider.apply(wider.init(key), zeros([5, 3, 2]));
  assertType<IsExact<typeof y, Tensor<[5, 3, 2], "float64">>>(true);
  assertEquals(y.dtype, "float64");
});

Deno.test("layers that normalize under vmap: each example by itself", () => {
  const xs = random.normal(key, [3, 4, 6, 2], wide);
  const state = batchNorm.initState(6, wide);
  const functions: readonly ((x: Tensor<[4, 6, 2], "float64">) => AnyTensor)[] = [
    (x) => batchNorm.train({}, x, state)[0],
    (x) => batchNorm.train({}, x, state)[1].variance,
    (x) => batchNorm({}, x, state),
    (x) => groupNorm({}, x, 3),
    (x) => instanceNorm({}, x),
    (x) => layerNorm(layerNorm.init([6, 2], wide), x),
    (x) => rmsNorm(rmsNorm.init(2, wide), x),
  ];
  for (const f of functions) {
    const together = (vmap(f as never) as unknown as (x: AnyTensor) => AnyTensor)(xs);
    const apart = [0, 1, 2].map((i) => f(xs.slice([i]) as never).toArray());
    assertClose(together.toArray(), apart, 1e-14);
  }
});

Deno.test("layers that normalize: first and second derivatives against finite differences", () => {
  const x = random.normal(key, [3, 4, 2], wide);
  const c = random.normal(random.key(1), [3, 4, 2], wide);
  const weight = tensor([1, -2, 0.5, 3], "float64"), bias = tensor([0, 1, 2, -1], "float64");
  type X = Tensor<[3, 4, 2], "float64">;
  const state = batchNorm.initState(4, wide);
  checkGrads((x: X) => sum(batchNorm.train({ weight, bias }, x, state)[0].mul(c)), [x], {
    order: 2,
  });
  checkGrads((x: X) => sum(groupNorm({ weight, bias }, x, 2).mul(c)), [x], { order: 2 });
  checkGrads((x: X) => sum(rmsNorm(rmsNorm.init(2, wide), x).mul(c)), [x], { order: 2 });
});
