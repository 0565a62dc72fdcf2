/**
 * From symbolic values to vectors of lanes.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import { algebra, convert, convertMask, wide } from "./vector/algebra.ts";
import type { Graph, Value } from "./vector/graph.ts";
import type { Apply, Constant, Count, Load, Symbolic } from "./symbolic.ts";

/** What the machine can do. */
export interface Features {
  /** Fused multiply-add in one instruction. */
  readonly relaxed: boolean;
}

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

  #apply({ primitive, params, operands, output, dtype }: Apply): Value {
    const values = operands.map((operand) => this.value(operand));
    const graph = this.#graph;
    if (primitive.name === "convert") {
      return convert(graph, values[0], operands[0].dtype, dtype, this.#lanes);
    }
    const { meaning } = primitive;
    if (meaning.kind !== "elementwise") throw new Error(`${primitive.name} is not elementwise`);
    // A select is computed in the dtype of its branches, so the last operand decides.
    const own = operands[operands.length - 1].dtype;
    const masked = values.map((value, i) => this.#widened(value, operands[i].dtype, own));
    const results = primitive.family === "special" && own === "float32"
      ? wide(graph, (s) => meaning.scalar(s, s.take(masked), params).map(s.give))
      : meaning.scalar(
        algebra(graph, own, this.#lanes, this.#features),
        masked,
        params,
      );
    return dtype === "bool" ? this.#narrowed(results[output], own) : results[output];
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
