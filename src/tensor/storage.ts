/**
 * What every tensor is at run time: a shape, a dtype, and a way to its elements.
 *
 * @module
 */
import { KatachiError } from "../errors.ts";
import { showShape } from "../shape/fail.ts";
import type { Shape } from "../shape/dim.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { formatTensor } from "./format.ts";
import { tensorBundle } from "./html.ts";
import type { AnyTensor, Tensor } from "./tensor.ts";

/** The key of the method that gives a tensor's own elements, without a copy. Never hand them out. */
export const elements: unique symbol = Symbol("elements");

/**
 * The base of concrete and traced tensors. The operations that its interface {@linkcode Tensor}
 * lists are put on the prototype by `src/functions/methods.ts`, since they stand on the primitives.
 */
export abstract class TensorBase {
  readonly shape: Shape;
  readonly dtype: DType;

  /** Shapes are frozen; `frozen` says that this one is known to be. */
  constructor(shape: Shape, dtype: DType, frozen = false) {
    this.shape = frozen ? shape : frozenShape(shape);
    this.dtype = dtype;
  }

  /** The elements themselves, in row-major order; whoever reads them must not write. */
  abstract [elements](operation: string): TypedArray;

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get data(): TypedArray {
    return this[elements]("data").slice();
  }

  item(): number | boolean {
    if (this.size !== 1) {
      throw new TypeError(
        `item: needs a tensor of one element, got ${
          showShape(this.shape)
        } (${this.size} elements); use toArray()`,
      );
    }
    const value = this[elements]("item()")[0];
    return this.dtype === "bool" ? value !== 0 : value;
  }

  toArray(): unknown {
    const flat = this[elements]("toArray()");
    const read = this.dtype === "bool" ? (i: number) => flat[i] !== 0 : (i: number) => flat[i];
    let at = 0;
    const nest = (axis: number): unknown =>
      axis === this.rank
        ? read(at++)
        : Array.from({ length: this.shape[axis] }, () => nest(axis + 1));
    return nest(0);
  }

  toString(): string {
    return formatTensor(this.shape, this.dtype, this[elements]("toString()"));
  }

  /** `x + 1` on a tensor would silently make text or NaN of it. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      "a tensor is not a JavaScript number: write x.add(1) instead of x + 1, less(x, 1) instead of x < 1, x.item() for the number",
    );
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a Jupyter notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return tensorBundle(this.shape, this.dtype, this[elements]("display"));
  }
}

/** Elements that are made, or copied from elsewhere, when somebody asks for them. */
export abstract class Deferred {
  /** The elements, which are the tensor's own from then on; `operation` is named in errors. */
  abstract take(operation: string): TypedArray;
}

/** A tensor that was donated to a compiled function, and is used afterwards. */
export class DonationError extends KatachiError {
  /** Always `"DonationError"`. */
  override readonly name = "DonationError";
}

/** No elements any more. */
class GivenAway extends Deferred {
  constructor(readonly tensor: TensorBase, readonly to: string) {
    super();
  }

  override take(operation: string): never {
    const { shape, dtype } = this.tensor;
    throw new DonationError(
      `${operation}: this ${dtype}${showShape(shape)} was donated to ${this.to}, which uses its ` +
        `memory for results; go on with what ${this.to} returned, or do not donate the argument`,
    );
  }
}

let ids = 0;

/** A tensor whose elements are at hand. */
class ConcreteTensor extends TensorBase {
  #elements: TypedArray | Deferred;
  #id = 0;

  constructor(shape: Shape, dtype: DType, data: TypedArray | Deferred, frozen = false) {
    super(shape, dtype, frozen);
    this.#elements = data;
  }

  override [elements](operation: string): TypedArray {
    const data = this.#elements;
    return data instanceof Deferred ? this.#elements = data.take(operation) : data;
  }

  /** What there is now. */
  static storage(tensor: ConcreteTensor): TypedArray | Deferred {
    return tensor.#elements;
  }

  static id(tensor: ConcreteTensor): number {
    return tensor.#id === 0 ? tensor.#id = ++ids : tensor.#id;
  }

  static giveAway(tensor: ConcreteTensor, to: string): void {
    tensor.#elements = new GivenAway(tensor, to);
    tensor.#id = ++ids;
  }
}

/** The same shape, never to change. */
export function frozenShape(shape: Shape): Shape {
  return Object.isFrozen(shape) ? shape : Object.freeze([...shape]);
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** A tensor around a typed array that nobody else holds: it is taken over, not copied. */
export function wrap<S extends Shape, D extends DType>(
  shape: S,
  dtype: D,
  data: TypedArray<D>,
): Tensor<S, D> {
  return new ConcreteTensor(shape, dtype, data as TypedArray) as unknown as Tensor<S, D>;
}

/** A tensor whose elements are made when they are asked for; its shape is frozen already. */
export function defer(shape: Shape, dtype: DType, data: Deferred): AnyTensor {
  return new ConcreteTensor(shape, dtype, data, true) as unknown as AnyTensor;
}

/** Where the elements of a concrete tensor are now; `undefined` for a traced one. */
export function storageOf(tensor: AnyTensor): TypedArray | Deferred | undefined {
  return tensor instanceof ConcreteTensor ? ConcreteTensor.storage(tensor) : undefined;
}

/** A number that no other tensor has, `NaN` for a traced one. */
export function idOf(tensor: AnyTensor): number {
  return tensor instanceof ConcreteTensor ? ConcreteTensor.id(tensor) : NaN;
}

/** Takes the elements of a concrete tensor away: whoever asks for them gets an error. */
export function giveAway(tensor: AnyTensor, to: string): void {
  if (tensor instanceof ConcreteTensor) ConcreteTensor.giveAway(tensor, to);
}

/** Refuses a tensor that was given away; `operation` is named. */
export function requireKept(tensor: AnyTensor, operation: string): void {
  const storage = storageOf(tensor);
  if (storage instanceof GivenAway) storage.take(operation);
}

/** Whether a value is a tensor, concrete or traced. */
export function isTensor(value: unknown): value is AnyTensor {
  return value instanceof TensorBase;
}

/** Whether a tensor's elements are at hand: it belongs to no trace. */
export function isConcrete(tensor: AnyTensor): boolean {
  return tensor instanceof ConcreteTensor;
}

/** A tensor's own elements, for reading only; `operation` is named when they cannot be had. */
export function elementsOf(tensor: AnyTensor, operation: string): TypedArray {
  return (tensor as unknown as TensorBase)[elements](operation);
}
