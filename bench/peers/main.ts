/**
 * The same work on Katachi and on other libraries, as a table in Markdown.
 *
 * ```sh
 * deno task bench:peers                                        # everything that is at hand
 * deno task bench:peers --threads 1 --works matmul,xor --rounds 1
 * deno task bench:peers --python DIR/bin/python --mnist DIR    # a Python with the peers; MNIST
 * ```
 *
 * Each library does each work in a process of its own; the libraries take turns, several rounds. A
 * process gives the median of its samples, and the table the median of these; on a busy machine,
 * `--figure best` gives the best sample of all. Libraries whose results differ from Katachi's are marked,
 * and the program fails.
 *
 * @module
 */
import type { Failure, Measurement } from "./measure.ts";
import type { Case, Work } from "./work.ts";
import {
  capture,
  machine,
  median,
  parse,
  pythonLibraries,
  pythonVersions,
  wholeProcesses,
} from "./processes.ts";

const here = new URL("./", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;

const names = {
  katachi: "Katachi",
  jaxJs: "jax-js (wasm)",
  tensorFlow: "TensorFlow.js (wasm)",
  plain: "plain TypeScript",
  pytorch: "PyTorch",
  jax: "JAX",
  onnx: "ONNX Runtime",
} as const;
type Name = keyof typeof names;

function isPython(name: Name): name is keyof typeof pythonLibraries {
  return name in pythonLibraries;
}

const works = [
  "ceiling",
  "matmul",
  "xor",
  "mlp",
  "cnn",
  "transformer",
  "memory",
];

const options = parse(Deno.args, {
  threads: "1,2",
  works: works.join(),
  libraries: Object.keys(names).join(),
  rounds: "3",
  python: "python3",
  mnist: "",
  figure: "median",
});
if (options.figure !== "median" && options.figure !== "best") {
  throw new Error(`--figure is median or best, not ${options.figure}`);
}
const { figure } = options as { figure: "median" | "best" };
const rounds = Number(options.rounds);
const versions = await pythonVersions(options.python);
const libraries = (options.libraries.split(",") as Name[]).filter((name) =>
  !isPython(name) || versions[name] !== undefined
);

/** What a library took for a case: one measurement a round. */
type Results = Map<string, Measurement[]>;

const notes = new Set<string>();

async function run(
  work: string,
  library: Name,
  threads: number,
  cases: string,
) {
  const python = isPython(library);
  const command = python
    ? [
      options.python,
      `${here}measure.py`,
      work,
      library,
      cases,
      String(threads),
    ]
    : [Deno.execPath(), "run", "--quiet", "--config", `${here}deno.json`, "-A"]
      .concat([`${here}measure.ts`, work, library, String(threads)]);
  const { output, error } = await capture(command, threads);
  if (error !== "") notes.add(`${names[library]}, ${work}: ${error}`);
  return output.split("\n").filter((line) => line.startsWith("{"))
    .map((line): Measurement | Failure => JSON.parse(line));
}

/** Whether the figures of two libraries are the same, up to rounding. */
function agree(a: readonly number[], b: readonly number[]): boolean {
  const scale = Math.max(...a.map(Math.abs));
  return a.length === b.length &&
    a.every((x, i) => Math.abs(x - b[i]) <= 1e-3 * scale);
}

function show(seconds: number, { flops = 0, unit = "ms" }: Case): string {
  if (unit === "GFLOP/s") return (flops / seconds / 1e9).toFixed(1);
  if (unit === "steps/s") {
    return Math.round(1 / seconds).toLocaleString("en-US");
  }
  return (seconds * 1000).toPrecision(3);
}

/** What several processes say together. */
function total(measured: readonly Measurement[]): number {
  const seconds = measured.map((m) => m[figure]);
  return figure === "best" ? Math.min(...seconds) : median(seconds);
}

/** A work on all libraries that have it, in turn. */
async function measure(work: string, threads: number) {
  const { default: { cases, libraries: own } }: { default: Work<Case> } = await import(
    `./works/${work}.ts`
  );
  const python = await Deno.stat(`${here}works/${work}.py`).then(() => true, () => false);
  const has = (name: Name) => isPython(name) ? python : name in own;
  const results = new Map<Name, Results>();
  for (let round = 1; round <= rounds; round++) {
    for (const library of libraries.filter(has)) {
      console.error(`threads ${threads}, round ${round} of ${rounds}: ${work}, ${names[library]}`);
      const found: Results = results.get(library) ?? new Map();
      results.set(library, found);
      for (const result of await run(work, library, threads, JSON.stringify(cases))) {
        if ("error" in result) notes.add(`${names[library]}, ${result.name}: ${result.error}`);
        else found.set(result.name, [...found.get(result.name) ?? [], result]);
      }
    }
  }
  return { cases, results };
}

/** What a library took, and how that compares with Katachi. */
function cell(
  library: Name,
  name: string,
  given: Case,
  measured: readonly Measurement[],
  ours: readonly Measurement[] = [],
): string {
  const shown = show(total(measured), given);
  if (library === "katachi" || ours.length === 0) return shown;
  const ratio = ` (${(total(measured) / total(ours)).toPrecision(2)})`;
  if (measured.every(({ check }) => agree(ours[0].check, check))) return shown + ratio;
  notes.add(`${names[library]}, ${name}: other results than Katachi's`);
  Deno.exitCode = 1;
  return `${shown}${ratio} differs`;
}

async function table(threads: number): Promise<string[]> {
  const present = libraries.map((name) => names[name]);
  const lines = [
    `| work | unit | ${present.join(" | ")} |`,
    `|---|---|${"---:|".repeat(present.length)}`,
  ];
  for (const work of options.works.split(",")) {
    const { cases, results } = await measure(work, threads);
    for (const [name, given] of Object.entries(cases)) {
      const ours = results.get("katachi")?.get(name);
      const cells = libraries.map((library) => {
        const measured = results.get(library)?.get(name);
        return measured === undefined ? "" : cell(library, name, given, measured, ours);
      });
      lines.push(`| ${name} | ${given.unit ?? "ms"} | ${cells.join(" | ")} |`);
    }
  }
  return lines;
}

const imports: Record<string, string> = JSON.parse(
  await Deno.readTextFile(`${here}deno.json`),
).imports;
const lines = [
  `${await machine()}; Deno ${Deno.version.deno}, V8 ${Deno.version.v8}; ` +
  ["@jax-js/jax", "@tensorflow/tfjs"].map((name) => imports[name].replace("npm:", "")).join(", ") +
  Object.entries(versions).map(([name, version]) => `, ${names[name as Name]} ${version}`).join(""),
];
for (const threads of options.threads.split(",").map(Number)) {
  lines.push(
    "",
    threads === 1 ? "One thread:" : `${threads} threads:`,
    "",
    ...await table(threads),
  );
}
lines.push(
  "",
  "Whole processes, seconds:",
  "",
  ...await wholeProcesses(root, options.mnist, rounds),
);
if (notes.size > 0) lines.push("", ...[...notes].map((note) => `- ${note}`));
console.log(lines.join("\n"));
