/**
 * The programs in the documentation, run to see whether they give what it says.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);

/** A block of code in a page, and the text that it prints, if the page shows it. */
export interface Program {
  /** The line of the page that it begins at. */
  readonly line: number;
  readonly code: string;
  readonly prints: string | undefined;
}

/** The examples in the doc comments of a source file. */
export function examplesOf(source: string): Program[] {
  const comments = source.matchAll(/^ *\/\*\*\n[^]*?^ *\*\/$/gm);
  return Array.from(comments).flatMap(({ 0: comment, index }) => {
    const first = source.slice(0, index).split("\n").length - 1;
    const page = comment.replace(/^ *\* ?/gm, "");
    return programsOf(page).map((program) => ({ ...program, line: first + program.line }));
  });
}

/** The programs of a page. A `text` block right below one is what that prints. */
export function programsOf(page: string): Program[] {
  const blocks = page.matchAll(/^```ts\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm);
  return Array.from(blocks, ({ 1: code, 2: prints, index }) => ({
    line: page.slice(0, index).split("\n").length,
    code,
    prints,
  }));
}

/** A statement with a comment behind it. */
const remark = /^(?!const |import |using |for |if |\/\/)(.+); \/\/ (.+)$/;

/** A line that says what a statement gives, as `x.item(); // 3`: the statement and the value. */
function claimIn(line: string): readonly [expression: string, value: string] | undefined {
  const [, expression, value] = line.match(remark) ?? [];
  if (value === undefined || !/^([[{"\d-]|(true|false|NaN|Infinity)$)/.test(value)) {
    return undefined;
  }
  try {
    new Function(`return (${value});`)();
  } catch {
    return undefined; // Words about the value.
  }
  return [expression, value];
}

/** How many values a program states in comments. */
export function claimsOf({ code }: Program): number {
  return code.split("\n").filter((line) => claimIn(line) !== undefined).length;
}

/** Runs a program, and holds what it gives and prints to what it states. */
export async function run({ code, prints }: Program): Promise<void> {
  const lines = code.split("\n").map((line) => {
    const [expression, value] = claimIn(line) ?? [];
    const checked = expression === undefined
      ? line
      : `globalThis.requireSame(${expression}, (${value}));`;
    return checked.replace(/"@katachi\/katachi(.*?)"/, (_, path) => `"${entryPoint(`.${path}`)}"`);
  });
  const printed: string[] = [];
  const { log } = console;
  console.log = (...values) => {
    printed.push(values.map((x) => typeof x === "string" ? x : Deno.inspect(x)).join(" "));
  };
  Object.assign(globalThis, { requireSame });
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, lines.join("\n"));
    await import(`file://${file}`);
  } finally {
    console.log = log;
    await Deno.remove(file);
  }
  if (prints !== undefined) assertEquals(printed.join("\n").trimEnd(), prints.trimEnd());
}

function entryPoint(path: string): string {
  const entries: Readonly<Record<string, string>> = config.exports;
  return new URL(entries[path], root).href;
}

/** The same value, numbers to the precision of float32. */
function requireSame(actual: unknown, expected: unknown): void {
  if (typeof expected === "number" && Number.isFinite(expected)) {
    assertAlmostEquals(Number(actual), expected, 1e-6 * Math.max(1, Math.abs(expected)));
  } else if (typeof expected === "object" && expected !== null) {
    assertEquals(Object.keys(actual as object), Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) {
      requireSame((actual as Readonly<Record<string, unknown>>)[name], value);
    }
  } else {
    assertEquals(actual, expected);
  }
}
