/**
 * Reductions as kernels.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Equation } from "../../tape/tape.ts";
import type { Builder } from "./builder.ts";
import { newBuffer } from "./memory.ts";
import type { Combine } from "./program.ts";
import { converted, load } from "./symbolic.ts";

/** A value combined along axes. */
export function lowerReduce(
  builder: Builder,
  { inputs, outputs: [output] }: Equation,
  combine: Combine,
  axes: readonly number[],
): void {
  const { shape, dtype } = output;
  const value = builder.read(inputs[0]);
  if (axes.length === 0) return builder.define(output, value);
  if (sizeOf(value.shape) === 0) {
    const start = combine === "prod" || combine === "min" ? 1 : 0;
    return builder.define(output, { kind: "constant", shape, dtype, value: start });
  }
  // Truth values are numbers meanwhile, of which 0 is the smallest.
  const whole = value.dtype === "bool" ? converted(value, "uint32") : value;
  const buffer = newBuffer(shape, whole.dtype);
  const result = load(buffer);
  builder.define(output, value.dtype === "bool" ? converted(result, "bool") : result);
  if (sizeOf(shape) > 0) builder.add({ kind: "reduce", combine, value: whole, axes, buffer });
}
