/** The loss around parameters, along directions of the parameters' own size. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { add, jit, mul, random, type Tensor, tensor, zeros } from "@katachi/katachi";
import { filterNormalizedDirection, lossLandscape, lossSurface } from "@katachi/katachi/viz";

/** Parameters of a dense layer, a convolution and a normalization. */
const paramsOf = (key: random.Key) => {
  const [a, b, c] = random.split(key, 3);
  return {
    dense: { weight: random.normal(a, [7, 3]).mul(5), bias: random.normal(a, [3]) },
    conv: { weight: random.normal(b, [4, 2, 3, 3]), scale: random.uniform(c, [2]) },
    counts: tensor([[1, 2]], "int32"),
  };
};

Deno.test("each filter of a direction is as long as that of the parameters", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const params = paramsOf(random.key(seed));
      const direction = filterNormalizedDirection(random.key(seed + 1), params);
      const same = (a: number[], b: number[]) =>
        a.forEach((length, i) => assertAlmostEquals(length, b[i], 1e-4 * b[i]));
      same(
        direction.dense.weight.square().sum(0).toArray(),
        params.dense.weight.square().sum(0).toArray(),
      );
      same(
        direction.conv.weight.square().sum([1, 2, 3]).toArray(),
        params.conv.weight.square().sum([1, 2, 3]).toArray(),
      );
      assertEquals(direction.dense.bias.toArray(), [0, 0, 0]);
      assertEquals(direction.conv.scale.toArray(), [0, 0]);
      assertEquals(direction.counts.toArray(), [[0, 0]]);
    }),
    { numRuns: 20 },
  );
});

Deno.test("a direction is random, and that of its key", () => {
  const params = paramsOf(random.key(0));
  const of = (seed: number) =>
    filterNormalizedDirection(random.key(seed), params).conv.weight.toArray();
  assertEquals(of(1), of(1));
  assert(JSON.stringify(of(1)) !== JSON.stringify(of(2)));
});

Deno.test("a filter of zeros stays where it is", () => {
  const direction = filterNormalizedDirection(random.key(0), { w: zeros([3, 2]) });
  assertEquals(direction.w.toArray(), [[0, 0], [0, 0], [0, 0]]);
});

Deno.test("the surface is the loss at the places it says", () => {
  const { dense: { weight } } = paramsOf(random.key(3));
  const params = { w: weight };
  const target = random.normal(random.key(4), [7, 3]);
  const loss = ({ w }: { w: Tensor<[7, 3]> }) => w.sub(target).square().mean();
  const key = random.key(5);
  const { steps, values } = lossSurface(loss, params, key, { span: 0.5, resolution: 5 });
  assertEquals(steps.toArray(), [-0.5, -0.25, 0, 0.25, 0.5]);
  const [one, two] = random.split(key).map((key) => filterNormalizedDirection(key, params).w);
  const at = jit((a: Tensor<[]>, b: Tensor<[]>) =>
    loss({ w: add(weight, add(mul(one, a), mul(two, b))) })
  );
  values.toArray().forEach((row, i) =>
    row.forEach((value, j) => {
      const [a, b] = [steps.toArray()[j], steps.toArray()[i]];
      assertAlmostEquals(value as number, at(tensor(a), tensor(b)).item(), 1e-3);
    })
  );
  assertAlmostEquals(values.toArray()[2][2] as number, loss(params).item(), 1e-5);
});

Deno.test("scaling a layer's weights does not change what is around it", () => {
  // A loss that does not see how long the weights are, as behind batch normalization.
  const w = random.normal(random.key(0), [6, 1]);
  const loss = ({ w }: { w: Tensor<[6, 1]> }) => {
    const unit = w.div(w.square().sum().sqrt());
    return unit.sub(0.1).square().sum();
  };
  const around = (w: Tensor<[6, 1]>) =>
    lossSurface(loss, { w }, random.key(1), { resolution: 5 }).values.toArray().flat() as number[];
  const small = around(w);
  around(w.mul(100)).forEach((value, i) => assertAlmostEquals(value, small[i], 1e-4));
});

Deno.test("options out of their range are refused", () => {
  const loss = ({ w }: { w: Tensor<[2, 2]> }) => w.sum();
  const params = { w: zeros([2, 2]) };
  const key = random.key(0);
  assertThrows(() => lossSurface(loss, params, key, { span: 0 }), RangeError, "span must be");
  assertThrows(
    () => lossSurface(loss, params, key, { resolution: 4 }),
    RangeError,
    "lossSurface: resolution must be odd and 3 or more, got 4",
  );
  assertThrows(
    () => lossLandscape(loss, params, key, { directions: 3 as 2 }),
    RangeError,
    "lossLandscape: directions must be 1 or 2, got 3",
  );
});
