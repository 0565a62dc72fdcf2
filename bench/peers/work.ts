/**
 * What a work is: some cases, and for each library a function that prepares one.
 *
 * @module
 */

/** A library that runs in this process. */
export type Library = "katachi" | "jaxJs" | "tensorFlow" | "plain";

/** One row of the table. All that a work needs to know of it, in Python, too. */
export interface Case {
  /** How often a run does the work; 1 unless given. */
  readonly repeats?: number;
  /** Floating-point operations of the work. */
  readonly flops?: number;
  /** What the row is in; milliseconds unless given. */
  readonly unit?: "ms" | "GFLOP/s" | "steps/s";
}

/** The work, prepared. */
export interface Task {
  /** Does the work, and waits for the result. */
  run(): unknown;
  /** Figures that depend on all of the result. It is called once, before `run`. */
  check(): ArrayLike<number> | Promise<ArrayLike<number>>;
}

type Given = Task | undefined;

/** A work. A library that has no such thing is not there, or gives nothing for a case. */
export interface Work<C extends Case> {
  readonly cases: Readonly<Record<string, C>>;
  readonly libraries: {
    readonly [L in Library]?: (
      given: C,
      threads: number,
    ) => Given | Promise<Given>;
  };
}

/** Gives a work its type. */
export function work<C extends Case>(
  cases: Readonly<Record<string, C>>,
  libraries: Work<C>["libraries"],
): Work<C> {
  return { cases, libraries };
}

/** Numbers that look random, and are the same in every language: a hash of the place. */
export function values(
  seed: number,
  size: number,
  low = -1,
  high = 1,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: size }, (_, i) => {
    let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return low + (high - low) * (((h ^ (h >>> 16)) >>> 8) / 2 ** 24);
  });
}

/** Rows with a 1 at a class that looks random. */
export function oneHot(
  seed: number,
  rows: number,
  classes: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * classes);
  values(seed, rows, 0, classes).forEach((c, row) => out[row * classes + Math.floor(c)] = 1);
  return out;
}

/** How many elements an array of a shape has. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** What a layer's weights are bounded by at first. */
export const bound = (inputs: number, outputs: number): number => Math.sqrt(6 / (inputs + outputs));

/** The figures of an array that are compared: some of its elements, their sum and their squares'. */
export function figures(array: ArrayLike<number>): number[] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < array.length; i++) {
    sum += array[i];
    squares += array[i] ** 2;
  }
  const some = Array.from(
    { length: 8 },
    (_, i) => array[Math.floor((i * array.length) / 8)],
  );
  return [...some, sum / array.length, squares / array.length];
}
