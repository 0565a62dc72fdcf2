/**
 * Processes that are measured, and the machine that they run on.
 *
 * @module
 */

/** The values of options that are given as `--name value`. */
export function parse<T extends Record<string, string>>(
  args: readonly string[],
  defaults: T,
): T {
  const options: Record<string, string> = { ...defaults };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, "");
    if (!(name in defaults) || args[i + 1] === undefined) {
      throw new Error(
        `${args[i]}: options are --${Object.keys(defaults).join(" …, --")} …`,
      );
    }
    options[name] = args[i + 1];
  }
  return options as T;
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

const linux = Deno.build.os === "linux";

/** Runs a command to its end, on one processor where one thread is asked for. */
export async function capture(
  command: readonly string[],
  threads: number,
): Promise<{ output: string; error: string }> {
  const [program, ...args] = threads === 1 && linux ? ["taskset", "-c", "0", ...command] : command;
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  // deno-lint-ignore no-control-regex
  const plain = errors.replaceAll(/\x1b\[[0-9;]*m/g, "").trim().split("\n");
  const error = success
    ? ""
    : plain.find((line) => /error/i.test(line)) ?? plain.at(-1) ?? "failed";
  return { output, error };
}

/** Libraries of Python, by the modules whose versions tell whether they are there. */
export const pythonLibraries = { pytorch: "torch", jax: "jax", onnx: "onnxruntime" } as const;

/** The versions of the libraries that a Python has. */
export async function pythonVersions(
  python: string,
): Promise<{ readonly [Library in keyof typeof pythonLibraries]?: string }> {
  const versions: Record<string, string> = {};
  for (const [library, module] of Object.entries(pythonLibraries)) {
    const args = ["-c", `import ${module}; print(${module}.__version__)`];
    const run = async () => await new Deno.Command(python, { args }).output();
    const done = await run().catch(() => undefined);
    if (done?.success) versions[library] = new TextDecoder().decode(done.stdout).trim();
  }
  return versions;
}

/** The processor, how many cores there are, and how busy they are with other things. */
export async function machine(): Promise<string> {
  const info = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = info.match(/^model name\s*:\s*(.*)$/m)?.[1] ?? Deno.build.arch;
  const load = Deno.loadavg()[1].toFixed(1);
  return `${model}, ${navigator.hardwareConcurrency} cores, load average at the start ${load}`;
}

/** Whole programs: a table of how long they take, from start to end. */
export async function wholeProcesses(
  root: string,
  mnist: string,
  rounds: number,
): Promise<string[]> {
  const deno = [Deno.execPath(), "run"];
  const programs: Record<string, readonly string[]> = {
    "`deno eval 0`": [Deno.execPath(), "eval", "0"],
    "`deno run examples/xor.ts`": [...deno, `${root}examples/xor.ts`],
    "`deno run examples/15_digits.ts --epochs 5`, its own digits": [
      ...deno,
      `${root}examples/15_digits.ts`,
      "--epochs",
      "5",
    ],
  };
  if (mnist !== "") {
    const args = [
      "--allow-read",
      `${root}examples/15_digits.ts`,
      "--data",
      mnist,
      "--epochs",
      "5",
    ];
    programs["`deno run examples/15_digits.ts --epochs 5`, MNIST, 8,000 rows"] = [
      ...deno,
      ...args,
    ];
  }
  const times = new Map(
    Object.keys(programs).map((name) => [name, [] as number[]]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(programs)) {
      const start = performance.now();
      const { error } = await capture(command, Infinity);
      if (error !== "") throw new Error(`${name}: ${error}`);
      times.get(name)!.push((performance.now() - start) / 1000);
    }
  }
  const rows = [...times].map(([name, t]) =>
    `| ${name} | ${median(t).toFixed(2)} | ${Math.min(...t).toFixed(2)} |`
  );
  return ["| program | median | best |", "|---|---:|---:|", ...rows];
}
