/** Layers one after the other: typed from input to output, and their mistakes in place. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type Dim,
  jit,
  random,
  type Shape,
  tanh,
  type Tensor,
  treeLeaves,
  valueAndGrad,
  vmap,
  zeros,
} from "@katachi/katachi";
import {
  dropout,
  flatten,
  layerNorm,
  linear,
  type LinearWeight,
  meanSquaredError,
  relu,
  residual,
  sequential,
} from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose } from "../fixtures/figures.ts";

const key = random.key(0);

Deno.test("sequential: layers and functions, one after the other", () => {
  const model = sequential(linear.of(3, 8), tanh, linear.of(8, 2, { bias: false }));
  const params = model.init(key);
  assertType<IsExact<typeof params[2], LinearWeight<8, 2>>>(true);
  const x = random.normal(random.key(1), [5, 3]);
  const y = model.apply(params, x);
  assertType<IsExact<typeof y, Tensor<[5, 2], "float32">>>(true);
  const [first, , last] = params;
  assertEquals(y.toArray(), linear(last, tanh(linear(first, x))).toArray());
  const any = <B extends Dim>(x: Tensor<[B, 3]>): Tensor<[B, 2]> => model.apply(params, x);
  assertEquals(any(x).toArray(), y.toArray());
  const [z, state] = model.train(params, x, { key });
  assertType<IsExact<typeof z, Tensor<[5, 2], "float32">>>(true);
  assertType<IsExact<typeof state, null>>(true);
  assertEquals(z.toArray(), y.toArray());
  assertEquals(state, null);
});

Deno.test("sequential: in float64, nested, and empty", () => {
  const wide = { dtype: "float64" } as const;
  const inner = sequential(linear.of(3, 4, wide), relu);
  const model = sequential(inner, linear.of(4, 2, wide));
  const y = model.apply(model.init(key), zeros([5, 3], "float64"));
  assertType<IsExact<typeof y, Tensor<[5, 2], "float64">>>(true);
  assertEquals(y.dtype, "float64");
  const z = sequential().apply([], zeros([2], "int32"));
  assertType<IsExact<typeof z, Tensor<[2], "int32">>>(true);
  assertEquals(z.dtype, "int32");
});

Deno.test("sequential: under grad, jit and vmap", () => {
  const wide = { dtype: "float64" } as const;
  const block = residual(sequential(layerNorm.of(4, wide), linear.of(4, 4, wide)));
  const model = sequential(linear.of(3, 4, wide), tanh, block, dropout.of(0.5));
  const params = model.init(key);
  type X<N extends number> = Tensor<[N, 3], "float64">;
  const x = random.normal(random.key(1), [6, 5, 3], wide);
  const f = (p: typeof params, x: X<5>) => model.train(p, x, { key })[0];
  const loss = (p: typeof params, x: X<5>) => meanSquaredError(f(p, x), zeros([5, 4], "float64"));
  checkGrads(loss, [params, x.slice([0])]);
  const [value, gradients] = valueAndGrad(loss)(params, x.slice([0]));
  assertType<IsExact<typeof gradients, typeof params>>(true);
  const [compiled, others] = jit(valueAndGrad(loss))(params, x.slice([0]));
  assertClose(compiled.item(), value.item(), 1e-14);
  const pairs = treeLeaves(others).map((leaf, i) => [leaf, treeLeaves(gradients)[i]]);
  for (const [a, b] of pairs) assertClose([...a.data], [...b.data], 1e-12);
  const together = vmap(f, { inAxes: [null, 0] })(params, x);
  const apart = [0, 1, 2, 3, 4, 5].map((i) => f(params, x.slice([i])).toArray());
  assertClose(together.toArray(), apart, 1e-14);
});

Deno.test("sequential: lists of layers whose length the compiler does not know", () => {
  const same = sequential(...Array.from({ length: 3 }, () => linear.of(4, 4)));
  const y = same.apply(same.init(key), zeros([5, 4]));
  assertType<IsExact<typeof y, Tensor<[5, 4], "float32">>>(true);
  const other = sequential(...Array.from({ length: 1 }, () => linear.of(4, 2)));
  const z = other.apply(other.init(key), zeros([5, 4]));
  assertType<IsExact<typeof z, Tensor<Shape, "float32">>>(true);
  assertEquals([...z.shape], [5, 2]);
});

Deno.test("sequential and residual: what makes a layer is no layer", () => {
  const message = "needs a layer of some size, as linear.of(784, 10) or flatten.of()";
  for (const maker of [linear, dropout, flatten]) {
    assertThrows(
      // @ts-expect-error The compiler refuses it as well.
      () => sequential(linear.of(4, 4), maker),
      TypeError,
      `sequential: layer 1: ${message}`,
    );
  }
  // @ts-expect-error The compiler refuses it as well.
  assertThrows(() => residual(linear), TypeError, `residual: inner: ${message}`);
});
