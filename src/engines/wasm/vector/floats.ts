/**
 * Arithmetic on vectors of floats, for code that is written once for both widths.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import { Graph, type Value } from "./graph.ts";

/** What the machine may have. */
export interface Features {
  /** Whether `relaxed_madd` is to be had: a product and a sum that may be rounded once. */
  readonly relaxed: boolean;
}

type Name =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "pmin"
  | "pmax"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "abs"
  | "neg"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest";

/** How a float is laid out. */
interface Layout {
  /** Bits after the leading one. */
  readonly mantissa: number;
  /** What is added to the exponent. */
  readonly bias: number;
}

const layouts: Record<32 | 64, Layout> = {
  32: { mantissa: 23, bias: 127 },
  64: { mantissa: 52, bias: 1023 },
};

/** Four lanes of float32, of which with `lanes` 2 the low ones count, or two of float64. */
export class Floats {
  readonly layout: Layout;

  constructor(
    readonly graph: Graph,
    readonly width: 32 | 64,
    readonly lanes: 2 | 4,
    readonly features: Features,
  ) {
    this.layout = layouts[width];
  }

  /** The other width's; of four lanes float64 holds two. */
  doubles(): Floats {
    return new Floats(this.graph, 64, 2, this.features);
  }

  /** The same arithmetic, written elsewhere. */
  in(graph: Graph): Floats {
    return new Floats(graph, this.width, this.lanes, this.features);
  }

  /** One of two: a coefficient or a list of them for float32, or for float64. */
  pick<T>(single: T, double: T): T {
    return this.width === 32 ? single : double;
  }

  /** A number in all lanes. */
  number(value: number): Value {
    return this.graph.constant(this.width === 32 ? "f32" : "f64", value);
  }

  /** Bits in all lanes, as a whole number. */
  bits(value: bigint): Value {
    return this.width === 32
      ? this.graph.constant("i32", Number(BigInt.asIntN(32, value)))
      : this.graph.constant("i64", value);
  }

  #op(name: Name, ...operands: readonly Value[]): Value {
    return this.graph.apply(this.width === 32 ? `f32x4.${name}` : `f64x2.${name}`, ...operands);
  }

  /** Sum. */
  add(a: Value, b: Value): Value {
    return this.#op("add", a, b);
  }

  /** Difference. */
  sub(a: Value, b: Value): Value {
    return this.#op("sub", a, b);
  }

  /** Product. */
  mul(a: Value, b: Value): Value {
    return this.#op("mul", a, b);
  }

  /** Quotient. */
  div(a: Value, b: Value): Value {
    return this.#op("div", a, b);
  }

  /** `a b + c`, where it does not matter whether the product is rounded. */
  madd(a: Value, b: Value, c: Value): Value {
    if (!this.features.relaxed) return this.add(this.mul(a, b), c);
    return this.graph.apply(
      this.width === 32 ? "f32x4.relaxed_madd" : "f64x2.relaxed_madd",
      a,
      b,
      c,
    );
  }

  /** `c - a b`, where it does not matter whether the product is rounded. */
  nmadd(a: Value, b: Value, c: Value): Value {
    if (!this.features.relaxed) return this.sub(c, this.mul(a, b));
    return this.graph.apply(
      this.width === 32 ? "f32x4.relaxed_nmadd" : "f64x2.relaxed_nmadd",
      a,
      b,
      c,
    );
  }

  /** A polynomial by Horner's rule, the highest power's coefficient first. */
  polynomial(coefficients: readonly number[], x: Value): Value {
    return coefficients.map((c) => this.number(c)).reduce((sum, c) => this.madd(sum, x, c));
  }

  /** The smaller one as in `Math.min`. */
  min(a: Value, b: Value): Value {
    return this.#op("min", a, b);
  }

  /** The larger one as in `Math.max`. */
  max(a: Value, b: Value): Value {
    return this.#op("max", a, b);
  }

  /** Bounded by numbers; NaN stays. */
  clamp(x: Value, low: number, high: number): Value {
    return this.#op("pmax", this.#op("pmin", x, this.number(high)), this.number(low));
  }

  /** The absolute value. */
  abs(a: Value): Value {
    return this.#op("abs", a);
  }

  /** The sign turned over. */
  neg(a: Value): Value {
    return this.#op("neg", a);
  }

  /** The square root. */
  sqrt(a: Value): Value {
    return this.#op("sqrt", a);
  }

  /** Rounded to a whole number. */
  round(how: "floor" | "ceil" | "trunc" | "nearest", a: Value): Value {
    return this.#op(how, a);
  }

  /** Where `a = b`. */
  equal(a: Value, b: Value): Value {
    return this.#op("eq", a, b);
  }

  /** Where `a ≠ b`, or either is NaN. */
  notEqual(a: Value, b: Value): Value {
    return this.#op("ne", a, b);
  }

  /** Where `a < b`. */
  less(a: Value, b: Value): Value {
    return this.#op("lt", a, b);
  }

  /** Where `a ≤ b`. */
  lessEqual(a: Value, b: Value): Value {
    return this.#op("le", a, b);
  }

  /** `a` where the mask is set, else `b`. */
  select(mask: Value, a: Value, b: Value): Value {
    return this.graph.apply("v128.bitselect", a, b, mask);
  }

  /** Bits in both; what a mask leaves of a value. */
  and(a: Value, b: Value): Value {
    return this.graph.apply("v128.and", a, b);
  }

  /** Bits in either. */
  or(a: Value, b: Value): Value {
    return this.graph.apply("v128.or", a, b);
  }

  /** Bits in one of them. */
  xor(a: Value, b: Value): Value {
    return this.graph.apply("v128.xor", a, b);
  }

  /** Bits in the first that are not in the second. */
  without(a: Value, b: Value): Value {
    return this.graph.apply("v128.andnot", a, b);
  }

  /** The sign bit alone. */
  signBit(x: Value): Value {
    return this.and(x, this.bits(1n << BigInt(this.width - 1)));
  }

  /** The magnitude of one that is not negative, the sign of another. */
  withSign(magnitude: Value, sign: Value): Value {
    return this.or(magnitude, this.signBit(sign));
  }

  /** The lanes' bits as whole numbers, added; `sub` and the shifts go with it. */
  addBits(a: Value, b: Value): Value {
    return this.graph.apply(this.width === 32 ? "i32x4.add" : "i64x2.add", a, b);
  }

  /** The lanes' bits as whole numbers, subtracted. */
  subBits(a: Value, b: Value): Value {
    return this.graph.apply(this.width === 32 ? "i32x4.sub" : "i64x2.sub", a, b);
  }

  /** Where the lanes' bits are equal. */
  equalBits(a: Value, b: Value): Value {
    return this.graph.apply(this.width === 32 ? "i32x4.eq" : "i64x2.eq", a, b);
  }

  /** The lanes' bits shifted left. */
  shiftLeft(a: Value, count: number): Value {
    return this.graph.shift(this.width === 32 ? "i32x4.shl" : "i64x2.shl", a, count);
  }

  /** The lanes' bits shifted right; zeros come in. */
  shiftRight(a: Value, count: number): Value {
    return this.graph.shift(this.width === 32 ? "i32x4.shr_u" : "i64x2.shr_u", a, count);
  }

  /** A number to which small ones are added to be rounded to whole ones, into the lowest bits. */
  get magic(): number {
    return 1.5 * 2 ** this.layout.mantissa;
  }

  /**
   * Applies a function of doubles to float32 lanes: promoted, and rounded at the end. For float64
   * the function itself.
   */
  inDoubles(
    f: (doubles: Floats, ...operands: readonly Value[]) => Value,
    ...operands: readonly Value[]
  ): Value {
    const doubles = this.doubles();
    if (this.width === 64) return f(doubles, ...operands);
    const low = this.demote(f(doubles, ...operands.map((x) => this.promoteLow(x))));
    if (this.lanes === 2) return low;
    const high = this.demote(f(doubles, ...operands.map((x) => this.promoteHigh(x))));
    return this.join(low, high);
  }

  /** The low two float32 lanes as float64. */
  promoteLow(x: Value): Value {
    return this.graph.apply("f64x2.promote_low_f32x4", x);
  }

  /** The high two float32 lanes as float64. */
  promoteHigh(x: Value): Value {
    return this.promoteLow(this.graph.shuffle(x, x, highHalf));
  }

  /** Float64 lanes as float32, in the low two. */
  demote(x: Value): Value {
    return this.graph.apply("f32x4.demote_f64x2_zero", x);
  }

  /** The low halves of two vectors. */
  join(low: Value, high: Value): Value {
    return this.graph.shuffle(low, high, lowHalves);
  }

  /**
   * `usual`, but where the mask is set what `rare` writes, which is only reached if it is set
   * anywhere. `rare` leaves a vector on the stack; the operands are in the variables it is given.
   */
  rarely(
    key: string,
    mask: Value,
    operands: readonly Value[],
    usual: Value,
    rare: (code: Code, operands: readonly Local[]) => void,
  ): Value {
    const all = [usual, mask, ...operands];
    return this.graph.custom(`${key} ${this.width}`, all, (code) => {
      const locals = all.map(() => code.local("v128"));
      for (const local of locals.toReversed()) code.set(local);
      const [result, where, ...others] = locals;
      code.get(where);
      code.op("v128.any_true");
      code.if(() => {
        rare(code, others);
        code.get(result);
        code.get(where);
        code.op("v128.bitselect");
        code.set(result);
      });
      code.get(result);
      code.release(...locals);
    });
  }

  /** Writes a value of variables: what `make` says in an inner graph. */
  write(
    code: Code,
    locals: readonly Local[],
    make: (floats: Floats, ...operands: readonly Value[]) => Value,
  ): void {
    const graph = new Graph();
    const operands = locals.map((local) => graph.leaf(`${local.index}`, (c) => c.get(local)));
    const value = make(this.in(graph), ...operands);
    const writer = graph.writer(code, [value]);
    writer.push(value);
    writer.done();
  }
}

const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
