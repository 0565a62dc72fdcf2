/**
 * Measures one work with one library, in a process of its own:
 *
 *     deno run --config bench/peers/deno.json -A bench/peers/measure.ts matmul katachi 1
 *
 * Prints a line of JSON for each case.
 *
 * @module
 */
import { setThreads } from "@katachi/katachi";
import type { Case, Library, Task, Work } from "./work.ts";

/** What a library cannot do. */
export interface Failure {
  readonly name: string;
  readonly error: string;
}

/** Seconds per piece of work, and the figures that libraries must agree about. */
export interface Measurement {
  readonly name: string;
  readonly median: number;
  readonly best: number;
  readonly check: readonly number[];
}

async function time(task: Task, count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const result = task.run();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / 1000;
}

/** Warms up, then takes samples of at least 5 ms for about a second. */
async function measure(
  name: string,
  task: Task,
  { repeats = 1 }: Case,
): Promise<Measurement> {
  const check = [...Array.from(await task.check())];
  let warm = 0;
  let [count, last] = [1, await time(task, 1)];
  if (last < 1) {
    while (warm < 0.7 || last < 0.005) {
      last = await time(task, count);
      warm += last;
      if (last < 0.005) count *= 2;
    }
  }
  const samples: number[] = [];
  for (let total = 0; total < 1 || samples.length < (last < 1 ? 3 : 1);) {
    const seconds = await time(task, count);
    total += seconds;
    samples.push(seconds / (count * repeats));
  }
  samples.sort((a, b) => a - b);
  return {
    name,
    median: samples[samples.length >> 1],
    best: samples[0],
    check,
  };
}

if (import.meta.main) {
  const [file, library, threads] = Deno.args;
  setThreads(Number(threads));
  const { default: work }: { default: Work<Case> } = await import(
    `./works/${file}.ts`
  );
  for (const [name, given] of Object.entries(work.cases)) {
    try {
      const task = await work.libraries[library as Library]!(given, Number(threads));
      if (task === undefined) continue;
      console.log(JSON.stringify(await measure(name, task, given)));
    } catch (error) {
      console.log(JSON.stringify({ name, error: String(error) }));
    }
  }
  Deno.exit(); // workers of a library would keep the process alive
}
