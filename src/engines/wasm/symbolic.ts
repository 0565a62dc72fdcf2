/**
 * Values that are not computed yet: what an element is, as a function of its index. Views
 * (transpositions, slices, broadcasts, reshapes) change the function, and copy nothing.
 *
 * @module
 */
import { convertPrimitive } from "../../primitives/convert.ts";
import type { Shape } from "../../shape/dim.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Params, Primitive } from "../../tape/primitive.ts";

/** A piece of memory that holds a value's elements in row-major order. */
export interface Buffer {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether each thread has one of its own. */
  readonly perThread?: boolean;
}

interface Form {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** An affine function of the index: `offset + Σ strides[i] · index[i]`, in elements. */
export interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** An element of a buffer. */
export interface Load extends Form, Affine {
  readonly kind: "load";
  readonly buffer: Buffer;
}

/** A number that follows from the index. */
export interface Count extends Form, Affine {
  readonly kind: "count";
}

/** The same number everywhere. */
export interface Constant extends Form {
  readonly kind: "constant";
  readonly value: number;
}

/** An elementwise primitive, or a conversion, of values at the same index; scalars stand beside them. */
export interface Apply extends Form {
  readonly kind: "apply";
  readonly primitive: Primitive;
  readonly params: Params;
  readonly operands: readonly Symbolic[];
  /** Which of the primitive's results it is. */
  readonly output: number;
}

/** A value as a function of its index. */
export type Symbolic = Load | Count | Constant | Apply;

/** A buffer's own elements. */
export function load(buffer: Buffer): Load {
  const { shape, dtype } = buffer;
  return { kind: "load", buffer, shape, dtype, offset: 0, strides: rowMajor(shape) };
}

/** How far apart neighbours lie along each axis. */
export function rowMajor(shape: Shape): readonly number[] {
  let step = 1;
  return shape.toReversed().map((dim) => {
    const own = step;
    step *= dim;
    return own;
  }).reverse();
}

/** The value in another dtype. */
export function converted(value: Symbolic, dtype: DType): Apply {
  const { shape } = value;
  const params = { dtype };
  return {
    kind: "apply",
    primitive: convertPrimitive as Primitive,
    params,
    operands: [value],
    output: 0,
    shape,
    dtype,
  };
}

/** Where an old axis's index comes from: `start + scale · index[axis]`; no axis for a fixed place. */
export interface Source {
  readonly axis?: number;
  readonly start: number;
  readonly scale: number;
}

/** The value under another index, of which each old axis's index is a function. */
export function view(x: Symbolic, shape: Shape, sources: readonly Source[]): Symbolic {
  return mapLeaves(x, shape, ({ offset, strides }) => {
    const next = shape.map(() => 0);
    let start = offset;
    for (const [i, source] of sources.entries()) {
      start += strides[i] * source.start;
      if (source.axis !== undefined) next[source.axis] += strides[i] * source.scale;
    }
    return { offset: start, strides: next };
  })!;
}

/** The value under another shape with as many elements, or `undefined` where a copy has to be made. */
export function reshape(x: Symbolic, shape: Shape): Symbolic | undefined {
  if (sizeOf(shape) === 0) return undefined;
  const from = x.shape;
  return mapLeaves(x, shape, ({ offset, strides }) => {
    const next = reshapedStrides(from, strides, shape);
    return next && { offset, strides: next };
  });
}

/** Strides under another shape: groups of axes with as many elements must each be evenly spaced. */
function reshapedStrides(
  from: Shape,
  strides: readonly number[],
  to: Shape,
): readonly number[] | undefined {
  const old = from.map((dim, i) => [dim, strides[i]] as const).filter(([dim]) => dim !== 1);
  const result: number[] = [];
  let at = 0;
  for (let i = 0; i < to.length;) {
    if (to[i] === 1) {
      result[i++] = 0;
      continue;
    }
    // The fewest axes on both sides with as many elements.
    let [left, right] = [old[at][0], to[i]];
    let [endOld, endNew] = [at + 1, i + 1];
    while (left !== right) {
      if (left < right) left *= old[endOld++][0];
      else right *= to[endNew++];
    }
    for (let k = at; k < endOld - 1; k++) {
      if (old[k][1] !== old[k + 1][1] * old[k + 1][0]) return undefined;
    }
    let step = old[endOld - 1][1];
    for (let k = endNew - 1; k >= i; k--) {
      result[k] = to[k] === 1 ? 0 : step;
      step *= to[k];
    }
    [at, i] = [endOld, endNew];
  }
  return result;
}

/** The value with other places for its leaves; `undefined` where one has none. */
export function mapLeaves(
  x: Symbolic,
  shape: Shape,
  change: (leaf: Affine) => Affine | undefined,
): Symbolic | undefined {
  const known = new Map<Symbolic, Symbolic | undefined>();
  const visit = (node: Symbolic): Symbolic | undefined => {
    if (node.shape.length === 0 && x.shape.length > 0) return node;
    if (known.has(node)) return known.get(node);
    let result: Symbolic | undefined;
    if (node.kind === "constant") result = { ...node, shape };
    else if (node.kind === "apply") {
      const operands = node.operands.map(visit);
      result = operands.includes(undefined)
        ? undefined
        : { ...node, shape, operands: operands as readonly Symbolic[] };
    } else {
      const affine = change(node);
      result = affine && { ...node, ...affine, shape };
    }
    known.set(node, result);
    return result;
  };
  return visit(x);
}

/** The value with other loads in the places of some. */
export function replaceLoads(x: Symbolic, by: (leaf: Load) => Load | undefined): Symbolic {
  const known = new Map<Symbolic, Symbolic>();
  const visit = (node: Symbolic): Symbolic => {
    let result = known.get(node);
    if (result === undefined) {
      result = node.kind === "load"
        ? by(node) ?? node
        : node.kind === "apply"
        ? { ...node, operands: node.operands.map(visit) }
        : node;
      known.set(node, result);
    }
    return result;
  };
  return visit(x);
}

/** All leaves, each once. */
export function leavesOf(x: Symbolic): readonly (Load | Count | Constant)[] {
  const seen = new Set<Symbolic>();
  const leaves: (Load | Count | Constant)[] = [];
  const visit = (node: Symbolic): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "apply") node.operands.forEach(visit);
    else leaves.push(node);
  };
  visit(x);
  return leaves;
}

/** How many primitives are applied, each counted by its weight, and each once. */
export function weightOf(x: Symbolic, weight: (node: Apply) => number): number {
  const seen = new Set<Symbolic>();
  let total = 0;
  const visit = (node: Symbolic): void => {
    if (seen.has(node) || node.kind !== "apply") return;
    seen.add(node);
    total += weight(node);
    node.operands.forEach(visit);
  };
  visit(x);
  return total;
}
