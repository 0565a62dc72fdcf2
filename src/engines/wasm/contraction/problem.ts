/**
 * What a contraction is for the compiler: products of matrices whose axes may each be made of
 * several, and lie in memory as they like.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import { Arithmetic, type ContractionDType } from "./arithmetic.ts";
import type { Digits } from "../assembler/index.ts";

/** An operand's elements: strides, in elements, of the axes that the sizes of the contraction name. */
export interface MatrixOperand {
  /** The address of the first element. */
  readonly address: number;
  readonly batch: readonly number[];
  readonly row: readonly number[];
  readonly column: readonly number[];
}

/** A part of the result, which has rows, counted through all batches, of so many columns. */
export interface Block {
  /** The first row and the one after the last. */
  readonly rows: readonly [from: Local, to: Local];
  /** Likewise; blocks begin at whole vectors, and end there or with the row. */
  readonly columns: readonly [from: Local, to: Local];
  readonly width: number;
}

/**
 * Elementwise work on a block of the result, which is complete and in memory. It may write over it.
 * A single column may be told as a row.
 */
export type Epilogue = (code: Code, block: Block) => void;

/**
 * `result[batch, m, n] = Σ_k a[batch, m, k] * b[batch, k, n]`; each of `batch`, `m`, `n` and `k` is
 * the sizes of any number of axes. The result is in row-major order.
 */
export interface ContractionSpec {
  readonly dtype: ContractionDType;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  /** Rows are `m`, columns `k`. */
  readonly a: MatrixOperand;
  /** Rows are `k`, columns `n`. */
  readonly b: MatrixOperand;
  /** The address of the result. */
  readonly out: number;
  readonly epilogue?: Epilogue;
}

/** A contraction with as few axes as there can be. */
export interface Problem {
  readonly arithmetic: Arithmetic;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Operand;
  readonly b: Operand;
  readonly out: number;
  readonly epilogue?: Epilogue;
}

/** An operand as vectors of the summed axis. */
export interface Operand {
  readonly address: number;
  readonly batch: Digits;
  /** The axis that the result has, too. */
  readonly free: Digits;
  readonly summed: Digits;
}

/** The number of multiplications and additions. */
export function flops({ batch, m, n, k }: ContractionSpec): number {
  return 2 * product(batch) * product(m) * product(n) * product(k);
}

/** Merges axes, and lets a single column be a row. */
export function problemOf(
  spec: ContractionSpec,
  features: { readonly relaxed: boolean },
): Problem {
  const { a, b, out, epilogue } = spec;
  let batch = merged({ sizes: spec.batch, strides: [a.batch, b.batch] });
  let rows: Axis = { sizes: spec.m, strides: [a.row] };
  // A batch that the right operand does not have is more rows.
  while (batch.sizes.length > 0 && batch.strides[1].at(-1) === 0) {
    rows = {
      sizes: [batch.sizes.at(-1)!, ...rows.sizes],
      strides: [[batch.strides[0].at(-1)!, ...rows.strides[0]]],
    };
    batch = {
      sizes: batch.sizes.slice(0, -1),
      strides: batch.strides.map((own) => own.slice(0, -1)),
    };
  }
  const free = merged(rows);
  const other = merged({ sizes: spec.n, strides: [b.column] });
  const summed = longRuns(merged({ sizes: spec.k, strides: [a.column, b.row] }));
  const operand = (address: number, side: 0 | 1, own: Axis): Operand => ({
    address,
    batch: { sizes: batch.sizes, strides: batch.strides[side] },
    free: { sizes: own.sizes, strides: own.strides[0] },
    summed: { sizes: summed.sizes, strides: summed.strides[side] },
  });
  const problem: Problem = {
    arithmetic: new Arithmetic(spec.dtype, features),
    batch: product(batch.sizes),
    m: product(free.sizes),
    n: product(other.sizes),
    k: product(summed.sizes),
    a: operand(a.address, 0, free),
    b: operand(b.address, 1, other),
    out,
    epilogue,
  };
  if (problem.n !== 1 || problem.m === 1) return problem;
  return { ...problem, m: 1, n: problem.m, a: problem.b, b: problem.a };
}

interface Axis {
  readonly sizes: readonly number[];
  /** For each operand that has the axis. */
  readonly strides: readonly (readonly number[])[];
}

/** Axes that are evenly spaced in all operands become one. */
function merged({ sizes, strides }: Axis): Axis {
  const dims: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue;
    const last = dims.length - 1;
    if (last >= 0 && strides.every((own, i) => steps[i][last] === own[axis] * size)) {
      dims[last] *= size;
      strides.forEach((own, i) => steps[i][last] = own[axis]);
    } else {
      dims.push(size);
      strides.forEach((own, i) => steps[i].push(own[axis]));
    }
  }
  return { sizes: dims, strides: steps };
}

/** The order of summed axes does not matter: the last one is to be long, or side by side in memory. */
function longRuns({ sizes, strides }: Axis): Axis {
  const worth = sizes.map((size, i) => size * (strides.some((own) => own[i] === 1) ? 4 : 1));
  const last = worth.lastIndexOf(Math.max(...worth));
  const moved = (own: readonly number[]) =>
    own.length < 2 ? own : [...own.slice(0, last), ...own.slice(last + 1), own[last]];
  return { sizes: moved(sizes), strides: strides.map(moved) };
}

/** The product of numbers. */
export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
