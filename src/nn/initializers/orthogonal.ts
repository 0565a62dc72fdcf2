/**
 * Initializers that keep lengths: matrices with orthonormal rows or columns.
 *
 * @module
 */
import {
  diagonal,
  expandDims,
  fromBuffer,
  mul,
  random,
  reshape,
  type Shape,
  ShapeError,
  sign,
  swapAxes,
  transpose,
} from "../../../mod.ts";
import { qr } from "../../linalg/decompositions.ts";
import {
  type AxisRoles,
  extentOf,
  type FanOptions,
  type KernelInitializer,
  kernels,
  rolesOf,
} from "./fans.ts";

/** How {@linkcode orthogonal} is scaled. */
export interface OrthogonalOptions extends FanOptions {
  /** The factor of the orthonormal matrix; 1 unless given. */
  readonly gain?: number;
}

/**
 * Random matrices, from the uniform distribution of all, that have orthonormal columns (one for each
 * output), or orthonormal rows where there are more outputs than inputs: linear layers keep lengths
 * exactly. A window's positions count as inputs. (A. Saxe, J. McClelland and S. Ganguli, "Exact
 * solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014; F. Mezzadri,
 * "How to generate random matrices from the classical compact groups", 2007.)
 *
 * @throws {ShapeError} Where the shape does not have the layout's axes, as soon as numbers are drawn.
 *
 * @example
 * ```ts
 * import { matmul, random, transpose } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const w = initializers.orthogonal()(random.key(0), [5, 3]);
 * matmul(transpose(w), w).toString(); // close to the identity
 * ```
 */
export function orthogonal(
  { gain = 1, layout }: OrthogonalOptions = {},
): KernelInitializer<"orthogonal"> {
  return kernels((key, shape, dtype) => {
    const roles = rolesOf("orthogonal", shape, layout);
    const sizes = (axes: readonly number[]) => axes.map((axis) => shape[axis]);
    const rest = [...roles.inputs, ...roles.window].toSorted((a, b) => a - b);
    const [rows, columns] = [extentOf(shape, rest), extentOf(shape, roles.outputs)];
    const tall: Shape = [
      ...sizes(roles.batch),
      Math.max(rows, columns),
      Math.min(rows, columns),
    ];
    const { q, r } = qr(random.normal(key, tall, { dtype }));
    // With the signs of the diagonal, all orthonormal matrices are equally probable.
    const signs = expandDims(sign(diagonal(r)), -2);
    const orthonormal = mul(mul(q, signs), gain);
    const matrix = rows < columns ? swapAxes(orthonormal, -1, -2) : orthonormal;
    const order = [...roles.batch, ...rest, ...roles.outputs];
    return transpose(reshape(matrix, sizes(order)), [...shape.keys()].map((i) => order.indexOf(i)));
  });
}

/** How {@linkcode zerO} reads the shape. */
export interface ZerOOptions extends FanOptions {
  /** How many groups of channels are convolved on their own; 1 unless given. */
  readonly groups?: number;
}

/**
 * ZerO, which draws nothing: the identity where there are as many outputs as inputs, its first columns
 * where there are fewer, and else the corner of a Hadamard matrix of `2^m` rows, times `2^(-m / 2)`.
 * Kernels of convolutions have that matrix in the middle of the window and 0 around it. The key is not
 * used. (J. Zhao, F. Schäfer and A. Anandkumar, "ZerO initialization: Initializing neural networks with
 * only zeros and ones", 2021; the factor is that of the authors' program, with which a whole Hadamard
 * matrix keeps lengths. The paper's is `√2` times as large.)
 *
 * @throws {ShapeError} Where the shape does not have the layout's axes, or the groups do not divide the
 * outputs, as soon as it is applied.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const init = initializers.zerO();
 * init(random.key(0), [3, 2]).toArray(); // [[1, 0], [0, 1], [0, 0]]
 * init(random.key(0), [2, 4]).toArray(); // [[0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0.5, -0.5]]
 * ```
 */
export function zerO({ layout, groups = 1 }: ZerOOptions = {}): KernelInitializer<"zerO"> {
  return kernels((_, shape, dtype) => {
    const roles = rolesOf("zerO", shape, layout);
    const [inputs, all] = [extentOf(shape, roles.inputs), extentOf(shape, roles.outputs)];
    if (!Number.isInteger(groups) || groups < 1 || all % groups !== 0) {
      throw new ShapeError(`zerO: ${groups} groups do not divide ${all} outputs`);
    }
    const outputs = all / groups;
    const levels = Math.ceil(Math.log2(outputs));
    const entry = (i: number, o: number) =>
      outputs <= inputs ? Number(i === o) : 2 ** (-levels / 2) * hadamard(i, o);
    const size = extentOf(shape, [...shape.keys()]);
    const values = dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
    for (let at = 0; at < size; at++) {
      const [i, o, middle] = place(at, shape, roles);
      if (middle) values[at] = entry(i, o % outputs);
    }
    return fromBuffer(values, shape);
  });
}

/** Sylvester's Hadamard matrix: 1 or -1, as the number of bits that two indices share is even or odd. */
function hadamard(i: number, j: number): number {
  let sign = 1;
  for (let shared = i & j; shared !== 0; shared &= shared - 1) sign = -sign;
  return sign;
}

/** The input and the output that an element belongs to, and whether it is in the window's middle. */
function place(at: number, shape: Shape, roles: AxisRoles): [number, number, boolean] {
  const index: number[] = [];
  let rest = at;
  for (const axis of [...shape.keys()].toReversed()) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  const flat = (axes: readonly number[]) => axes.reduce((n, a) => n * shape[a] + index[a], 0);
  const middle = roles.window.every((axis) => index[axis] === Math.floor(shape[axis] / 2));
  return [flat(roles.inputs), flat(roles.outputs), middle];
}
