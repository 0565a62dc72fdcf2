/**
 * How elementwise primitives are declared, and the function a declaration becomes.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { broadcastShapes } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import { type DType, floating } from "../tensor/dtype.ts";
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import {
  type BatchContext,
  definePrimitive,
  type Primitive,
  type VjpContext,
} from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import type { Scalar } from "../tape/scalar.ts";
import type { OperandSample } from "../tape/sample.ts";
import { broadcast, broadcastPrimitive, sumTo } from "./broadcast.ts";
import { requireDType, unify } from "./operands.ts";

/** The derivative of one operand: its cotangent from the result's. */
export type Derivative = (
  cotangent: AnyTensor,
  operands: readonly AnyTensor[],
  result: AnyTensor,
) => AnyTensor;

/** The declaration of an elementwise primitive of one result. */
export interface Elementwise {
  readonly name: string;
  readonly summary: string;
  /** The element types it has a meaning for; operands share one, unless `operandDTypes` says else. */
  readonly dtypes: readonly DType[];
  /** The result's element type: the operands' own, or `bool`. */
  readonly result?: "same" | "bool";
  readonly scalar: <T>(s: Scalar<T>, ...operands: T[]) => T;
  /** A derivative for each operand (`undefined` where none flows), or why there is none. */
  readonly derivatives: readonly (Derivative | undefined)[] | string;
  /** Where to draw each operand from when the declaration is checked. */
  readonly domain?: readonly Omit<OperandSample, "shape" | "dtype">[];
  /** How many operands, if `derivatives` does not tell. */
  readonly arity?: number;
}

/** Element types of numbers. */
export const numeric: readonly DType[] = ["float32", "float64", "int32", "uint32"];

/** Element types of real numbers. */
export const floats: readonly DType[] = ["float32", "float64"];

/** Element types that are bits. */
export const bits: readonly DType[] = ["int32", "uint32", "bool"];

/** Registers an elementwise primitive. Operands have one shape; scalars may stand beside them. */
export function elementwise(declaration: Elementwise): Primitive<undefined> {
  const { name, dtypes, derivatives, domain = [] } = declaration;
  const arity = declaration.arity ??
    (typeof derivatives === "string" ? 1 : derivatives.length);
  return definePrimitive<undefined>({
    name,
    family: "elementwise",
    summary: declaration.summary,
    infer: (operands) => {
      const [{ dtype }] = operands;
      for (const operand of operands) requireDType(name, operand.dtype, dtypes);
      return [{
        shape: commonShape(name, operands.map(({ shape }) => shape)),
        dtype: declaration.result === "bool" ? "bool" : dtype,
      }];
    },
    meaning: {
      kind: "elementwise",
      scalar: (s, operands) => [declaration.scalar(s, ...operands)],
    },
    vjp: typeof derivatives === "string"
      ? { notDifferentiable: derivatives }
      : ([ct], context) => elementwiseVjp(derivatives, ct!, context),
    batch: batchElementwise,
    sample: (draw, float) => {
      const shape = draw.shape(0, 3);
      const dtype = dtypes.includes(float) ? float : draw.pick(dtypes);
      return {
        operands: Array.from({ length: arity }, (_, i) => ({
          shape: i > 0 && draw.integer(0, 4) === 0 ? [] : shape,
          dtype,
          ...domain[i],
        })),
        params: undefined,
      };
    },
  });
}

/** The shape of the operands that are no scalars. */
export function commonShape(name: string, shapes: readonly Shape[]): Shape {
  const shape = shapes.find(({ length }) => length > 0) ?? [];
  for (const other of shapes) {
    if (other.length > 0 && !equalShapes(other, shape)) {
      throw new ShapeError(`${name}: shapes differ: ${showShape(shape)} and ${showShape(other)}`);
    }
  }
  return shape;
}

/** Applies the derivatives that are wanted; a scalar operand's cotangent is summed up. */
export function elementwiseVjp(
  derivatives: readonly (Derivative | undefined)[],
  cotangent: AnyTensor,
  { inputs, outputs, needs }: VjpContext<unknown>,
): readonly (AnyTensor | undefined)[] {
  return inputs.map((input, i) =>
    needs[i] && derivatives[i] !== undefined
      ? sumTo(derivatives[i](cotangent, inputs, outputs[0]), input.shape)
      : undefined
  );
}

/** A batch of an elementwise primitive: operands of the batch's shape; common scalars stay scalars. */
export function batchElementwise(
  inputs: readonly AnyTensor[],
  { primitive, params, size, batched }: BatchContext<undefined>,
): readonly AnyTensor[] {
  const examples = inputs.map(({ shape }, i) => batched[i] ? shape.slice(1) : shape);
  const shape = [size, ...commonShape(primitive.name, examples)];
  const operands = inputs.map((x, i) => {
    if (!batched[i]) return x.shape.length === 0 ? x : broadcast(x, shape);
    return x.shape.length === shape.length
      ? x
      : bind(broadcastPrimitive, [x], { shape, axes: [0] })[0];
  });
  return bind(primitive, operands, params);
}

/** Brings operands to one shape; scalars stay scalars. */
export function aligned(name: string, operands: readonly AnyTensor[]): readonly AnyTensor[] {
  const shape = operands.map(({ shape }) => shape).reduce((a, b) => broadcastShapes(name, a, b));
  return operands.map((operand) =>
    operand.shape.length === 0 ? operand : broadcast(operand, shape)
  );
}

/** Applies an elementwise primitive as users expect it: promoted, broadcast. */
export function applyElementwise(
  primitive: Primitive<undefined>,
  operands: readonly Operand[],
  lift?: (dtype: DType) => DType,
): AnyTensor {
  const tensors = unify(primitive.name, operands, lift);
  return bind(primitive, aligned(primitive.name, tensors), undefined)[0];
}

/** As {@linkcode applyElementwise}, for functions of real numbers: integers become `float32`. */
export function applyReal(
  primitive: Primitive<undefined>,
  operands: readonly Operand[],
): AnyTensor {
  return applyElementwise(primitive, operands, floating);
}
