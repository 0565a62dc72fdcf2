/** Windows that slide, compiled, against the interpreter: random sizes, settings and layouts. */
import fc from "fast-check";
import { type AnyTensor, fromBuffer, grad, jit, transpose } from "@katachi/katachi";
import { interpreter } from "../../../src/engines/interpreter/interpreter.ts";
import { wasm } from "../../../src/engines/wasm/engine.ts";
import { type Convolution, convolution } from "../../../src/primitives/convolution.ts";
import { positionsOf, type Sliding } from "../../../src/primitives/sliding.ts";
import { useEngine } from "../../../src/tape/engine.ts";
import { allocate } from "../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../src/tensor/storage.ts";
import { assertClose } from "../../fixtures/figures.ts";

type Float = "float32" | "float64";
type DType = Float | "int32" | "uint32";

/** Numbers between -1 and 1, or whole ones, in a given order of axes. */
function drawn(shape: readonly number[], dtype: DType, seed: number, turned: boolean): AnyTensor {
  const own = turned ? shape.toReversed() : shape;
  const data = allocate(dtype, sizeOf(shape));
  const whole = dtype === "int32" || dtype === "uint32";
  for (let i = 0; i < data.length; i++) {
    const value = Math.sin(i * 12.9898 + seed);
    data[i] = whole ? Math.round(value * 1000) : value;
  }
  const x = fromBuffer(data as Float32Array, own as number[]) as AnyTensor;
  return turned ? transpose(x) : x;
}

/** What a function gives, compiled for both engines. */
function agree(
  f: (xs: readonly AnyTensor[]) => readonly AnyTensor[],
  xs: readonly AnyTensor[],
  tolerance: number,
): void {
  const compiled = jit(f as never) as unknown as typeof f;
  try {
    useEngine(interpreter);
    const expected = compiled(xs);
    useEngine(wasm);
    for (const [i, { data }] of compiled(xs).entries()) {
      assertClose([...data], [...expected[i].data], tolerance, `result ${i}`, 1);
    }
  } finally {
    useEngine(wasm);
  }
}

const slidingOver = (rank: number): fc.Arbitrary<Sliding> => {
  const each = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: rank, maxLength: rank });
  return fc.record({
    strides: fc.oneof(fc.constant(Array(rank).fill(1)), each(fc.integer({ min: 1, max: 3 }))),
    padding: fc.oneof(
      fc.constant(Array(rank).fill([0, 0])),
      each(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))),
    ),
    inputDilation: fc.oneof(fc.constant(Array(rank).fill(1)), each(fc.integer({ min: 1, max: 3 }))),
    dilation: fc.oneof(fc.constant(Array(rank).fill(1)), each(fc.integer({ min: 1, max: 2 }))),
  });
};

const most = [0, 60, 24, 7];

const sized = fc.integer({ min: 0, max: 3 }).chain((rank) => {
  const sizes = (max: number) =>
    fc.array(fc.integer({ min: 0, max }), { minLength: rank, maxLength: rank });
  return fc.record({
    input: sizes(most[rank]),
    size: sizes(rank === 3 ? 3 : 6),
    sliding: slidingOver(rank),
  });
});

const turns = fc.tuple(fc.boolean(), fc.boolean());

Deno.test("convolutions, and their gradients, are what the interpreter makes of them", () => {
  const setting = fc.record({
    sized,
    turns,
    groups: fc.integer({ min: 1, max: 3 }),
    images: fc.integer({ min: 0, max: 5 }),
    channels: fc.integer({ min: 0, max: 9 }),
    features: fc.integer({ min: 1, max: 11 }),
    dtype: fc.constantFrom<Float>("float32", "float64"),
    seed: fc.nat(99),
  });
  fc.assert(
    fc.property(setting, ({ sized: { input, size, sliding }, turns, groups, ...own }) => {
      const { images, channels, features, dtype, seed } = own;
      const params: Convolution = { ...sliding, groups };
      const x = drawn([images, channels * groups, ...input], dtype, seed, turns[0]);
      const w = drawn([features * groups, channels, ...size], dtype, seed + 1, turns[1]);
      const positions = positionsOf(input, size, sliding);
      const weights = drawn([images, features * groups, ...positions], dtype, seed + 2, false);
      const value = ([x, w]: readonly AnyTensor[]) =>
        (convolution(x, w, params) as never as { mul(y: AnyTensor): { sum(): AnyTensor } })
          .mul(weights).sum();
      // A result is a sum of so many products, or fewer; each is rounded.
      const terms = sizeOf(weights.shape) + channels * sizeOf(size);
      const tolerance = (4 * terms + 16) * (dtype === "float32" ? 2 ** -24 : 2 ** -53);
      agree(([x, w]) => [convolution(x, w, params)], [x, w], tolerance);
      agree((xs) => (grad(value as never) as unknown as typeof identity)(xs), [x, w], tolerance);
    }),
    { numRuns: 60 },
  );
});

const identity = (xs: readonly AnyTensor[]): readonly AnyTensor[] => xs;

Deno.test("convolutions of integers wrap around", () => {
  fc.assert(
    fc.property(
      sized,
      turns,
      fc.constantFrom<DType>("int32", "uint32"),
      ({ input, size, sliding }, turns, dtype) => {
        const x = drawn([2, 6, ...input], dtype, 1, turns[0]);
        const w = drawn([4, 3, ...size], dtype, 2, turns[1]);
        agree(([x, w]) => [convolution(x, w, { ...sliding, groups: 2 })], [x, w], 0);
      },
    ),
    { numRuns: 30 },
  );
});
