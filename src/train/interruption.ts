/**
 * Being interrupted: by Ctrl-C, or by an `AbortSignal`.
 *
 * @module
 */

/** The part of Node's `process`, which Deno has as well, that is used here. */
interface Process {
  once?(event: "SIGINT", listener: () => void): unknown;
  off?(event: "SIGINT", listener: () => void): unknown;
}

/** Whether somebody wants a training to end. */
export interface Interruption {
  /** Whether somebody does, by now. */
  readonly wanted: boolean;
  /** No longer listens. */
  end(): void;
}

/**
 * Listens from now on. The first Ctrl-C is heard here; the next one ends the program as ever, since
 * nobody listens any more.
 */
export function interruption(signal: AbortSignal | undefined): Interruption {
  const process = (globalThis as { process?: Process }).process;
  let heard = false;
  const hear = () => {
    heard = true;
  };
  process?.once?.("SIGINT", hear);
  return {
    get wanted() {
      return heard || signal?.aborted === true;
    },
    end: () => process?.off?.("SIGINT", hear),
  };
}
