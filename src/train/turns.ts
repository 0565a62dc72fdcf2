/**
 * Letting others have a turn: signals, timers and what else the event loop has to do.
 *
 * @module
 */

/** How long a program computes before others have a turn, in milliseconds. */
const share = 50;

/** A clock that says when it is others' turn. */
export interface Turns {
  /** Whether it is. */
  due(): boolean;
  /** Lets them have it. */
  take(): Promise<void>;
}

/** A clock that starts now. */
export function turns(): Turns {
  let last = performance.now();
  return {
    due: () => performance.now() - last > share,
    take: async () => {
      await new Promise<void>((resolve) => soon(resolve));
      last = performance.now();
    },
  };
}

/** After everything that waits; `setTimeout` waits for milliseconds more, so it is the last choice. */
const soon: (resume: () => void) => unknown =
  (globalThis as { setImmediate?: (resume: () => void) => unknown }).setImmediate ?? setTimeout;
