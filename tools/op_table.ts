/**
 * Writes `docs/primitives.md`, the table of all primitives, from their declarations.
 *
 * ```sh
 * deno task docs:primitives
 * ```
 *
 * @module
 */
import "./all_primitives.ts";
import { type Primitive, primitives } from "../src/tape/primitive.ts";

/** Where the table is kept. */
export const file: URL = new URL("../docs/primitives.md", import.meta.url);

const lineWidth = 100;

const head =
  `Everything that the library computes is made of the primitives below: functions are compositions of
them, transformations rewrite tapes of them, and an engine is what can execute them. Each is declared
once, in the module named like its family or its subject under \`src/primitives\`, with its shape rule,
its meaning, its derivative and its batching rule. This page is made from the declarations by
\`deno task docs:primitives\`.`;

const columns =
  `"Meaning" says what an engine has to know. \`expression\`: an expression in a small scalar language,
which the engine compiles and applies element by element. \`kernel\`: a reference implementation, which
the engine may run or replace by its own. \`control\`: an order in which it runs other tapes. \`call\`:
another tape. "Derivative" says whether gradients flow, or why not. A primitive with an effect does
more than give results: it happens exactly once, whatever becomes of them.`;

/** What the families have in common, in the order of the page. */
const families: Readonly<Record<string, string>> = {
  elementwise:
    `One result element from one element of each operand. Operands have one dtype and one shape, or are
scalars; the functions of the library broadcast and promote before they apply these.`,
  convert: `The one way from a dtype to another.`,
  create: `Tensors from nothing but a shape. Constants are broadcast scalars.`,
  movement:
    `Elements in other places, unchanged. Each of these is linear, and the transpose of another one or
of a sum.`,
  indexing: `Slices at positions that are data themselves, and the transpose of that.`,
  dynamic:
    `Windows of a known size at a place that is computed; one that would reach outside is moved inside.`,
  reduce: `Many elements to one, along axes, which the result no longer has.`,
  cumulative:
    `Reductions of the elements so far, along an axis, which the result keeps. All but the sum are
differentiated as the scan by halves that computes the same.`,
  window:
    `Reductions of windows that slide over the last axes; pooling and the sliding sums are made of these.`,
  contraction:
    `Sums of products: every matrix product, batched product and \`einsum\` is made of these.`,
  convolution:
    `Contractions of sliding windows. The derivatives of a convolution are convolutions.`,
  "linear algebra":
    `Factors and solutions of matrices, the last two axes; those before them are a batch. What is
singular gives infinities or NaN.`,
  sort: `Order along an axis. Sorting is taking at the sorting positions.`,
  random: `Random words from a key and a counter; every distribution is made of them.`,
  call: `Tapes as equations: what \`jit\` compiled, and tapes with a way back of their own.`,
  control:
    `Tapes applied by choice or over and over. Loops of known length are differentiated step by step;
those of unknown length forward only.`,
  debug: `Looking into a running program.`,
};

const intro = (family: string): string => {
  const text = families[family];
  if (text === undefined) throw new Error(`tools/op_table.ts says nothing about ${family}`);
  return text;
};

/** The page. */
export function opTable(): string {
  const groups = Map.groupBy(primitives(), ({ family }) => family);
  const order = [...groups.keys()].sort((a, b) => position(a) - position(b));
  const sections = order.map((family) =>
    [`## ${title(family)}`, wrapped(intro(family)), table(groups.get(family)!)].join("\n\n")
  );
  return ["# Primitives", wrapped(head), wrapped(columns), ...sections].join("\n\n") + "\n";
}

function position(family: string): number {
  return Object.keys(families).indexOf(family);
}

function title(family: string): string {
  return family[0].toUpperCase() + family.slice(1);
}

function table(rows: readonly Primitive[]): string {
  const cells = [
    ["Name", "Result", "Meaning", "Derivative"],
    ...rows.map((primitive) => [
      `\`${primitive.name}\``,
      primitive.summary.replaceAll("|", "\\|"),
      `${meaning(primitive)}${primitive.effect === true ? ", effect" : ""}`,
      derivative(primitive),
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map((row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function derivative({ vjp, forwardOnly }: Primitive): string {
  if (typeof vjp !== "function") return `none: ${vjp.notDifferentiable}`;
  return forwardOnly === true ? "forward mode only" : "yes";
}

function meaning({ meaning }: Primitive): string {
  return meaning.kind === "elementwise" ? "expression" : meaning.kind;
}

/** A paragraph in lines as long as they may be. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}

if (import.meta.main) {
  const unfinished = new URL(`${file}.new`);
  Deno.writeTextFileSync(unfinished, opTable());
  Deno.renameSync(unfinished, file);
}
