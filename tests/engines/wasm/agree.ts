/**
 * The law that the embedded engine gives what the interpreter gives.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AnyTensor, fromBuffer, grad, jit, tanh, vmap } from "@katachi/katachi";
import { interpreter } from "../../../src/engines/interpreter/interpreter.ts";
import { wasm } from "../../../src/engines/wasm/engine.ts";
import { useEngine } from "../../../src/tape/engine.ts";
import { assertClose } from "../../fixtures/figures.ts";
import { type Pair, pairs, type Program, type Vector } from "../../transforms/programs.ts";

/** What a function gives, compiled for the embedded engine and for the interpreter. */
export function onBoth<A extends readonly unknown[]>(
  f: (...args: A) => AnyTensor,
  ...args: A
): readonly [found: AnyTensor, expected: AnyTensor] {
  const compiled = jit(f as never) as unknown as (...args: A) => AnyTensor;
  try {
    useEngine(interpreter);
    const expected = compiled(...args);
    useEngine(wasm);
    return [compiled(...args), expected];
  } finally {
    useEngine(wasm);
  }
}

/** What is done to a whole program: by far the most code comes from gradients and batches. */
const ways: Record<string, (f: Program) => (x: Vector) => AnyTensor> = {
  plain: (f) => f,
  gradient: (f) => grad((x: Vector) => tanh(f(x)).sum()),
  batch: (f) => (x) => vmap(f)(x.expandDims(0).add(x.expandDims(1)) as never),
  "gradient of a batch": (f) =>
    grad((x: Vector) => tanh(vmap(f)(x.expandDims(0).add(x.expandDims(1)) as never)).sum()),
  "float32": (f) => (x) => f(x.astype("float32").astype("float64")).astype("float32"),
};

const point = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), {
  minLength: 3,
  maxLength: 3,
});

function vector(values: readonly number[], { size }: Pair): Vector {
  return fromBuffer(Float64Array.from(values.slice(0, size)), [size]);
}

/** Random programs under random transformations give the same on both engines. */
export const agree: fc.IPropertyWithHooks<[Pair, string, number[]]> = fc.property(
  pairs,
  fc.constantFrom(...Object.keys(ways)),
  point,
  (pair, way, values) => {
    const [found, expected] = onBoth(ways[way](pair.real), vector(values, pair));
    assertEquals(found.shape, expected.shape);
    const tolerance = way === "float32" ? 1e-6 : 1e-10;
    assertClose([...found.data], [...expected.data], tolerance, `${way} of ${pair.text}`, 1);
  },
);
