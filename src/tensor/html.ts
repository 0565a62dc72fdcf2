/**
 * What a notebook shows: text, and HTML that can be read on a light page and on a dark one.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import type { Shape } from "../shape/dim.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { formatTensor, formatValues, valuesShown } from "./format.ts";

/** A text that can stand in HTML, also in an attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/**
 * A tensor by media type, of which a notebook takes the richest that it can show: a table with dtype
 * and shape below, or, where there are more than two dims or no elements, the printed values.
 */
export function tensorBundle(shape: Shape, dtype: DType, data: TypedArray): Record<string, string> {
  const content = shape.length > 2 || data.length === 0
    ? `<pre>${escapeHtml(formatValues(shape, dtype, data))}</pre>`
    : table(shape, dtype, data);
  const caption = `<div style="opacity:0.65">${dtype} ${showShape(shape)}</div>`;
  return {
    "text/html": `<div style="overflow-x:auto">${content}${caption}</div>`,
    "text/plain": formatTensor(shape, dtype, data),
  };
}

/** Rows and columns; what the printed form leaves out is an ellipsis here, too. */
function table(shape: Shape, dtype: DType, data: TypedArray): string {
  const { shown, write } = valuesShown(shape, dtype, data);
  const [columns, rows] = [shape.length - 1, shape.length - 2];
  const indices = (axis: number) => axis < 0 ? [0] : shown(axis);
  const width = shape.at(-1) ?? 1;
  // A notebook's own style lets cells be broken at a minus sign.
  const cell = (text: string) => `<td style="white-space:nowrap">${text}</td>`;
  const lines = indices(rows).map((row) =>
    indices(columns).map((column) =>
      row === undefined || column === undefined
        ? cell(row === undefined ? "⋮" : "…")
        : cell(write(data[row * width + column]).trim())
    ).join("")
  );
  const body = lines.map((line) => `<tr>${line}</tr>`).join("");
  return `<table style="font-family:monospace;text-align:right">${body}</table>`;
}
