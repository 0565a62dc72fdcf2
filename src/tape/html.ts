/**
 * Tapes in a notebook.
 *
 * @module
 */
import { escapeHtml } from "../tensor/html.ts";
import { type TapeLine, tapeLines } from "./print.ts";
import type { Tape } from "./tape.ts";

/** Types as {@linkcode typeText} writes them. */
const types = /\b(?:float32|float64|int32|uint32|bool)\[[\d,]*\]/g;

/** Colours between light and dark, to be read on a page of either kind. */
const [typeColor, nameColor] = ["#2f86c9", "#c9661a"];

/** The listing of a tape as HTML: results under results, types and primitives in colours. */
export function tapeHtml(tape: Tape): string {
  const lines = tapeLines(tape);
  const widths = new Map<number, number>();
  for (const { depth, results } of lines) {
    widths.set(depth, Math.max(widths.get(depth) ?? 0, results.length));
  }
  const text = lines.map((line) => lineHtml(line, widths.get(line.depth)!)).join("\n");
  return `<pre style="overflow-x:auto">${text}</pre>`;
}

/** A line, its results as wide as told. */
function lineHtml({ depth, results, text }: TapeLine, width: number): string {
  const indent = "  ".repeat(depth);
  if (results === "") return indent + withTypes(text);
  const [name] = text.match(/^\w+/)!;
  // The name of a value is at the left, the equals sign at the right.
  const padded = `${results.slice(0, -3).padEnd(width - 3)} = `;
  return `${indent}${withTypes(padded)}${colored(nameColor, name)}${
    withTypes(text.slice(name.length))
  }`;
}

function withTypes(text: string): string {
  return escapeHtml(text).replaceAll(types, (type) => colored(typeColor, type));
}

function colored(color: string, text: string): string {
  return `<span style="color:${color}">${text}</span>`;
}
