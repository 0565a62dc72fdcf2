/**
 * Tensors as text, the way NumPy lays arrays out: columns aligned, long ones summarized.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import type { Shape } from "../shape/dim.ts";
import { type DType, isFloating, type TypedArray } from "./dtype.ts";

const edge = 3;
const summarizeAbove = 1000;
const lineWidth = 75;

/** A tensor as text: shape and dtype, then the values. */
export function formatTensor(shape: Shape, dtype: DType, data: TypedArray): string {
  const header = `Tensor ${showShape(shape)} ${dtype}`;
  const values = formatValues(shape, dtype, data);
  const fits = shape.length <= 1 && header.length + values.length <= lineWidth;
  return `${header}${fits ? " " : "\n"}${values}`;
}

/** Which values of a tensor are shown, and how each is written. */
export interface ValuesShown {
  /** The places along an axis that are shown; `undefined` where some are left out. */
  readonly shown: (axis: number) => readonly (number | undefined)[];
  /** One value, as wide as all others. */
  readonly write: (value: number) => string;
}

/** Of a tensor of many values, those at the ends of each axis are shown. */
export function valuesShown(shape: Shape, dtype: DType, data: TypedArray): ValuesShown {
  const summarize = data.length > summarizeAbove;
  const strides = stridesOf(shape);
  const shown = (axis: number): readonly (number | undefined)[] => {
    const all = Array.from({ length: shape[axis] }, (_, i) => i);
    return summarize && all.length > 2 * edge
      ? [...all.slice(0, edge), undefined, ...all.slice(-edge)]
      : all;
  };

  const visible: number[] = [];
  const collect = (axis: number, offset: number): void => {
    if (axis === shape.length) visible.push(data[offset]);
    else {
      for (const i of shown(axis)) {
        if (i !== undefined) collect(axis + 1, offset + i * strides[axis]);
      }
    }
  };
  if (data.length > 0) collect(0, 0);
  return { shown, write: elementFormatter(dtype, visible) };
}

/** The values alone, nested in brackets. */
export function formatValues(shape: Shape, dtype: DType, data: TypedArray): string {
  const strides = stridesOf(shape);
  const { shown, write } = valuesShown(shape, dtype, data);
  const print = (axis: number, offset: number): string => {
    if (axis === shape.length) return write(data[offset]);
    const parts = shown(axis).map((i) =>
      i === undefined ? "..." : print(axis + 1, offset + i * strides[axis])
    );
    const indent = " ".repeat(axis + 1);
    if (axis === shape.length - 1) return `[${wrapLine(parts, indent)}]`;
    return `[${parts.join(",\n".padEnd(shape.length - axis, "\n") + indent)}]`;
  };
  return data.length === 0 ? emptyText(shape) : print(0, 0);
}

function stridesOf(shape: Shape): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

/** Nothing is inside, but the nesting still shows: `[[], []]` for `[2, 0]`. */
function emptyText(shape: Shape): string {
  if (shape[0] === 0 || shape[0] > 2 * edge) return "[]";
  return `[${Array.from({ length: shape[0] }, () => emptyText(shape.slice(1))).join(", ")}]`;
}

function wrapLine(parts: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const [i, part] of parts.entries()) {
    const piece = i < parts.length - 1 ? `${part}, ` : part;
    if (line !== "" && indent.length + line.length + piece.length > lineWidth) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return [...lines, line].join(`\n${indent}`);
}

/** One formatter for all elements that will be seen, so that they line up. */
function elementFormatter(dtype: DType, values: readonly number[]): (value: number) => string {
  const text = dtype === "bool"
    ? (value: number) => String(value !== 0)
    : isFloating(dtype)
    ? floatFormatter(dtype, values)
    : String;
  const width = Math.max(0, ...values.map((value) => text(value).length));
  return (value) => text(value).padStart(width);
}

/**
 * Floats: the fewest digits that tell them apart, at most 8 decimals, the decimal points under each
 * other; scientific where magnitudes are extreme or far apart (NumPy's thresholds).
 */
function floatFormatter(
  dtype: "float32" | "float64",
  values: readonly number[],
): (value: number) => string {
  const finite = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const largest = Math.max(...finite);
  const smallest = Math.min(...finite);
  const scientific = finite.length > 0 &&
    (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e6);
  const shortest = dtype === "float32" ? shortestFloat32 : (value: number) => value;
  if (scientific) {
    const digits = Math.max(
      ...finite.map((value) => mantissaDigits(shortest(value))),
    );
    return (value) => special(value) ?? shortest(value).toExponential(Math.min(digits, 8));
  }
  const decimals = Math.min(8, Math.max(0, ...finite.map((value) => decimalsOf(shortest(value)))));
  return (value) => special(value) ?? signedFixed(shortest(value), decimals);
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return undefined;
}

function signedFixed(value: number, decimals: number): string {
  return (Object.is(value, -0) ? "-" : "") + value.toFixed(decimals);
}

/** The double with the fewest digits that rounds to this float32: 0.1, not 0.10000000149011612. */
export function shortestFloat32(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let precision = 6; precision < 9; precision++) {
    const candidate = Number(value.toPrecision(precision));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

function decimalsOf(value: number): number {
  const [, fraction = ""] = value.toFixed(8).split(".");
  return fraction.replace(/0+$/, "").length;
}

function mantissaDigits(value: number): number {
  const [mantissa] = value.toExponential().split("e");
  return mantissa.includes(".") ? mantissa.length - 2 : 0;
}
