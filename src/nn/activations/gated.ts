/**
 * Activation functions in which one half of an axis is the gate of the other.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type DType,
  type Floating,
  type Halved,
  mul,
  type Ok,
  type Shape,
  sigmoid,
  split,
  type Tensor,
} from "../../../mod.ts";
import { real } from "../../primitives/arithmetic.ts";
import { halvedShape } from "../../shape/split.ts";
import { type Input, type Layer, type LayerTypes, makeLayer, type Name } from "../layer.ts";
import { relu } from "./pieces.ts";
import { gelu, silu } from "./smooth.ts";

/** The types of a layer of one of the {@linkcode Gated} functions. */
export interface GatedTypes<Op extends string, X extends number> extends LayerTypes {
  /** The shape with an axis half as long. */
  readonly output: Halved<Input<this>, X, Name<this>>;
  /** The dtype that comes in, or `float32` for one that is no float. */
  readonly dtype: Floating<this["given"]>;
  /** There are none. */
  readonly params: Record<never, never>;
  /** There is none. */
  readonly state: null;
  /** The function's name. */
  readonly kind: Op;
}

/** A function whose input has a value and its gate side by side, and the layer that it makes. */
export interface Gated<Op extends string> {
  /** The first half of an axis, the last unless told, times the activation of the second half. */
  <S extends Shape, D extends DType, const X extends number = -1, K extends string = Op>(
    x: Arg<Halved<S, X, K>, Tensor<S, D>>,
    axis?: X,
  ): Tensor<Ok<Halved<S, X, K>>, Floating<D>>;
  /** A layer, for {@linkcode sequential}. */
  of<const X extends number = -1>(axis?: X): Layer<GatedTypes<Op, X>>;
}

function gated<Op extends string>(name: Op, gate: (x: AnyTensor) => AnyTensor): Gated<Op> {
  const apply = (x: AnyTensor, axis = -1): AnyTensor => {
    halvedShape(x.shape, axis, name);
    const [a, b] = split(real(x, name), 2, axis);
    return mul(a, gate(b));
  };
  const of = (axis?: number) => makeLayer({ name, run: (_, x) => [apply(x, axis), null] });
  return Object.assign(apply, { of }) as unknown as Gated<Op>;
}

/**
 * The gated linear unit `a sigmoid(b)`, where `a` and `b` are the first and second half of an axis,
 * the last unless told: `[…, 2n]` gives `[…, n]`. (Dauphin, Fan, Auli and Grangier, 2017.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { glu } from "@katachi/katachi/nn";
 *
 * glu(tensor([[3, 5, 0, 100]])).toArray(); // [[1.5, 5]]
 * glu(tensor([[3, 5], [0, 100]]), 0).toArray(); // [[1.5, 5]]
 * ```
 */
export const glu: Gated<"glu"> = gated("glu", sigmoid);

/**
 * `a relu(b)`, where `a` and `b` are the first and second half of an axis, the last unless told:
 * `[…, 2n]` gives `[…, n]`. The gate is the second half, as in {@linkcode glu}; in the paper's formula
 * it comes first. (Shazeer, "GLU variants improve transformer", 2020.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { reglu } from "@katachi/katachi/nn";
 *
 * reglu(tensor([[3, 5, -1, 2]])).toArray(); // [[0, 10]]
 * ```
 */
export const reglu: Gated<"reglu"> = gated("reglu", relu);

/**
 * `a gelu(b)`, where `a` and `b` are the first and second half of an axis, the last unless told:
 * `[…, 2n]` gives `[…, n]`. The gate is the second half, as in {@linkcode glu}; in the paper's formula
 * it comes first. (Shazeer, "GLU variants improve transformer", 2020.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { geglu } from "@katachi/katachi/nn";
 *
 * geglu(tensor([[3, 5, -100, 100]])).toArray(); // [[0, 500]]
 * ```
 */
export const geglu: Gated<"geglu"> = gated("geglu", gelu);

/**
 * `a silu(b)`, where `a` and `b` are the first and second half of an axis, the last unless told:
 * `[…, 2n]` gives `[…, n]`. The gate is the second half, as in {@linkcode glu}; in the paper's formula
 * it comes first. (Shazeer, "GLU variants improve transformer", 2020.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { swiglu } from "@katachi/katachi/nn";
 *
 * swiglu(tensor([[3, 5, -100, 100]])).toArray(); // [[0, 500]]
 * ```
 */
export const swiglu: Gated<"swiglu"> = gated("swiglu", silu);
