/** Functions compiled for the embedded engine, held to the interpreter. */
import { assertEquals } from "@std/assert";
import { type AnyTensor, type DType, fromBuffer, jit, transpose } from "@katachi/katachi";
import { interpreter } from "../../../src/engines/interpreter/interpreter.ts";
import { wasm } from "../../../src/engines/wasm/engine.ts";
import { useEngine } from "../../../src/tape/engine.ts";
import { allocate } from "../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../src/tensor/storage.ts";
import { assertClose } from "../../fixtures/figures.ts";

/** A function of tensors. */
export type Compute = (xs: readonly AnyTensor[]) => readonly AnyTensor[];

/** Elements between -1 and 1, or whole ones up to 1000; some of them are special. */
export function drawn(
  shape: readonly number[],
  dtype: DType,
  seed: number,
  special: readonly number[] = [],
): AnyTensor {
  const data = allocate(dtype, sizeOf(shape));
  const float = dtype === "float32" || dtype === "float64";
  for (let i = 0; i < data.length; i++) {
    const value = Math.sin(i * 12.9898 + seed);
    const digits = Math.floor(Math.abs(value) * 43758.5453) % 12;
    const number = float
      ? value
      : dtype === "bool"
      ? Number(value > 0.5)
      : Math.round(value * 1000);
    data[i] = special[digits] ?? number;
  }
  return fromBuffer(data as Float32Array, shape as number[]);
}

/**
 * Asserts that a function gives the same with both engines. Where `turned` says so, an operand is
 * stored with its axes in the opposite order.
 */
export function assertAgrees(
  f: Compute,
  xs: readonly AnyTensor[],
  { tolerance = 0, turned = [] }: {
    readonly tolerance?: number;
    readonly turned?: readonly boolean[];
  } = {},
): void {
  const turn = (ys: readonly AnyTensor[]) => ys.map((y, i) => turned[i] ? transpose(y) : y);
  const compiled = jit(((ys: readonly AnyTensor[]) => f(turn(ys))) as never) as unknown as Compute;
  const operands = turn(xs);
  try {
    useEngine(interpreter);
    const expected = compiled(operands);
    useEngine(wasm);
    for (const [i, { data, shape, dtype }] of compiled(operands).entries()) {
      assertEquals([shape, dtype], [expected[i].shape, expected[i].dtype]);
      if (tolerance === 0) assertEquals([...data], [...expected[i].data], `result ${i}`);
      else assertClose([...data], [...expected[i].data], tolerance, `result ${i}`, 1);
    }
  } finally {
    useEngine(wasm);
  }
}
