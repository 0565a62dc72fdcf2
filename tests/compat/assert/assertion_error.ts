/**
 * What a failed assertion throws, and how it shows values.
 *
 * @module
 */

/** What a failed assertion throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Throws: what was found, what the test says about it, and more lines to look at. */
export function raise(found: string, message?: string, more = ""): never {
  throw new AssertionError(`${found}${message ? `: ${message}` : "."}${more}`);
}

/** A value in full, on one line where it is short. */
export function show(value: unknown): string {
  return Deno.inspect(value, { depth: Infinity, iterableLimit: Infinity, sorted: true });
}

/** Both values a line per element, less the lines that they start and end with in common. */
export function difference(actual: unknown, expected: unknown): string {
  const a = lines(actual), b = lines(expected);
  const shorter = Math.min(a.length, b.length);
  let head = 0, tail = 0;
  while (head < shorter && a[head] === b[head]) head++;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const from = Math.max(0, head - context);
  return [
    "",
    "    [Diff] - actual / + expected",
    ...from > 0 ? [`      ... (${from} lines alike)`] : [],
    ...a.slice(from, head).map((line) => `      ${line}`),
    ...a.slice(head, a.length - tail).map((line) => `    - ${line}`),
    ...b.slice(head, b.length - tail).map((line) => `    + ${line}`),
    ...a.slice(a.length - tail).slice(0, context).map((line) => `      ${line}`),
    ...tail > context ? [`      ... (${tail - context} lines alike)`] : [],
    "",
  ].join("\n");
}

const context = 3;

function lines(value: unknown): string[] {
  const text = typeof value === "string" ? value : Deno.inspect(value, {
    compact: false,
    depth: Infinity,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
  return text.split("\n");
}
