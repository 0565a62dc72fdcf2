/**
 * The scalar language on vectors: what `columns` is to the interpreter.
 *
 * Truth values are masks: all bits of a lane, or none.
 *
 * @module
 */
import type { DType } from "../../../tensor/dtype.ts";
import type { Scalar, ScalarFunction } from "../../../tape/scalar.ts";
import { type Features, Floats } from "./floats.ts";
import type { Graph, Value } from "./graph.ts";
import * as integer from "./math/integer.ts";
import { exp, expm1 } from "./math/exponential.ts";
import { log, log1p } from "./math/logarithm.ts";
import { acos, asin, atan, atan2 } from "./math/inverse_trigonometric.ts";
import { acosh, asinh, atanh } from "./math/inverse_hyperbolic.ts";
import { cos, sin, tan } from "./math/trigonometric.ts";
import { pow } from "./math/power.ts";
import { remainder } from "./math/remainder.ts";
import { cosh, sinh, tanh } from "./math/hyperbolic.ts";

/**
 * The operations on vectors of a dtype: four lanes of 32 bits, of which with `lanes` 2 the low ones
 * count, or two of 64 bits (`float64`). Masks of `bool` operands may have lanes of either width.
 */
export function algebra(
  graph: Graph,
  dtype: DType,
  lanes: 2 | 4,
  features: Features,
): Scalar<Value> {
  switch (dtype) {
    case "float32":
      return floating(new Floats(graph, 32, lanes, features));
    case "float64":
      if (lanes !== 2) throw new Error("a vector holds two lanes of float64");
      return floating(new Floats(graph, 64, 2, features));
    case "int32":
      return integers(graph, "s");
    case "uint32":
      return integers(graph, "u");
    case "bool":
      return truth(graph);
  }
}

/** An operation that no primitive has on a dtype. */
function none(dtype: string, name: string): () => never {
  return () => {
    throw new Error(`${name} has no meaning for ${dtype}`);
  };
}

function floating(f: Floats): Scalar<Value> {
  const missing = (name: string) => none("floats", name);
  const functions: Record<ScalarFunction, (x: Value) => Value> = {
    neg: (x) => f.neg(x),
    abs: (x) => f.abs(x),
    sign: (x) => {
      const unit = f.withSign(f.number(1), x);
      return f.select(f.less(f.number(0), f.abs(x)), unit, x);
    },
    not: missing("not"),
    floor: (x) => f.round("floor", x),
    ceil: (x) => f.round("ceil", x),
    round: (x) => f.round("nearest", x),
    trunc: (x) => f.round("trunc", x),
    sqrt: (x) => f.sqrt(x),
    exp: (x) => exp(f, x),
    expm1: (x) => expm1(f, x),
    log: (x) => log(f, x),
    log1p: (x) => log1p(f, x),
    sinh: (x) => f.inDoubles(sinh, x),
    cosh: (x) => f.inDoubles(cosh, x),
    tanh: (x) => tanh(f, x),
    sin: (x) => sin(f, x),
    cos: (x) => cos(f, x),
    tan: (x) => tan(f, x),
    asin: (x) => f.inDoubles(asin, x),
    acos: (x) => f.inDoubles(acos, x),
    atan: (x) => f.inDoubles(atan, x),
    asinh: (x) => f.inDoubles(asinh, x),
    acosh: (x) => f.inDoubles(acosh, x),
    atanh: (x) => f.inDoubles(atanh, x),
  };
  return {
    constant: (value) => f.number(value),
    add: (a, b) => f.add(a, b),
    sub: (a, b) => f.sub(a, b),
    mul: (a, b) => f.mul(a, b),
    div: (a, b) => f.div(a, b),
    min: (a, b) => f.min(a, b),
    max: (a, b) => f.max(a, b),
    rem: (a, b) => remainder(f, a, b),
    pow: (a, b) => pow(f, a, b),
    atan2: (y, x) => f.inDoubles(atan2, y, x),
    equal: (a, b) => f.equal(a, b),
    less: (a, b) => f.less(a, b),
    lessEqual: (a, b) => f.lessEqual(a, b),
    select: (condition, a, b) => f.select(condition, a, b),
    and: missing("and"),
    or: missing("or"),
    xor: missing("xor"),
    shiftLeft: missing("shiftLeft"),
    shiftRight: missing("shiftRight"),
    apply: (name, x) => functions[name](x),
  };
}

function integers(graph: Graph, sign: integer.Sign): Scalar<Value> {
  const zero = () => graph.constant("i32", 0);
  const functions: Partial<Record<ScalarFunction, (x: Value) => Value>> = {
    neg: (x) => graph.apply("i32x4.neg", x),
    abs: (x) => sign === "s" ? graph.apply("i32x4.abs", x) : x,
    sign: (x) => {
      if (sign === "u") return graph.apply("i32x4.min_u", x, graph.constant("i32", 1));
      const above = graph.apply("i32x4.gt_s", x, zero());
      return graph.apply("i32x4.sub", graph.shift("i32x4.shr_s", x, 31), above);
    },
    not: (x) => graph.apply("v128.not", x),
    floor: (x) => x,
    ceil: (x) => x,
    round: (x) => x,
    trunc: (x) => x,
  };
  return {
    ...bitwise(graph),
    constant: (value) => graph.constant("i32", value),
    add: (a, b) => graph.apply("i32x4.add", a, b),
    sub: (a, b) => graph.apply("i32x4.sub", a, b),
    mul: (a, b) => graph.apply("i32x4.mul", a, b),
    div: (a, b) => integer.divide(graph, sign, a, b),
    rem: (a, b) => integer.remainder(graph, sign, a, b),
    min: (a, b) => graph.apply(`i32x4.min_${sign}`, a, b),
    max: (a, b) => graph.apply(`i32x4.max_${sign}`, a, b),
    pow: (a, b) => integer.power(graph, sign, a, b),
    atan2: none("integers", "atan2"),
    equal: (a, b) => graph.apply("i32x4.eq", a, b),
    less: (a, b) => graph.apply(`i32x4.lt_${sign}`, a, b),
    lessEqual: (a, b) => graph.apply(`i32x4.le_${sign}`, a, b),
    shiftLeft: (a, b) => integer.shiftLeft(graph, a, b),
    shiftRight: (a, b) => integer.shiftRight(graph, sign, a, b),
    apply: (name, x) => (functions[name] ?? none("integers", name))(x),
  };
}

function truth(graph: Graph): Scalar<Value> {
  const missing = (name: string) => none("bool", name);
  const not = (x: Value) => graph.apply("v128.not", x);
  const { and, or, xor, select } = bitwise(graph);
  return {
    constant: (value) => graph.constant("i32", value === 0 ? 0 : -1),
    add: missing("add"),
    sub: missing("sub"),
    mul: missing("mul"),
    div: missing("div"),
    rem: missing("rem"),
    min: and,
    max: or,
    pow: missing("pow"),
    atan2: missing("atan2"),
    equal: (a, b) => not(xor(a, b)),
    less: (a, b) => graph.apply("v128.andnot", b, a),
    lessEqual: (a, b) => or(not(a), b),
    select,
    and,
    or,
    xor,
    shiftLeft: missing("shiftLeft"),
    shiftRight: missing("shiftRight"),
    apply: (name, x) => name === "not" ? not(x) : missing(name)(),
  };
}

/** What needs no lanes. */
function bitwise(graph: Graph): Pick<Scalar<Value>, "and" | "or" | "xor" | "select"> {
  return {
    and: (a, b) => graph.apply("v128.and", a, b),
    or: (a, b) => graph.apply("v128.or", a, b),
    xor: (a, b) => graph.apply("v128.xor", a, b),
    select: (condition, a, b) => graph.apply("v128.bitselect", a, b, condition),
  };
}
