/**
 * What integer lanes have no instruction for.
 *
 * @module
 */
import type { Graph, Value } from "../graph.ts";

/** Whether lanes are read as `int32` or as `uint32`. */
export type Sign = "s" | "u";

/** 2^52 and half of it: adding it leaves a whole number's lowest bits in those of the sum. */
const magic = 1.5 * 2 ** 52;

/** The quotient towards 0; 0 where the divisor is 0. */
export function divide(graph: Graph, sign: Sign, a: Value, b: Value): Value {
  const quotient = (x: Value, y: Value) => {
    const [p, q] = [x, y].map((v) => graph.apply(`f64x2.convert_low_i32x4_${sign}`, v));
    // Doubles divide exactly enough; the sum wraps around as integers do.
    const whole = graph.apply("f64x2.trunc", graph.apply("f64x2.div", p, q));
    return graph.apply("f64x2.add", whole, graph.constant("f64", magic));
  };
  const low = quotient(a, b);
  const high = quotient(upper(graph, a), upper(graph, b));
  const joined = graph.shuffle(low, high, evenWords);
  const defined = graph.apply("i32x4.ne", b, graph.constant("i32", 0));
  return graph.apply("v128.and", joined, defined);
}

/** The remainder with the dividend's sign; the dividend where the divisor is 0. */
export function remainder(graph: Graph, sign: Sign, a: Value, b: Value): Value {
  const whole = graph.apply("i32x4.mul", divide(graph, sign, a, b), b);
  return graph.apply("i32x4.sub", a, whole);
}

/** A power by repeated squaring, wrapping around; a negative exponent gives the inverse. */
export function power(graph: Graph, sign: Sign, a: Value, b: Value): Value {
  const one = graph.constant("i32", 1);
  const raised = graph.custom(`integer power`, [a, b], (code) => {
    const [square, rest, result] = [code.local("v128"), code.local("v128"), code.local("v128")];
    const unit = code.local("v128");
    code.set(rest);
    code.set(square);
    code.i32(1);
    code.op("i32x4.splat");
    code.tee(unit);
    code.set(result);
    code.loop((again) => {
      code.get(result);
      code.get(square);
      code.op("i32x4.mul");
      code.get(result);
      code.get(rest);
      code.get(unit);
      code.op("v128.and");
      code.get(unit);
      code.op("i32x4.eq", "v128.bitselect");
      code.set(result);
      code.get(square);
      code.get(square);
      code.op("i32x4.mul");
      code.set(square);
      code.get(rest);
      code.i32(1);
      code.op("i32x4.shr_u");
      code.tee(rest);
      code.op("v128.any_true");
      code.brIf(again);
    });
    code.get(result);
    code.release(square, rest, result, unit);
  });
  if (sign === "u") return raised;
  // 1 and -1 are their own inverses up to the sign, which the low bit of the exponent decides as
  // for positive ones; other inverses are 0.
  const unit = graph.apply("i32x4.eq", graph.apply("i32x4.abs", a), one);
  const negative = graph.apply("i32x4.lt_s", b, graph.constant("i32", 0));
  return graph.apply("v128.andnot", raised, graph.apply("v128.andnot", negative, unit));
}

/** Shifted left by lane's own counts; 0 where a count is not from 0 to 31. */
export function shiftLeft(graph: Graph, a: Value, b: Value): Value {
  const count = graph.constantOf(b);
  if (count !== undefined && count.every((n) => n === count[0])) {
    return count[0] > 31 ? graph.constant("i32", 0) : graph.shift("i32x4.shl", a, count[0]);
  }
  // The exponent field of a float makes 2^b.
  const exponent = graph.apply("i32x4.add", b, graph.constant("i32", 127));
  const factor = graph.apply(
    "i32x4.trunc_sat_f32x4_u",
    graph.shift("i32x4.shl", exponent, 23),
  );
  return graph.apply("v128.and", graph.apply("i32x4.mul", a, factor), inRange(graph, b));
}

/** Shifted right by lane's own counts; with all bits out where a count is not from 0 to 31. */
export function shiftRight(graph: Graph, sign: Sign, a: Value, b: Value): Value {
  const count = graph.constantOf(b);
  if (count !== undefined && count.every((n) => n === count[0])) {
    if (count[0] <= 31) return graph.shift(`i32x4.shr_${sign}`, a, count[0]);
    return sign === "s" ? graph.shift("i32x4.shr_s", a, 31) : graph.constant("i32", 0);
  }
  const last = graph.apply("i32x4.min_u", b, graph.constant("i32", 31));
  const word = "i32x4.extract_lane";
  const shifted = graph.perLane(
    `shift right ${sign}`,
    4,
    word,
    "i32x4.replace_lane",
    [a, last],
    (code) => code.op(`i32.shr_${sign}`),
  );
  return sign === "s" ? shifted : graph.apply("v128.and", shifted, inRange(graph, b));
}

/** Where a count is from 0 to 31. */
function inRange(graph: Graph, count: Value): Value {
  return graph.apply("i32x4.le_u", count, graph.constant("i32", 31));
}

function upper(graph: Graph, a: Value): Value {
  return graph.shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
}

const evenWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
