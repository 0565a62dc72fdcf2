/**
 * How a function of one real number is declared.
 *
 * @module
 */
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import type { ScalarFunction } from "../tape/scalar.ts";
import type { OperandSample } from "../tape/sample.ts";
import { applyReal, type Derivative, elementwise, floats } from "./elementwise.ts";
import type { RealUnary } from "./signatures.ts";

/** A function of a real number: integers become `float32`. */
export function realFunction(
  name: ScalarFunction,
  summary: string,
  derivative: Derivative,
  domain?: Omit<OperandSample, "shape" | "dtype">,
): RealUnary {
  const primitive = elementwise({
    name,
    summary,
    dtypes: floats,
    scalar: (s, x) => s.apply(name, x),
    derivatives: [derivative],
    domain: domain && [domain],
  });
  return ((x: Operand): AnyTensor => applyReal(primitive, [x])) as unknown as RealUnary;
}
