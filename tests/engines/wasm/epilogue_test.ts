/**
 * Elementwise work that contractions do on their results, against the interpreter.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  flip,
  floor,
  greater,
  jit,
  matmul,
  maximum,
  random,
  tanh,
  type Tensor,
  where,
} from "@katachi/katachi";
import { onBoth } from "./agree.ts";

type Floats = Tensor<number[]>;
type Matrix = Tensor<[number, number]>;

/** What a step may use: all values so far, and numbers beside them, for columns, rows and all. */
interface State {
  readonly values: Floats[];
  readonly beside: readonly Floats[];
  readonly pick: number;
}

/** One more value; on whole numbers all of them are exact, whatever the order. */
const steps: Record<string, (x: Floats, state: State) => Floats> = {
  "add beside": (x, { beside, pick }) => x.add(beside[pick % beside.length] as never) as never,
  "another": (x, { values, pick }) => x.sub(values[pick % values.length] as never) as never,
  "relu": (x) => maximum(x, 0) as Floats,
  "halved": (x) => x.mul(0.5) as Floats,
  "mask": (x, { values, pick }) =>
    where(greater(x, values[pick % values.length] as never) as never, x as never, 1) as Floats,
  "upside down": (x, { values, pick }) =>
    flip(x, 0).sub(values[pick % values.length] as never) as never,
  "through doubles": (x) => x.astype("float64").add(1).astype("float32") as Floats,
  "through integers": (x) => floor(x).astype("int32").add(1).astype("float32") as Floats,
  // These need a kernel of their own between the contraction and the loop.
  "sum of another": (x, { beside }) => x.add((beside[0] as never as Floats).sum()) as Floats,
  "own sum": (x) => x.add(maximum(x.sum(0), -3) as never).mul(0.5) as never,
};

const setting = fc.record({
  size: fc.tuple(...[40, 30, 30].map((max) => fc.integer({ min: 1, max }))),
  batch: fc.integer({ min: 0, max: 3 }),
  /** Whether both operands have the batch. */
  both: fc.boolean(),
  form: fc.constantFrom("plain", "turned", "flat"),
  dtype: fc.constantFrom("float32" as const, "float64" as const, "int32" as const),
  steps: fc.array(
    fc.record({
      name: fc.constantFrom(...Object.keys(steps)),
      from: fc.nat(9),
      pick: fc.nat(9),
      given: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  seed: fc.nat(),
});

/** Whole numbers from -3 to 3. */
function whole(seed: number, shape: readonly number[]): Floats {
  return floor(random.uniform(random.key(seed), [...shape]).mul(7)).sub(3) as never;
}

Deno.test("what is done with products of matrices is what the interpreter makes of it", () => {
  fc.assert(
    fc.property(setting, ({ size: [m, n, k], batch, both, form, dtype, steps: chosen, seed }) => {
      const outer = batch > 0 ? [batch] : [];
      const left = whole(seed, [...outer, m, k]).astype(dtype);
      const right = whole(seed + 1, both ? [...outer, k, n] : [k, n]).astype(dtype);
      const shape = form === "turned"
        ? [...outer, n, m]
        : form === "flat"
        ? [Math.max(batch, 1) * m * n]
        : [...outer, m, n];
      const beside = [[], shape.slice(-1), [...shape.slice(0, -1), 1], shape].map((own, i) =>
        whole(seed + 2 + i, own)
      );
      const f = (left: AnyTensor, right: AnyTensor, ...beside: Floats[]) => {
        const product = matmul(left as never, right as never) as Floats;
        const axes = product.shape.map((_, axis) => axis);
        const turned = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
        const viewed = form === "turned"
          ? product.transpose(turned as never)
          : form === "flat"
          ? product.reshape([-1] as never)
          : product;
        const values = [viewed.astype("float32") as Floats];
        const results: Floats[] = [];
        for (const { name, from, pick, given } of chosen) {
          const value = steps[name](values[from % values.length], { values, beside, pick });
          values.push(value);
          if (given) results.push(value);
        }
        return [...results, values.at(-1)];
      };
      const [found, expected] = onBoth(
        f as never,
        left,
        right,
        ...beside,
      ) as never as AnyTensor[][];
      for (const [i, value] of found.entries()) {
        assertEquals(value.shape, expected[i].shape);
        assertEquals([...value.data], [...expected[i].data]);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a dense layer is one kernel, which keeps what its gradient needs", () => {
  const given = [[40, 30], [30, 50], [50]].map((shape, i) => whole(i, shape));
  const layer = (x: Tensor<[number, number]>, w: Tensor<[number, number]>, b: Tensor<[number]>) => {
    const before: AnyTensor = matmul(x, w).add(b as never);
    return [before, tanh(before as Floats)];
  };
  const { kernels } = jit(layer as never as (...x: AnyTensor[]) => AnyTensor[]).lower(...given);
  assertEquals(kernels.length, 1);
  const [{ text, flops, bytesWritten }] = kernels;
  assert(/tanh/.test(text), text);
  assert(flops > 2 * 40 * 30 * 50);
  // The product alone is nobody's.
  assertEquals(bytesWritten, 2 * 4 * 40 * 50);
});

Deno.test("a step with momentum, given its parameters, writes in their place at once", () => {
  type Step = (w: AnyTensor, speed: AnyTensor, x: AnyTensor, y: AnyTensor) => AnyTensor[];
  const step = (w: Matrix, speed: Matrix, x: Matrix, y: Matrix) => {
    const slope = matmul(x.transpose(), matmul(x, w).sub(y));
    const next = speed.mul(0.5).add(slope);
    return [w.sub(next), next];
  };
  const size = fc.integer({ min: 13, max: 40 });
  fc.assert(
    fc.property(size, size, size, fc.nat(), (batch, inputs, outputs, seed) => {
      const shapes = [[inputs, outputs], [inputs, outputs], [batch, inputs], [batch, outputs]];
      const args = () =>
        shapes.map((shape, i) => whole(seed + i, shape)) as never as Parameters<Step>;
      const donating = jit(step as never as Step, { donate: [0, 1] });
      assertEquals(donating.lower(...args()).kernels.length, 2);
      const [found, expected] = [donating(...args()), jit(step as never as Step)(...args())];
      assertEquals(found.map(({ data }) => [...data]), expected.map(({ data }) => [...data]));
    }),
    { numRuns: 20 },
  );
});
