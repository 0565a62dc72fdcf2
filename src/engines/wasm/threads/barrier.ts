/**
 * Where the threads of a program wait for one another.
 *
 * @module
 */
import type { Callee } from "../assembler/code.ts";
import type { ModuleBuilder } from "../assembler/module.ts";

/**
 * The words of a program's memory through which its threads speak, far enough from each other, as
 * addresses in bytes.
 */
export const words = {
  /** How many threads have arrived. */
  arrived: 64,
  /** How many times all have arrived. */
  round: 128,
  /** How many threads sleep. */
  asleep: 192,
  /** Not 0 if a thread has failed: then the others give up. */
  failed: 256,
  /** Not 0 if threads may sleep. A page's main thread may not. */
  sleepy: 320,
} as const;

/** So many looks before a thread falls asleep, since it takes long to be woken. */
const looks = 30_000;

/** Adds a function to which the number of threads is passed, and which returns when all have called it. */
export function barrierFunction(module: ModuleBuilder): Callee {
  return module.function("barrier", ["i32"], [], (code) => {
    const [threads] = code.parameters;
    const [round, left] = [code.local("i32"), code.local("i32")];
    const look = (address: number) => {
      code.i32(address);
      code.access("i32.atomic.load");
    };
    const add = (address: number, by: number) => {
      code.i32(address);
      code.i32(by);
      code.access("i32.atomic.rmw.add");
    };
    code.block((through) => {
      code.get(threads);
      code.i32(1);
      code.op("i32.eq");
      code.brIf(through);
      look(words.round);
      code.set(round);
      add(words.arrived, 1);
      code.i32(1);
      code.op("i32.add");
      code.get(threads);
      code.op("i32.eq");
      code.if(() => {
        code.i32(words.arrived);
        code.i32(0);
        code.access("i32.atomic.store");
        add(words.round, 1);
        code.op("drop");
        look(words.asleep);
        code.if(() => {
          code.i32(words.round);
          code.i32(-1);
          code.access("memory.atomic.notify");
          code.op("drop");
        });
        code.br(through);
      });
      const waitFor = (again: () => void) => {
        look(words.round);
        code.get(round);
        code.op("i32.ne");
        code.brIf(through);
        again();
      };
      code.loop((more) => {
        code.i32(looks);
        code.set(left);
        code.loop((again) =>
          waitFor(() => {
            code.get(left);
            code.i32(1);
            code.op("i32.sub");
            code.tee(left);
            code.brIf(again);
          })
        );
        look(words.sleepy);
        code.op("i32.eqz");
        code.brIf(more);
        add(words.asleep, 1);
        code.op("drop");
        code.i32(words.round);
        code.get(round);
        code.i64(-1n);
        code.access("memory.atomic.wait32");
        code.op("drop");
        add(words.asleep, -1);
        code.op("drop");
        code.br(more);
      });
    });
    look(words.failed);
    code.if(() => code.op("unreachable"));
  });
}
