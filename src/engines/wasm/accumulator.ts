/**
 * What elements are combined in, a vector at a time.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import type { Code, Local } from "./assembler/code.ts";
import type { Plain } from "./assembler/opcodes.ts";
import { elementSize } from "./memory.ts";
import type { Combine } from "./program.ts";
import type { Lanes } from "./evaluate.ts";

/**
 * A vector of totals. Elements are combined in partial results, and these in the totals: in doubles
 * where floats are added up.
 */
export class Accumulator {
  readonly #code: Code;
  readonly #dtype: DType;
  readonly #lanes: Lanes;
  readonly #instruction: Plain;
  readonly #nothing: () => void;
  readonly #total: Local;
  /** In doubles, the totals of the upper half of the lanes. */
  readonly #upper: Local | undefined;
  /** Several, so that what is combined next need not wait for what was combined last. */
  readonly partials: readonly Local[];

  /** `nothing` puts a vector on the stack that changes nothing when it is combined. */
  constructor(
    code: Code,
    combine: Combine,
    dtype: DType,
    lanes: Lanes,
    partials: number,
    nothing: () => void,
  ) {
    this.#code = code;
    this.#dtype = dtype;
    this.#lanes = lanes;
    this.#instruction = instructionFor(combine, dtype);
    this.#nothing = nothing;
    this.#total = code.local("v128");
    this.#upper = combine === "sum" && dtype === "float32" ? code.local("v128") : undefined;
    this.partials = Array.from({ length: partials }, () => code.local("v128"));
  }

  /** Begins anew. */
  begin(): void {
    this.#reset(this.#total);
    // No bits are a zero of any kind.
    if (this.#upper !== undefined) this.#reset(this.#upper);
  }

  /** Begins partial results anew. */
  restart(): void {
    for (const partial of this.partials) this.#reset(partial);
  }

  /** Combines a vector with a partial result; `push` puts it on the stack. */
  add(push: () => void, partial = this.partials[0]): void {
    const code = this.#code;
    code.get(partial);
    push();
    code.op(this.#instruction);
    code.set(partial);
  }

  /** Combines the partial results with the totals. */
  settle(): void {
    const code = this.#code;
    const [first, ...others] = this.partials;
    for (const other of others) this.add(() => code.get(other));
    if (this.#upper === undefined) {
      code.get(this.#total);
      code.get(first);
      code.op(this.#instruction);
      return code.set(this.#total);
    }
    code.get(first);
    code.op("f64x2.promote_low_f32x4");
    code.get(this.#total);
    code.op("f64x2.add");
    code.set(this.#total);
    // Of two elements in a vector, the upper half is anything.
    if (this.#lanes === 2) return;
    code.get(first);
    code.get(first);
    code.shuffle(upperHalf);
    code.op("f64x2.promote_low_f32x4");
    code.get(this.#upper);
    code.op("f64x2.add");
    code.set(this.#upper);
  }

  /** Puts the vector of totals on the stack. */
  push(): void {
    const code = this.#code;
    if (this.#upper === undefined) return code.get(this.#total);
    code.get(this.#total);
    code.op("f32x4.demote_f64x2_zero");
    code.get(this.#upper);
    code.op("f32x4.demote_f64x2_zero");
    code.shuffle(lowerHalves);
  }

  /** Combines the lanes of the totals and puts a vector on the stack, of which the first is that. */
  pushCombined(): void {
    const code = this.#code;
    if (this.#upper !== undefined) {
      code.get(this.#total);
      code.get(this.#upper);
      code.op("f64x2.add");
      code.tee(this.#total);
      code.get(this.#total);
      code.get(this.#total);
      code.shuffle(upperHalf);
      return code.op("f64x2.add", "f32x4.demote_f64x2_zero");
    }
    const bytes = Array.from({ length: 16 }, (_, i) => i);
    const size = elementSize(this.#dtype);
    for (let distance = this.#lanes / 2; distance >= 1; distance /= 2) {
      code.get(this.#total);
      code.get(this.#total);
      code.get(this.#total);
      code.shuffle(bytes.map((byte) => byte ^ (distance * size)));
      code.op(this.#instruction);
      code.set(this.#total);
    }
    code.get(this.#total);
  }

  release(): void {
    this.#code.release(this.#total, ...this.partials);
    if (this.#upper !== undefined) this.#code.release(this.#upper);
  }

  #reset(local: Local): void {
    this.#nothing();
    this.#code.set(local);
  }
}

/** The kind of the lanes in which a dtype is computed. */
export function kindOf(dtype: DType): "f32" | "f64" | "i32" {
  return dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
}

/** What changes nothing when it is combined. */
export function neutral(combine: Combine, dtype: DType): number {
  if (combine === "sum" || combine === "prod") return combine === "sum" ? 0 : 1;
  if (kindOf(dtype) !== "i32") return combine === "max" ? -Infinity : Infinity;
  if (dtype === "int32") return combine === "max" ? -(2 ** 31) : 2 ** 31 - 1;
  return combine === "max" ? 0 : -1;
}

function instructionFor(combine: Combine, dtype: DType): Plain {
  const name = ({ sum: "add", prod: "mul", max: "max", min: "min" } as const)[combine];
  if (dtype === "float32") return `f32x4.${name}`;
  if (dtype === "float64") return `f64x2.${name}`;
  if (name === "add" || name === "mul") return `i32x4.${name}`;
  return dtype === "int32" ? `i32x4.${name}_s` : `i32x4.${name}_u`;
}

/** The upper half of the first vector, in both halves. */
const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/** The lower halves of two vectors. */
const lowerHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
