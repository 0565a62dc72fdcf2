/** Layers one after the other: typed from input to output, and their mistakes in place. */
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type Dim,
  jit,
  random,
  type Shape,
  tanh,
  type Tensor,
  valueAndGrad,
  vmap,
  zeros,
} from "@katachi/katachi";
import { linear, type LinearWeight, meanSquaredError, relu, sequential } from "@katachi/katachi/nn";

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
  const model = sequential(linear.of(3, 4), tanh, linear.of(4, 2));
  const params = model.init(key);
  const x = random.normal(random.key(1), [6, 5, 3]);
  const f = (p: typeof params, x: Tensor<[5, 3]>) => model.apply(p, x);
  const loss = (p: typeof params, x: Tensor<[5, 3]>) => meanSquaredError(f(p, x), zeros([5, 2]));
  const [, g] = jit(valueAndGrad(loss))(params, x.slice([0]));
  assertType<IsExact<typeof g, typeof params>>(true);
  assertEquals([...vmap(f, { inAxes: [null, 0] })(params, x).shape], [6, 5, 2]);
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
