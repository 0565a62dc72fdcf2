/**
 * From symbolic values to vectors of lanes.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import { flopsOf } from "../../tape/flops.ts";
import { algebra } from "./vector/algebra.ts";
import { convert, convertMask } from "./vector/convert.ts";
import type { Features } from "./vector/floats.ts";
import type { Graph, Value } from "./vector/graph.ts";
import { special } from "./vector/math/special.ts";
import { wide } from "./vector/wide.ts";
import type { Apply, Constant, Count, Load, Symbolic } from "./symbolic.ts";

/** How many elements a vector holds: two where doubles are among them. */
export type Lanes = 2 | 4;

/** Gives the vector for a leaf; bools as masks of 32-bit lanes. */
export type Leaf = (leaf: Load | Count) => Value;

/** Turns symbolic values into vectors. */
export class Evaluator {
  readonly #graph: Graph;
  readonly #lanes: Lanes;
  readonly #features: Features;
  readonly #leaf: Leaf;
  readonly #known = new Map<Symbolic, Value>();

  constructor(graph: Graph, lanes: Lanes, features: Features, leaf: Leaf) {
    this.#graph = graph;
    this.#lanes = lanes;
    this.#features = features;
    this.#leaf = leaf;
  }

  /** The vector of a value at the index; a bool is a mask of 32-bit lanes. */
  value(x: Symbolic): Value {
    let value = this.#known.get(x);
    if (value === undefined) {
      value = x.kind === "apply"
        ? this.#apply(x)
        : x.kind === "constant"
        ? this.#constant(x)
        : this.#leaf(x);
      this.#known.set(x, value);
    }
    return value;
  }

  #constant({ dtype, value }: Constant): Value {
    switch (dtype) {
      case "float32":
        return this.#graph.constant("f32", value);
      case "float64":
        return this.#graph.constant("f64", value);
      case "bool":
        return this.#graph.constant("i32", value === 0 ? 0 : -1);
      default:
        return this.#graph.constant("i32", value | 0);
    }
  }

  #apply(x: Apply): Value {
    const { primitive, params, operands, output, dtype } = x;
    const values = operands.map((operand) => this.value(operand));
    const graph = this.#graph;
    if (primitive.name === "convert") return this.#convert(values[0], operands[0].dtype, dtype);
    const { meaning } = primitive;
    if (meaning.kind !== "elementwise") throw new Error(`${primitive.name} is not elementwise`);
    // A select is computed in the dtype of its branches, so the last operand decides.
    const own = operands[operands.length - 1].dtype;
    if (own === "float32") {
      const code = special(graph, primitive.name, this.#lanes, this.#features);
      if (code !== undefined) return code(values[0]);
      if (isLong(x)) return this.#wide(x, values);
    }
    const results = meaning.scalar(
      algebra(graph, own, this.#lanes, this.#features),
      values.map((value, i) => this.#widened(value, operands[i].dtype, own)),
      params,
    );
    return dtype === "bool" ? this.#narrowed(results[output], own) : results[output];
  }

  /** Long expressions of float32 lose too much: they are computed in doubles. */
  #wide({ primitive, params, operands, output, dtype }: Apply, values: readonly Value[]): Value {
    const { meaning } = primitive;
    if (meaning.kind !== "elementwise") throw new Error(`${primitive.name} is not elementwise`);
    const s = wide(this.#graph, this.#lanes, this.#features);
    const promoted = values.map((value, i) =>
      operands[i].dtype === "bool" ? s.promoteMask(value) : s.promote(value)
    );
    const result = meaning.scalar(s, promoted, params)[output];
    return dtype === "bool" ? s.demoteMask(result) : s.demote(result);
  }

  #convert(value: Value, from: DType, to: DType): Value {
    const widened = to === "float64" ? this.#widened(value, from, to) : value;
    const result = convert(this.#graph, widened, from, to);
    return to === "bool" ? this.#narrowed(result, from) : result;
  }

  /** A mask as wide as the lanes of the dtype that it is to choose between. */
  #widened(value: Value, dtype: DType, beside: DType): Value {
    return dtype === "bool" && beside === "float64"
      ? convertMask(this.#graph, value, 32, 64)
      : value;
  }

  #narrowed(value: Value, dtype: DType): Value {
    return dtype === "float64" ? convertMask(this.#graph, value, 64, 32) : value;
  }
}

/** So many operations are few enough for single precision. */
const short = 24;

function isLong({ primitive, params, operands, dtype }: Apply): boolean {
  const one = { shape: [], dtype };
  return (flopsOf(primitive, operands.map(() => one), [one], params) ?? 0) > short;
}
