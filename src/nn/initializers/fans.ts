/**
 * How many inputs and outputs a kernel has.
 *
 * @module
 */
import type {
  AnyTensor,
  Arg,
  FloatDType,
  Kernel,
  Ok,
  random,
  Shape,
  Tensor,
} from "../../../mod.ts";
import { normalizeAxes } from "../../shape/axis.ts";
import { kernelShape } from "../../shape/kernel.ts";

/** Which axes of a kernel are what; the rest are the positions of a window. */
export interface KernelAxes {
  /** The axis of the inputs, or several. */
  readonly inAxis: number | readonly number[];
  /** The axis of the outputs, or several. */
  readonly outAxis: number | readonly number[];
  /** The axis of kernels side by side, or several; none unless given. */
  readonly batchAxis?: number | readonly number[];
}

/**
 * How a kernel is laid out: `"dense"` is `[…, inputs, outputs]`, as `linear` has it (and JAX and Keras
 * have all kernels), and `"conv"` is `[outputs, inputs / groups, …window]`, as `conv2d` has it. The
 * kernels of transposed convolutions, `[inputs, outputs / groups, …window]`, are
 * `{ inAxis: 0, outAxis: 1 }`.
 */
export type Layout = "dense" | "conv" | KernelAxes;

/** An initializer of kernels, which looks at their inputs and outputs. */
export type KernelInitializer<Op extends string> = <
  const S extends Shape,
  D extends FloatDType = "float32",
  K extends string = Op,
>(
  key: random.Key,
  shape: Arg<Kernel<S, K>, S>,
  dtype?: D,
) => Tensor<Ok<Kernel<S, K>>, NoInfer<D>>;

/** What initializers go by that look at the inputs and outputs of a kernel. */
export interface FanOptions {
  /** How the kernel is laid out; `"dense"` unless given. */
  readonly layout?: Layout;
}

/** The inputs and outputs of a kernel. */
export interface Fans {
  /** How many inputs an output depends on. */
  readonly fanIn: number;
  /** How many outputs an input takes part in, with a stride of 1 and one group. */
  readonly fanOut: number;
}

/** The axes of a kernel, counted from 0. */
export interface AxisRoles {
  /** Those of the inputs. */
  readonly inputs: readonly number[];
  /** Those of the outputs. */
  readonly outputs: readonly number[];
  /** Those of kernels side by side. */
  readonly batch: readonly number[];
  /** Those of the window. */
  readonly window: readonly number[];
}

const layouts = {
  dense: { inAxis: -2, outAxis: -1 },
  conv: { inAxis: 1, outAxis: 0 },
} as const;

/** What each axis of a shape is. */
export function rolesOf(operation: string, shape: Shape, layout: Layout = "dense"): AxisRoles {
  kernelShape(operation, shape);
  const { inAxis, outAxis, batchAxis = [] }: KernelAxes = typeof layout === "string"
    ? layouts[layout]
    : layout;
  const groups = [inAxis, outAxis, batchAxis].map((axes) => [axes].flat() as number[]);
  const taken = normalizeAxes(operation, groups.flat(), shape);
  const [inputs, outputs, batch] = groups.map((axes) => taken.splice(0, axes.length));
  const named = [...inputs, ...outputs, ...batch];
  return { inputs, outputs, batch, window: [...shape.keys()].filter((i) => !named.includes(i)) };
}

/** How many elements some axes of a shape have. */
export function extentOf(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((size, axis) => size * shape[axis], 1);
}

/**
 * How many inputs and outputs a kernel has: those of its axes, times the positions of its window.
 *
 * @throws {ShapeError} Where the shape does not have the layout's axes.
 *
 * @example
 * ```ts
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.fans([784, 10]); // { fanIn: 784, fanOut: 10 }
 * initializers.fans([64, 3, 5, 5], "conv"); // { fanIn: 75, fanOut: 1600 }
 * ```
 */
export function fans(shape: Shape, layout: Layout = "dense"): Fans {
  return fansOf("fans", shape, layout);
}

/** {@linkcode fans} on behalf of an initializer. */
export function fansOf(operation: string, shape: Shape, layout?: Layout): Fans {
  const { inputs, outputs, window } = rolesOf(operation, shape, layout);
  const field = extentOf(shape, window);
  return { fanIn: extentOf(shape, inputs) * field, fanOut: extentOf(shape, outputs) * field };
}

/** Makes an initializer of a function without types. */
export function kernels<Op extends string>(
  draw: (key: random.Key, shape: Shape, dtype: FloatDType) => AnyTensor,
): KernelInitializer<Op> {
  return ((key: random.Key, shape: Shape, dtype: FloatDType = "float32") =>
    draw(key, shape, dtype)) as unknown as KernelInitializer<Op>;
}
