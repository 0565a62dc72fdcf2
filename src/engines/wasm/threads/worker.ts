/**
 * The program of a worker: it runs other threads' shares of programs that it has been given.
 *
 * @module
 */
import { words } from "./barrier.ts";

/**
 * Where in the team's common memory things are, counted in words of 32 bits. Each worker has a piece
 * of its own.
 */
export const board = {
  /** Goes up whenever there is something to do. */
  turn: 0,
  /** Goes up whenever a program is run. */
  run: 16,
  /** The number of the program that is run. */
  program: 17,
  /** How many threads run it. */
  threads: 18,
  /** How many workers sleep. */
  asleep: 32,
  /** Where the first worker's piece begins, and how long it is. */
  first: 64,
  length: 64,
  /** In a worker's piece: how many messages it has been sent, and how many it has read. */
  sent: 0,
  read: 16,
  /** In a worker's piece: the last run that it has done. */
  done: 32,
} as const;

/** What a worker is told. */
export type Message =
  | {
    readonly kind: "begin";
    readonly board: SharedArrayBuffer;
    readonly thread: number;
    /** The last run before it. */
    readonly run: number;
  }
  | {
    readonly kind: "load";
    readonly id: number;
    readonly module: WebAssembly.Module;
    readonly memory: WebAssembly.Memory;
  }
  | { readonly kind: "drop"; readonly id: number };

/**
 * So many looks before a worker falls asleep: somewhat under a millisecond, in which most loops of steps
 * are back with the next one.
 */
const looks = 20_000;

/**
 * The text of the program. It stands in no file, since a worker from a file needs a permission. While
 * it waits for work it does not return to its event loop, where a message would take longer.
 */
export const workerText = `
const { parentPort } = globalThis.process?.getBuiltinModule?.("node:worker_threads") ?? {};
const programs = new Map();
let board, base, thread, done;
const look = (place) => Atomics.load(board, place);
function receive(message) {
  switch (message.kind) {
    case "begin":
      board = new Int32Array(message.board);
      thread = message.thread;
      base = ${board.first} + (thread - 1) * ${board.length};
      done = message.run;
      break;
    case "load": {
      const { id, module, memory } = message;
      const env = { memory, host() {}, done() {} };
      programs.set(id, { memory, main: new WebAssembly.Instance(module, { env }).exports.main });
      break;
    }
    case "drop":
      programs.delete(message.id);
  }
  Atomics.add(board, base + ${board.read}, 1);
  work();
}
function work() {
  for (let left = ${looks};;) {
    const turn = look(${board.turn});
    const run = look(${board.run});
    if (run !== done) {
      const threads = look(${board.threads});
      if (thread < threads) share(programs.get(look(${board.program})), threads);
      done = run;
      Atomics.store(board, base + ${board.done}, run);
      left = ${looks};
    } else if (look(base + ${board.sent}) !== look(base + ${board.read})) return;
    else if (--left === 0) {
      Atomics.add(board, ${board.asleep}, 1);
      Atomics.wait(board, ${board.turn}, turn);
      Atomics.sub(board, ${board.asleep}, 1);
      left = ${looks};
    }
  }
}
function share({ main, memory }, threads) {
  try {
    main(thread, threads);
  } catch {
    // The others must not wait for this one.
    const shared = new Int32Array(memory.buffer);
    Atomics.store(shared, ${words.failed / 4}, 1);
    Atomics.add(shared, ${words.round / 4}, 1);
    Atomics.notify(shared, ${words.round / 4});
  }
}
if (parentPort) parentPort.on("message", receive);
else globalThis.onmessage = ({ data }) => receive(data);
`;
