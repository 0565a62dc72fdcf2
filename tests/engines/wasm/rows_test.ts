/**
 * Work that goes over the same rows again and again, against the interpreter.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  flip,
  jit,
  max,
  mean,
  random,
  softmax,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
  valueAndGrad,
} from "@katachi/katachi";
import { softmaxCrossEntropy } from "@katachi/katachi/nn";
import { assertClose } from "../../fixtures/figures.ts";
import { onBoth } from "./agree.ts";

type Matrix = Tensor<[number, number]>;
type Doubles = Tensor<number[], "float64">;

/** One more value; `axes` are those that are gone over, `other` is any value before. */
const steps: Record<string, (x: Doubles, other: Doubles, axes: number[]) => AnyTensor> = {
  "mean": (x, _, axes) => mean(x, axes as never, { keepDims: true }),
  "largest": (x, _, axes) => max(x, axes as never, { keepDims: true }),
  "mean of products": (x, other, axes) => mean(x.mul(other) as never, axes, { keepDims: true }),
  "difference": (x, other) => x.sub(other),
  "curve": (x, other) => tanh(x as never as Matrix).mul(other as never),
  "upside down": (x, other) => flip(x as never as Matrix, 0).mul(0.5).sub(other as never),
  "sum of everything": (x) => sum(x).mul(0.01),
  "sum of columns": (x) => mean(x, 0, { keepDims: true }),
};

const setting = fc.record({
  shape: fc.constantFrom([130, 70], [3, 50, 67], [9000, 1], [4, 3, 800], [2, 90, 5, 11]),
  axes: fc.integer({ min: 1, max: 2 }),
  steps: fc.array(
    fc.record({
      name: fc.constantFrom(...Object.keys(steps)),
      from: fc.nat(9),
      other: fc.nat(9),
      given: fc.boolean(),
    }),
    { minLength: 2, maxLength: 8 },
  ),
  seed: fc.nat(),
});

Deno.test("what is done with rows is what the interpreter makes of it", () => {
  fc.assert(
    fc.property(setting, ({ shape, axes: last, steps: chosen, seed }) => {
      const axes = shape.map((_, axis) => axis).slice(-last);
      const f = (x: Doubles) => {
        const values: AnyTensor[] = [x];
        const results: AnyTensor[] = [];
        for (const { name, from, other, given } of chosen) {
          const pick = (i: number) => values[i % values.length] as Doubles;
          const value = steps[name](pick(from), pick(other), axes);
          values.push(value.shape.length === 0 ? (value as Doubles).add(x) : value);
          if (given) results.push(value);
        }
        return [...results, values.at(-1)!];
      };
      const x = random.normal(random.key(seed), [...shape]).astype("float64");
      const [found, expected] = onBoth(f as never, x) as never as AnyTensor[][];
      for (const [i, value] of found.entries()) {
        assertEquals(value.shape, expected[i].shape);
        assertClose([...value.data], [...expected[i].data], 1e-10, `${shape}`, 1);
      }
    }),
    { numRuns: 60 },
  );
});

/** How many kernels a function becomes. */
function kernelsOf(f: (...x: never[]) => unknown, ...args: AnyTensor[]): number {
  return jit(f as never as (...x: AnyTensor[]) => AnyTensor).lower(...args).kernels.length;
}

Deno.test("softmax, layer norm and cross-entropy go over their rows in one kernel", () => {
  const x = random.normal(random.key(0), [64, 300]) as Matrix;
  assertEquals(kernelsOf((x: Matrix) => softmax(x), x), 1);
  const norm = (x: Matrix, scale: Tensor<[number]>) => {
    const centred = sub(x, mean(x, -1, { keepDims: true }));
    return centred.div(mean(square(centred), -1, { keepDims: true }).add(1e-5).sqrt()).mul(scale);
  };
  assertEquals(kernelsOf(norm, x, random.normal(random.key(1), [300])), 1);
  // The mean of the losses goes over them once they are all there.
  assertEquals(kernelsOf(valueAndGrad(softmaxCrossEntropy as never) as never, x, softmax(x)), 3);
});
