/**
 * What the code of contractions needs to know of a dtype.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import type { Access, LaneAccess } from "../assembler/opcodes.ts";

/** A dtype that can be multiplied and added up. */
export type ContractionDType = "float32" | "float64" | "int32" | "uint32";

/** Vector code for a dtype: a vector holds `lanes` elements of `size` bytes. */
export class Arithmetic {
  readonly key: string;
  readonly lanes: 2 | 4;
  readonly size: 4 | 8;
  readonly isFloat: boolean;
  /** The logarithm of the size to base 2: the alignment of an element. */
  readonly align: 2 | 3;
  /** Loads an element into all lanes. */
  readonly splat: Access;
  /** Loads an element into one lane. */
  readonly loadLane: LaneAccess;
  /** Stores one lane. */
  readonly storeLane: LaneAccess;
  readonly #prefix: "f32x4" | "f64x2" | "i32x4";
  readonly #fused: boolean;

  constructor(dtype: ContractionDType, { relaxed }: { readonly relaxed: boolean }) {
    const wide = dtype === "float64";
    this.#prefix = wide ? "f64x2" : dtype === "float32" ? "f32x4" : "i32x4";
    this.#fused = relaxed && this.#prefix !== "i32x4";
    this.key = this.#prefix;
    this.isFloat = this.#prefix !== "i32x4";
    this.lanes = wide ? 2 : 4;
    this.size = wide ? 8 : 4;
    this.align = wide ? 3 : 2;
    this.splat = wide ? "v128.load64_splat" : "v128.load32_splat";
    this.loadLane = wide ? "v128.load64_lane" : "v128.load32_lane";
    this.storeLane = wide ? "v128.store64_lane" : "v128.store32_lane";
  }

  /** Adds two vectors on the stack. */
  add(code: Code): void {
    code.op(`${this.#prefix}.add`);
  }

  /** Multiplies two vectors on the stack; there is no such instruction for two 64-bit integers. */
  multiply(code: Code): void {
    code.op(`${this.#prefix}.mul`);
  }

  /** `sum += x * y`, where `x` and `y` write the instructions that push them. */
  multiplyAdd(code: Code, sum: Local, x: () => void, y: () => void): void {
    if (this.#fused && this.#prefix !== "i32x4") {
      x();
      y();
      code.get(sum);
      code.op(`${this.#prefix}.relaxed_madd`);
    } else {
      code.get(sum);
      x();
      y();
      this.multiply(code);
      this.add(code);
    }
    code.set(sum);
  }

  /** Loads a vector from the address on the stack. */
  load(code: Code, offset = 0): void {
    code.access("v128.load", offset, this.align);
  }

  /** Stores the vector on the stack at the address below it. */
  store(code: Code, offset = 0): void {
    code.access("v128.store", offset, this.align);
  }

  /** Stores the first `count` lanes of a vector at the address that `address` pushes. */
  storeFirst(code: Code, address: () => void, value: Local, count: number, offset = 0): void {
    address();
    code.get(value);
    if (count === this.lanes) return this.store(code, offset);
    if (count * this.size < 8) return code.accessLane("v128.store32_lane", 0, offset);
    code.accessLane("v128.store64_lane", 0, offset, this.align);
    if (count * this.size === 8) return;
    address();
    code.get(value);
    code.accessLane("v128.store32_lane", 2, offset + 8);
  }

  /** Puts one lane of a vector into all lanes. */
  repeat(code: Code, vector: Local, lane: number): void {
    code.get(vector);
    code.get(vector);
    code.shuffle(Array.from({ length: 16 }, (_, i) => lane * this.size + i % this.size));
  }

  /**
   * Transposes a square of as many vectors as a vector has lanes: `push(i)` pushes row `i`, and
   * `take(j, column)` gets the variable that holds column `j`.
   */
  transpose(code: Code, rows: readonly Local[], take: (column: number, value: Local) => void) {
    // Pairs of elements, then pairs of pairs.
    const pick = (x: Local, y: Local, size: number, from: number) => {
      code.get(x);
      code.get(y);
      code.shuffle(Array.from({ length: 16 }, (_, i) => {
        const element = Math.floor(i / size);
        return (element % 2) * 16 + from + Math.floor(element / 2) * size + i % size;
      }));
    };
    const temporary = code.local("v128");
    if (this.lanes === 2) {
      for (const column of [0, 1]) {
        pick(rows[0], rows[1], 8, column * 8);
        code.set(temporary);
        take(column, temporary);
      }
    } else {
      const [a, b, c, d] = rows;
      const [low, high] = [code.local("v128"), code.local("v128")];
      for (const half of [0, 8]) {
        // a0 b0 a1 b1 and c0 d0 c1 d1.
        pick(a, b, 4, half);
        code.set(low);
        pick(c, d, 4, half);
        code.set(high);
        for (const column of [0, 1]) {
          pick(low, high, 8, column * 8);
          code.set(temporary);
          take(half / 4 + column, temporary);
        }
      }
      code.release(low, high);
    }
    code.release(temporary);
  }
}
