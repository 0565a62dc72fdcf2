/**
 * Making tensors: from JavaScript values, by rule, from memory.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError } from "../shape/fail.ts";
import {
  checkDims,
  type FromDims,
  type LiteralDType,
  type LiteralResult,
  type LiteralShape,
  literalShape,
} from "../shape/literal.ts";
import { type Arange, arangeLength } from "../shape/range.ts";
import {
  allocate,
  type DType,
  DTypeError,
  type FloatDType,
  isElement,
  requireKnown,
} from "../tensor/dtype.ts";
import { sizeOf, wrap } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { noFlops } from "../tape/flops.ts";
import { definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { fill } from "./broadcast.ts";
import { add, mul } from "./arithmetic.ts";
import { equal } from "./compare.ts";
import { convert, requireDType, scalar } from "./operands.ts";
import { forEachIndex, strides } from "./strides.ts";

/** Counts along an axis. */
export const iotaPrimitive: Primitive<{ shape: Shape; axis: number; dtype: DType }> =
  definePrimitive({
    name: "iota",
    family: "create",
    summary: "0, 1, 2, … along `axis`",
    infer: (_, { shape, dtype }) => [{ shape, dtype }],
    flops: noFlops,
    meaning: {
      kind: "kernel",
      run: (_, { axis }, [out]) => {
        const steps = strides(out.shape).map((_, a) => a === axis ? 1 : 0);
        forEachIndex(out.shape, steps, (at, count) => {
          out.data[at] = count;
        });
      },
    },
    vjp: { notDifferentiable: "no operands" },
    batch: { params: (params) => params },
    sample: (draw, float) => {
      const shape = draw.shape(1, 3);
      return {
        operands: [],
        params: {
          shape,
          axis: draw.integer(0, shape.length - 1),
          dtype: draw.pick([float, "int32", "uint32"] as const),
        },
      };
    },
  });

/** Counts along an axis of a shape. */
export function iota(shape: Shape, axis: number, dtype: DType): AnyTensor {
  return bind(iotaPrimitive, [], { shape, axis, dtype })[0];
}

/**
 * A tensor of the given values. Its shape is that of the nesting and is known to the compiler;
 * numbers become `float32` and booleans `bool` unless a dtype is given.
 *
 * @throws {ShapeError} Where rows differ in length.
 * @throws {DTypeError} Where a value is no element of the dtype, as 0.5 of `int32`.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]); // Tensor<[2, 3]>
 * x.shape; // [2, 3]
 * tensor([1, 2], "int32").dtype; // "int32"
 * ```
 */
export function tensor<
  const T extends number | boolean | readonly unknown[],
  D extends DType = LiteralDType<T>,
  K extends string = "tensor",
>(
  values: Arg<LiteralShape<T, K>, T>,
  dtype?: D,
): Tensor<LiteralResult<T>, NoInfer<D>> {
  return tensorOf(values as never, dtype as never) as never;
}

function tensorOf(values: unknown, dtype?: DType): AnyTensor {
  const shape = literalShape(values);
  const flat = (Array.isArray(values) ? values.flat(Infinity) : [values]) as (number | boolean)[];
  const chosen = dtype ??
    (flat.length > 0 && flat.every((v) => typeof v === "boolean") ? "bool" : "float32");
  return fromValues(shape, chosen, flat);
}

function fromValues(
  shape: Shape,
  dtype: DType,
  values: ArrayLike<number | boolean>,
): AnyTensor {
  requireKnown("tensor", dtype);
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!isElement(value, dtype)) {
      throw new DTypeError(`tensor: ${value} is not an element of ${dtype}`);
    }
    data[i] = value;
  }
  return wrap(shape, dtype, data) as AnyTensor;
}

/**
 * A tensor of zeros.
 *
 * @example
 * ```ts
 * import { zeros } from "@katachi/katachi";
 *
 * zeros([2, 3]); // Tensor<[2, 3]>
 * ```
 */
export function zeros<
  const S extends Shape,
  D extends DType = "float32",
  K extends string = "zeros",
>(
  shape: Arg<FromDims<S, K>, S>,
  dtype?: D,
): Tensor<Ok<FromDims<S, K>>, NoInfer<D>> {
  return zerosOf(shape as never, dtype as never) as never;
}

function zerosOf(shape: Shape, dtype: DType = "float32"): AnyTensor {
  return filled("zeros", shape, 0, dtype);
}

/**
 * A tensor of ones.
 *
 * @example
 * ```ts
 * import { ones } from "@katachi/katachi";
 *
 * ones([3]).toArray(); // [1, 1, 1]
 * ```
 */
export function ones<const S extends Shape, D extends DType = "float32", K extends string = "ones">(
  shape: Arg<FromDims<S, K>, S>,
  dtype?: D,
): Tensor<Ok<FromDims<S, K>>, NoInfer<D>> {
  return onesOf(shape as never, dtype as never) as never;
}

function onesOf(shape: Shape, dtype: DType = "float32"): AnyTensor {
  return filled("ones", shape, 1, dtype);
}

/**
 * A tensor of one repeated value.
 *
 * @example
 * ```ts
 * import { full } from "@katachi/katachi";
 *
 * full([3], 0.5).toArray(); // [0.5, 0.5, 0.5]
 * ```
 */
export function full<const S extends Shape, D extends DType = "float32", K extends string = "full">(
  shape: Arg<FromDims<S, K>, S>,
  value: number | boolean,
  dtype?: D,
): Tensor<Ok<FromDims<S, K>>, NoInfer<D>> {
  return fullOf(shape as never, value as never, dtype as never) as never;
}

function fullOf(
  shape: Shape,
  value: number | boolean,
  dtype: DType = typeof value === "boolean" ? "bool" : "float32",
): AnyTensor {
  return filled("full", shape, value, dtype);
}

function filled(operation: string, shape: Shape, value: number | boolean, dtype: DType): AnyTensor {
  requireKnown(operation, dtype);
  checkDims(operation, shape);
  return fill(scalar(value, dtype, operation), shape);
}

/**
 * Zeros of another tensor's shape and dtype.
 *
 * @example
 * ```ts
 * import { ones, zerosLike } from "@katachi/katachi";
 *
 * zerosLike(ones([2, 3])).shape; // [2, 3]
 * ```
 */
export function zerosLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return filled("zerosLike", x.shape, 0, x.dtype) as unknown as Tensor<S, D>;
}

/**
 * Ones of another tensor's shape and dtype.
 *
 * @example
 * ```ts
 * import { onesLike, zeros } from "@katachi/katachi";
 *
 * onesLike(zeros([2])).toArray(); // [1, 1]
 * ```
 */
export function onesLike<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return filled("onesLike", x.shape, 1, x.dtype) as unknown as Tensor<S, D>;
}

/**
 * The numbers from `start` to before `stop`, `step` apart: `arange(stop)`, `arange(start, stop)` or
 * `arange(start, stop, step)`. With whole numbers written in place the length is known to the
 * compiler. The dtype is `float32` unless given.
 *
 * @example
 * ```ts
 * import { arange } from "@katachi/katachi";
 *
 * arange(4).toArray(); // [0, 1, 2, 3]
 * arange(2, 8, 2, "int32").toArray(); // [2, 4, 6]
 * ```
 */
export function arange<
  const A extends number,
  const B extends number | undefined = undefined,
  const C extends number = 1,
  D extends DType = "float32",
  K extends string = "arange",
>(
  start: A,
  stop?: B,
  step?: Arg<Arange<A, B, C, K>, C>,
  dtype?: D,
): Tensor<Ok<Arange<A, B, C, K>>, NoInfer<D>> {
  return arangeOf(start as never, stop as never, step as never, dtype as never) as never;
}

function arangeOf(
  start: number,
  stop?: number,
  step = 1,
  dtype: DType = "float32",
): AnyTensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  requireDType("arange", dtype, ["float32", "float64", "int32", "uint32"]);
  const length = arangeLength(from, to, step);
  const counts = iota([length], 0, dtype);
  return from === 0 && step === 1 ? counts : add(mul(counts, step), from);
}

/**
 * `count` numbers evenly spaced from `start` to `stop`, both included.
 *
 * @example
 * ```ts
 * import { linspace } from "@katachi/katachi";
 *
 * linspace(0, 1, 5).toArray(); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export function linspace<
  const N extends number,
  D extends FloatDType = "float32",
  K extends string = "linspace",
>(
  start: number,
  stop: number,
  count: Arg<FromDims<[N], K>, N>,
  dtype?: D,
): Tensor<Ok<FromDims<[N], K>>, NoInfer<D>> {
  return linspaceOf(start as never, stop as never, count as never, dtype as never) as never;
}

function linspaceOf(
  start: number,
  stop: number,
  count: number,
  dtype: DType = "float32",
): AnyTensor {
  requireDType("linspace", dtype, ["float32", "float64"]);
  checkDims("linspace", [count]);
  // Between the ends as a weighted mean, so that both are met exactly.
  const last = Math.max(count - 1, 1);
  const values = Array.from(
    { length: count },
    (_, i) => i === last ? stop : start * (1 - i / last) + stop * (i / last),
  );
  return fromValues([count], dtype, values);
}

/**
 * The identity matrix.
 *
 * @example
 * ```ts
 * import { eye } from "@katachi/katachi";
 *
 * eye(2).toArray(); // [[1, 0], [0, 1]]
 * ```
 */
export function eye<
  const N extends number,
  D extends DType = "float32",
  K extends string = "eye",
>(n: Arg<FromDims<[N, N], K>, N>, dtype?: D): Tensor<Ok<FromDims<[N, N], K>>, NoInfer<D>> {
  return eyeOf(n as never, dtype as never) as never;
}

function eyeOf(n: number, dtype: DType = "float32"): AnyTensor {
  checkDims("eye", [n, n]);
  requireKnown("eye", dtype);
  return convert(equal(iota([n, n], 0, "int32"), iota([n, n], 1, "int32")), dtype);
}

/** The dtype of the elements in a typed array. */
export type BufferDType<T> = T extends Float32Array ? "float32"
  : T extends Float64Array ? "float64"
  : T extends Int32Array ? "int32"
  : T extends Uint32Array ? "uint32"
  : "bool";

/**
 * A tensor with the elements of a typed array, in row-major order. They are copied, so that later
 * writes to the array do not reach the tensor. A `Uint8Array` of zeros and ones becomes `bool`;
 * bytes that are numbers go through `Float32Array.from(bytes)`.
 *
 * @throws {ShapeError} Where the shape has another number of elements.
 *
 * @example
 * ```ts
 * import { fromBuffer } from "@katachi/katachi";
 *
 * fromBuffer(new Float64Array([1, 2, 3, 4]), [2, 2]).toArray(); // [[1, 2], [3, 4]]
 * ```
 */
export function fromBuffer<
  T extends Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array,
  const S extends Shape,
  K extends string = "fromBuffer",
>(buffer: T, shape: Arg<FromDims<S, K>, S>): Tensor<Ok<FromDims<S, K>>, BufferDType<T>> {
  return fromBufferOf(buffer as never, shape as never) as never;
}

function fromBufferOf(
  buffer: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array,
  shape: Shape,
): AnyTensor {
  checkDims("fromBuffer", shape);
  if (buffer.length !== sizeOf(shape)) {
    throw new ShapeError(
      `fromBuffer: ${buffer.length} elements do not fill [${shape.join(", ")}] (${sizeOf(shape)})`,
    );
  }
  if (buffer instanceof Float32Array) return wrap(shape, "float32", buffer.slice()) as AnyTensor;
  if (buffer instanceof Float64Array) return wrap(shape, "float64", buffer.slice()) as AnyTensor;
  if (buffer instanceof Int32Array) return wrap(shape, "int32", buffer.slice()) as AnyTensor;
  if (buffer instanceof Uint32Array) return wrap(shape, "uint32", buffer.slice()) as AnyTensor;
  if (buffer instanceof Uint8Array) return fromValues(shape, "bool", buffer);
  throw new DTypeError(`fromBuffer: no dtype for ${Object.prototype.toString.call(buffer)}`);
}
