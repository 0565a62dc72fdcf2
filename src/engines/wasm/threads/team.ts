/**
 * The threads of the process that run programs together with the one that calls them.
 *
 * @module
 */
import { words } from "./barrier.ts";
import { board, type Message, workerText } from "./worker.ts";

/** More threads than these there cannot be. */
const mostThreads = 64;

let limit: number | undefined;

/**
 * Sets how many threads a program may use, the calling one included. Without it, there are as many as
 * the machine has. The number of threads changes no result, not even in the last bit.
 *
 * Threads are started when a program first has enough work for them; they never keep the process
 * alive.
 *
 * @throws {RangeError} Unless the number is a whole one from 1 on.
 *
 * @example One thread only
 * ```ts
 * import { setThreads, threads } from "@katachi/katachi";
 * import { assertEquals } from "@std/assert";
 *
 * setThreads(1);
 * assertEquals(threads(), 1);
 * ```
 */
export function setThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `setThreads: the number of threads must be a whole one from 1 on: ${count}`,
    );
  }
  limit = Math.min(count, mostThreads);
}

/**
 * How many threads a program may use: as many as the machine has, unless {@linkcode setThreads} says
 * otherwise; one where memory cannot be shared.
 *
 * @example
 * ```ts
 * import { threads } from "@katachi/katachi";
 * import { assert } from "@std/assert";
 *
 * assert(threads() >= 1);
 * ```
 */
export function threads(): number {
  if (!canShare()) return 1;
  return limit ?? Math.min(globalThis.navigator?.hardwareConcurrency ?? 1, mostThreads);
}

let sharing: boolean | undefined;

/** Whether memory can be shared: in a page that depends on how it was sent. */
function canShare(): boolean {
  return sharing ??= "SharedArrayBuffer" in globalThis &&
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/** A program that several threads may run. */
export interface Shared {
  readonly module: WebAssembly.Module;
  /** Shared memory. */
  readonly memory: WebAssembly.Memory;
  /** The program, as the calling thread runs it. */
  readonly main: (thread: number, threads: number) => void;
  /** At most so many run it. */
  readonly threads: number;
}

/** Sees to it that workers get to know a program; gives what runs it. */
export function shareOut(program: Shared): () => void {
  team ??= new Team();
  return team.load(program);
}

let team: Team | undefined;

/** How many threads would take part if a program that has been loaded were run now. */
export function present(): number {
  return 1 + (team?.ready() ?? 0);
}

/** Workers, and what they have in common with the thread that started them. */
class Team {
  readonly #board = new Int32Array(
    new SharedArrayBuffer(4 * (board.first + (mostThreads - 1) * board.length)),
  );
  readonly #workers: ((message: Message) => void)[] = [];
  readonly #mayWait = mayWait();
  #programs = 0;
  /** Whether a program runs. One that is run meanwhile, by something it calls, is on its own. */
  #busy = false;
  readonly #dropped = new FinalizationRegistry<{ id: number; workers: number }>(
    ({ id, workers }) => {
      for (let i = 0; i < workers; i++) this.#send(i, { kind: "drop", id });
    },
  );

  load({ module, memory, main, threads: most }: Shared): () => void {
    const id = ++this.#programs;
    const words_ = new Int32Array(memory.buffer, 0, 256);
    words_[words.sleepy / 4] = Number(this.#mayWait);
    while (this.#workers.length < most - 1) this.#start();
    for (let i = 0; i < most - 1; i++) this.#send(i, { kind: "load", id, module, memory });
    const run = () => {
      const together = this.#busy ? 1 : Math.min(most, threads(), 1 + this.ready());
      if (together === 1) return main(0, 1);
      this.#busy = true;
      const number = this.#begin(id, together);
      try {
        main(0, together);
      } catch (error) {
        this.#giveUp(number, together, words_);
        throw error;
      } finally {
        this.#busy = false;
      }
    };
    this.#dropped.register(run, { id, workers: most - 1 });
    return run;
  }

  /** Lets the workers begin; gives the number of the run. */
  #begin(id: number, together: number): number {
    const common = this.#board;
    Atomics.store(common, board.program, id);
    Atomics.store(common, board.threads, together);
    const number = Atomics.add(common, board.run, 1) + 1 | 0;
    this.#call();
    return number;
  }

  /** Tells the workers that there is something to do. */
  #call(): void {
    Atomics.add(this.#board, board.turn, 1);
    if (Atomics.load(this.#board, board.asleep) > 0) Atomics.notify(this.#board, board.turn);
  }

  /** How many workers, from the first one on, have read all that they were sent. */
  ready(): number {
    let count = 0;
    while (count < this.#workers.length) {
      const piece = board.first + count * board.length;
      const [sent, read] = [piece + board.sent, piece + board.read];
      if (Atomics.load(this.#board, sent) !== Atomics.load(this.#board, read)) break;
      count++;
    }
    return count;
  }

  /** After an error on this thread: the others stop where they next wait. */
  #giveUp(run: number, together: number, shared: Int32Array): void {
    Atomics.store(shared, words.failed / 4, 1);
    for (let i = 0; i < together - 1; i++) {
      const done = board.first + i * board.length + board.done;
      while (Atomics.load(this.#board, done) !== run) {
        Atomics.add(shared, words.round / 4, 1);
        Atomics.notify(shared, words.round / 4);
      }
    }
    Atomics.store(shared, words.arrived / 4, 0);
    Atomics.store(shared, words.failed / 4, 0);
  }

  #start(): void {
    const post = startWorker();
    this.#workers.push(post);
    const thread = this.#workers.length;
    const run = Atomics.load(this.#board, board.run);
    const common = this.#board.buffer as SharedArrayBuffer;
    this.#send(thread - 1, { kind: "begin", board: common, thread, run });
  }

  #send(worker: number, message: Message): void {
    Atomics.add(this.#board, board.first + worker * board.length + board.sent, 1);
    this.#call();
    this.#workers[worker](message);
  }
}

/** Whether this thread may sleep: a page's main thread may not. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/** What runtimes with Node's modules have of them. */
interface NodeProcess {
  getBuiltinModule?(name: "node:worker_threads"): {
    readonly Worker: new (text: string, options: { eval: true; env: Record<string, string> }) => {
      postMessage(message: Message): void;
      unref(): void;
    };
  };
}

/**
 * Starts a worker that does not keep the process alive; gives what posts messages to it. A worker of
 * the web does in Deno, so that Node's are used where they are to be had.
 */
function startWorker(): (message: Message) => void {
  const { process } = globalThis as { process?: NodeProcess };
  const node = process?.getBuiltinModule?.("node:worker_threads");
  if (node !== undefined) {
    // An environment of its own: for a copy of the program's, Deno asks for a permission.
    const worker = new node.Worker(workerText, { eval: true, env: {} });
    worker.unref();
    return (message) => worker.postMessage(message);
  }
  const url = URL.createObjectURL(new Blob([workerText], { type: "text/javascript" }));
  const worker = new Worker(url);
  return (message) => worker.postMessage(message);
}
