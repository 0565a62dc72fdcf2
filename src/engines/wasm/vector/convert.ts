/**
 * Vectors of one dtype as vectors of another.
 *
 * @module
 */
import type { DType } from "../../../tensor/dtype.ts";
import type { Graph, Value } from "./graph.ts";

/** The number of bits in a lane of a dtype; a truth value's lane is as wide as those it is among. */
type Width = 32 | 64;

/**
 * Elements of another dtype, as `convertElement` says. Truth values are masks as wide as the lanes
 * of the other dtype; {@linkcode convertMask} goes between the widths. Where either dtype is
 * `float64` there are two lanes, the low ones of a vector of four.
 */
export function convert(graph: Graph, value: Value, from: DType, to: DType): Value {
  if (from === to) return value;
  if (from === "bool") return numbered(graph, value, to);
  if (to === "bool") return truth(graph, value, from);
  const signed = to === "int32" || from === "int32";
  switch (from) {
    case "float32":
      return to === "float64"
        ? graph.apply("f64x2.promote_low_f32x4", value)
        : graph.apply(`i32x4.trunc_sat_f32x4_${signed ? "s" : "u"}`, value);
    case "float64":
      return to === "float32"
        ? graph.apply("f32x4.demote_f64x2_zero", value)
        : graph.apply(`i32x4.trunc_sat_f64x2_${signed ? "s" : "u"}_zero`, value);
    default:
      if (to === "float32") return graph.apply(`f32x4.convert_i32x4_${signed ? "s" : "u"}`, value);
      if (to === "float64") {
        return graph.apply(`f64x2.convert_low_i32x4_${signed ? "s" : "u"}`, value);
      }
      return value; // modulo 2^32
  }
}

/** A mask with lanes of another width; of four narrow lanes the low two become wide. */
export function convertMask(graph: Graph, mask: Value, from: Width, to: Width): Value {
  if (from === to) return mask;
  if (to === 64) return graph.apply("i64x2.extend_low_i32x4_s", mask);
  return graph.shuffle(mask, mask, [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
}

/** 1 where the mask is set, else 0. */
function numbered(graph: Graph, mask: Value, to: DType): Value {
  const kind = to === "float32" ? "f32" : to === "float64" ? "f64" : "i32";
  return graph.apply("v128.and", mask, graph.constant(kind, 1));
}

/** Where a number is not 0; NaN is not. */
function truth(graph: Graph, value: Value, from: DType): Value {
  switch (from) {
    case "float32":
      return graph.apply("f32x4.ne", value, graph.constant("f32", 0));
    case "float64":
      return graph.apply("f64x2.ne", value, graph.constant("f64", 0));
    default:
      return graph.apply("i32x4.ne", value, graph.constant("i32", 0));
  }
}
