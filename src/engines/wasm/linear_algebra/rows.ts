/**
 * What linear algebra does with rows of doubles, as functions that all kernels of a module share.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import { type Index, push, sum, times } from "../assembler/index.ts";
import type { ValueType } from "../assembler/opcodes.ts";
import { called, type Real } from "../assembler/real.ts";
import type { Functions } from "../contraction/functions.ts";
import * as bodies from "./row_functions.ts";

/** A matrix of doubles in row-major order. */
export interface Matrix {
  readonly address: Index;
  readonly columns: number;
}

/** The address of an element. */
export function element({ address, columns }: Matrix, row: Index, column: Index): Index {
  return sum(address, times(row, columns * 8), times(column, 8));
}

/** What is done with rows. Places are addresses; counts are of elements. */
export class Rows {
  readonly #functions: Functions;
  readonly #code: Code;

  constructor(code: Code, functions: Functions) {
    this.#code = code;
    this.#functions = functions;
  }

  /**
   * Subtracts from `n` elements at `y` the sum of `count` rows times factors, one after the other.
   * The rows, and the factors, are so many bytes apart.
   */
  subtract(
    y: Index,
    factors: readonly [place: Index, step: Index],
    rows: readonly [place: Index, step: Index],
    count: Index,
    n: Index,
  ): void {
    called(this.#get("subtract", 7, 0, [], bodies.subtract), [y, ...factors, ...rows, count, n])(
      this.#code,
    );
  }

  /** Subtracts from `n` elements at `y` those at `x` times a factor. */
  reduce(y: Index, x: Index, factor: Real, n: Index): void {
    called(this.#get("reduce", 3, 1, [], bodies.reduce), [y, x, n], [factor])(this.#code);
  }

  /** Divides `n` elements. */
  divide(x: Index, n: Index, by: Real): void {
    called(this.#get("divide", 2, 1, [], bodies.divide), [x, n], [by])(this.#code);
  }

  /** Sets `n` elements. */
  fill(x: Index, n: Index, value: Real): void {
    called(this.#get("fill", 2, 1, [], bodies.fill), [x, n], [value])(this.#code);
  }

  /** Turns two rows of `n` elements in their plane. */
  rotate(x: Index, y: Index, n: Index, cosine: Real, sine: Real): void {
    called(this.#get("rotate", 3, 2, [], bodies.rotate), [x, y, n], [cosine, sine])(this.#code);
  }

  /** Exchanges two rows of `n` elements. */
  exchange(x: Index, y: Index, n: Index): void {
    called(this.#get("exchange", 3, 0, [], bodies.exchange), [x, y, n])(this.#code);
  }

  /** Copies `n` elements. */
  copy(from: Index, to: Index, n: number): void {
    for (const place of [to, from, n * 8]) push(this.#code, place);
    this.#code.op("memory.copy");
  }

  /** Copies `n` elements to places that are so many bytes apart. */
  spread(from: Index, to: Index, step: Index, n: Index): void {
    called(this.#get("spread", 4, 0, [], bodies.spread), [from, to, step, n])(this.#code);
  }

  /** The inner product of `n` elements. */
  dot(x: Index, y: Index, n: Index): Real {
    return called(this.#get("dot", 3, 0, ["f64"], bodies.dot), [x, y, n]);
  }

  /** The largest magnitude of `n` elements; NaN if there is a NaN. */
  largest(x: Index, n: Index): Real {
    return called(this.#get("largest", 2, 0, ["f64"], bodies.largest), [x, n]);
  }

  /** The Euclidean length of `n` elements, without overflow. */
  length(x: Index, n: Index): Real {
    const largestOf = this.#get("largest", 2, 0, ["f64"], bodies.largest);
    return called(
      this.#get("length", 2, 0, ["f64"], (code, p) => bodies.length(code, p, largestOf)),
      [x, n],
    );
  }

  /** -1 where the element of largest magnitude, the first of several, is negative, else 1. */
  orientation(x: Index, n: Index): Real {
    return called(this.#get("orientation", 2, 0, ["f64"], bodies.orientation), [x, n]);
  }

  #get(
    name: string,
    places: number,
    reals: number,
    results: readonly ValueType[],
    body: (code: Code, parameters: readonly Local[]) => void,
  ): Callee {
    const parameters: readonly ValueType[] = [
      ...Array.from({ length: places }, () => "i32" as const),
      ...Array.from({ length: reals }, () => "f64" as const),
    ];
    return this.#functions.get(
      `rows_${name}`,
      (module, name) =>
        module.function(name, parameters, results, (code) => body(code, code.parameters)),
    );
  }
}
