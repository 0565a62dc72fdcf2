/** Models over dims and ranks that the compiler does not know. */
import { assertEquals, assertThrows } from "@std/assert";
import { type Dim, random, type Shape, ShapeError, type Tensor, zeros } from "@katachi/katachi";
import {
  batchNorm,
  embedding,
  groupNorm,
  instanceNorm,
  layerNorm,
  linear,
  relu,
  residual,
  sequential,
} from "@katachi/katachi/nn";

const key = random.key(0);

Deno.test("a model with a state takes any batch, known or not", () => {
  const model = sequential(linear.of(3, 4), batchNorm.of(4), relu, residual(layerNorm.of(4)));
  const params = model.init(key), state = model.initState();
  const any = <B extends Dim>(x: Tensor<[B, 3]>): Tensor<[B, 4]> => model.apply(params, x, state);
  const rankless = (x: Tensor): Tensor => model.apply(params, x, state);
  const dynamic = (x: Tensor<[number, number]>): Tensor<[number, 4]> =>
    model.apply(params, x, state);
  const train = <B extends Dim>(x: Tensor<[B, 3]>): [Tensor<[B, 4]>, typeof state] =>
    model.train(params, x, { key, state });
  const x = zeros([5, 3]);
  for (const y of [any(x), rankless(x), dynamic(x), train(x)[0]]) {
    assertEquals([...y.shape], [5, 4]);
  }
  const wrong = <B extends Dim>(x: Tensor<[B, 5]>) =>
    // @ts-expect-error the compiler says the same, with B for 2
    model.apply(params, x, state);
  assertThrows(
    () => wrong(zeros([2, 5])),
    ShapeError,
    "sequential: layer 0: linear: inner dimensions differ: [2, 5] x [3, 4] (5 != 3)",
  );
});

Deno.test("a model of words takes any batch and any length", () => {
  const model = sequential(embedding.of(100, 8), layerNorm.of(8), linear.of(8, 100));
  const params = model.init(key);
  const logits = <B extends Dim, T extends Dim>(
    ids: Tensor<[B, T], "int32">,
  ): Tensor<[B, T, 100]> => model.apply(params, ids);
  assertEquals([...logits(zeros([2, 7], "int32")).shape], [2, 7, 100]);
});

Deno.test("layers that normalize take images of any size, and any rank", () => {
  const model = sequential(groupNorm.of(2, 4), instanceNorm.of(4));
  const params = model.init(key);
  const image = <B extends Dim, H extends Dim, W extends Dim>(
    x: Tensor<[B, 4, H, W]>,
  ): Tensor<[B, 4, H, W]> => model.apply(params, x);
  assertEquals([...image(zeros([2, 4, 3, 5])).shape], [2, 4, 3, 5]);
  const any = <S extends Shape>(x: Tensor<S>): Tensor<S> => layerNorm(layerNorm.init(8), x);
  assertEquals([...any(zeros([2, 3, 8])).shape], [2, 3, 8]);
});
