/**
 * The scalar language on float32 vectors, computed in doubles.
 *
 * @module
 */
import type { Scalar } from "../../../tape/scalar.ts";
import { algebra } from "./algebra.ts";
import { convertMask } from "./convert.ts";
import { type Features, Floats } from "./floats.ts";
import type { Graph, Value } from "./graph.ts";

/** Vectors of doubles that stand for one of float32: two for four lanes, one for two. */
export type Wide = readonly Value[];

/** An algebra on doubles, and the ways between them and float32. */
export interface WideAlgebra extends Scalar<Wide> {
  /** Float32 lanes as doubles. */
  promote(value: Value): Wide;
  /** Doubles as float32 lanes, rounded. */
  demote(value: Wide): Value;
  /** A mask of 32-bit lanes as one for doubles. */
  promoteMask(mask: Value): Wide;
  /** A mask for doubles as one of 32-bit lanes. */
  demoteMask(mask: Wide): Value;
}

/**
 * The operations on float32 vectors of four lanes or two in double precision, for functions whose
 * polynomials need it: promoted and rounded at the edges only.
 */
export function wide(graph: Graph, lanes: 2 | 4, features: Features): WideAlgebra {
  const halves = lanes === 4 ? [0, 1] : [0];
  const s = algebra(graph, "float64", 2, features);
  const f = new Floats(graph, 32, lanes, features);
  const two = (operation: (a: Value, b: Value) => Value) => (a: Wide, b: Wide): Wide =>
    halves.map((i) => operation(a[i], b[i]));
  const joined = (parts: Wide) => lanes === 4 ? f.join(parts[0], parts[1]) : parts[0];
  return {
    constant: (value) => halves.map(() => s.constant(value)),
    add: two(s.add),
    sub: two(s.sub),
    mul: two(s.mul),
    div: two(s.div),
    rem: two(s.rem),
    min: two(s.min),
    max: two(s.max),
    pow: two(s.pow),
    atan2: two(s.atan2),
    equal: two(s.equal),
    less: two(s.less),
    lessEqual: two(s.lessEqual),
    select: (condition, a, b) => halves.map((i) => s.select(condition[i], a[i], b[i])),
    and: two(s.and),
    or: two(s.or),
    xor: two(s.xor),
    shiftLeft: two(s.shiftLeft),
    shiftRight: two(s.shiftRight),
    apply: (name, a) => a.map((half) => s.apply(name, half)),
    promote: (value) => halves.map((i) => i === 0 ? f.promoteLow(value) : f.promoteHigh(value)),
    demote: (value) => joined(value.map((half) => f.demote(half))),
    promoteMask: (mask) =>
      halves.map((i) =>
        i === 0 ? convertMask(graph, mask, 32, 64) : graph.apply("i64x2.extend_high_i32x4_s", mask)
      ),
    demoteMask: (mask) => joined(mask.map((half) => convertMask(graph, half, 64, 32))),
  };
}
