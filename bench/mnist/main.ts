/**
 * Two networks learn to read MNIST, in Katachi and in PyTorch: how well, and how long it takes. A table
 * in Markdown.
 *
 * ```sh
 * deno task bench:mnist --mnist DIR --python DIR/bin/python
 * deno task bench:mnist --mnist DIR --python DIR/bin/python --keys 1 --models mlp
 * ```
 *
 * `--mnist` is a folder with the two `t10k` files of MNIST, plain or gzipped: rows 0 to 7999 are learned
 * from, rows 8000 to 9999 tested on. Each training has a process of its own; the libraries take turns.
 *
 * @module
 */
import { capture, machine, median, parse, pythonVersions } from "../peers/processes.ts";

const here = new URL("./", import.meta.url).pathname;
const models = {
  mlp: "MLP 784-512-256-10, AdamW, 10 epochs",
  cnn: "CNN of the course, Adadelta, 6 epochs",
} as const;
type Model = keyof typeof models;

const options = parse(Deno.args, {
  mnist: "",
  python: "python3",
  keys: "5",
  models: Object.keys(models).join(),
});
if (options.mnist === "") throw new Error("--mnist DIR: where are the t10k files of MNIST?");

/** What a training says at its end. */
interface Training {
  readonly accuracy: number;
  /** From before the first step to after the last, compiling included, reading the data not. */
  readonly seconds: number;
  readonly steps: number;
  readonly parameters: number;
}

const { pytorch } = await pythonVersions(options.python);
const python = (threads: string) => (model: Model, key: string) => [
  options.python,
  `${here}pytorch.py`,
  ...[model, key, options.mnist, threads],
];
const libraries: Record<string, (model: Model, key: string) => string[]> = {
  Katachi: (model, key) => [
    ...[Deno.execPath(), "run", "--quiet", "--no-check", `--allow-read=${options.mnist}`],
    ...[`${here}katachi.ts`, model, key, options.mnist],
  ],
  ...(pytorch !== undefined && {
    [`PyTorch ${pytorch}, 2 threads`]: python("2"),
    [`PyTorch ${pytorch}, as many threads as it takes`]: python("default"),
  }),
};

async function train(command: readonly string[]): Promise<Training> {
  const { output, error } = await capture(command, Infinity);
  if (error !== "") throw new Error(`${command.join(" ")}: ${error}`);
  return JSON.parse(output);
}

const lines = [
  `${await machine()}; Deno ${Deno.version.deno}; ${options.keys} keys`,
  "",
  "| model | library | accuracy: least | median | greatest | seconds: median | least |",
  "|---|---|---:|---:|---:|---:|---:|",
];
for (const model of options.models.split(",") as Model[]) {
  const found = new Map(Object.keys(libraries).map((name) => [name, [] as Training[]]));
  for (let key = 0; key < Number(options.keys); key++) {
    for (const [name, command] of Object.entries(libraries)) {
      const training = await train(command(model, String(key)));
      found.get(name)!.push(training);
      console.error(`${model}, key ${key}, ${name}: ${JSON.stringify(training)}`);
    }
  }
  const all = [...found.values()].flat();
  if (new Set(all.map(({ parameters, steps }) => `${parameters} ${steps}`)).size > 1) {
    throw new Error(`${model}: the libraries have different models or steps`);
  }
  for (const [name, trainings] of found) {
    const accuracies = trainings.map(({ accuracy }) => accuracy).toSorted((a, b) => a - b);
    const seconds = trainings.map((training) => training.seconds);
    const cells = [
      models[model],
      name,
      ...[accuracies[0], median(accuracies), accuracies.at(-1)!].map((x) => x.toFixed(4)),
      ...[median(seconds), Math.min(...seconds)].map((x) => x.toFixed(2)),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
}
console.log(lines.join("\n"));
