/**
 * What the graph of a computation is made of.
 *
 * @module
 */
import { showShape } from "../../shape/fail.ts";
import type { Abstract } from "../../tape/tape.ts";

/** The way from the arguments to the results, or back from these to the gradients. */
export type Way = "forward" | "backward";

/** A frame around the equations of a tape that is called. */
export interface TapeFrame {
  /** What is called. */
  readonly label: string;
  /** Which way it is on. */
  readonly way: Way;
  /** The frame around this one. */
  readonly parent?: TapeFrame;
}

/** A value that goes from where it is made to where it is read. */
export interface TapeEdge {
  /** The number of the node that made it. */
  readonly from: number;
  /** Its shape and dtype as it was made. */
  readonly made: Abstract;
  /** Its shape and dtype as it is read; another one where broadcasts and the like are left out. */
  readonly read: Abstract;
  /** What is written beside it. */
  readonly label: string;
}

/** An equation, or where values come from and go to. */
export interface TapeNode {
  /** What it is. */
  readonly kind: "input" | "captured" | "equation" | "result";
  /** Which way it is on. */
  readonly way: Way;
  /** Its text, such as `b = a × 2`. */
  readonly label: string;
  /** What comes out, but for results. */
  readonly outputs: readonly Abstract[];
  /** The frame that it is in. */
  readonly frame?: TapeFrame;
  /** What it reads. */
  readonly edges: readonly TapeEdge[];
}

/** Dims, after the dtype where it is not float32; nothing for a float32 scalar. */
export function typeLabel({ shape, dtype }: Abstract): string {
  if (dtype !== "float32") return `${dtype}${shape.length === 0 ? "" : ` ${showShape(shape)}`}`;
  return shape.length === 0 ? "" : showShape(shape);
}

/** The type of a value that is made so and read so: `[8] → [4, 8]`. */
export function changeLabel(made: Abstract, read: Abstract): string {
  const [before, after] = [typeLabel(made), typeLabel(read)];
  if (before === after) return after;
  if (made.dtype === read.dtype) return `${before || "[]"} → ${showShape(read.shape)}`;
  return `${before || "float32"} → ${after || "float32"}`;
}

/** A text on one line, of characters that SVG may have in it: others are replaced. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, "\ufffd");
}
