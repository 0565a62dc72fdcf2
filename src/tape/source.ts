/**
 * Which line of the user's code an equation comes from.
 *
 * @module
 */
import { captureStack, type Traced, userPlace } from "../errors.ts";

/** Where an equation comes from. */
export class Source {
  readonly #trace: Traced;
  /** Whether the equation belongs to the gradient of that line, and is not written there itself. */
  readonly inGradient: boolean;

  /** @internal */
  constructor(trace: Traced, inGradient: boolean) {
    this.#trace = trace;
    this.inGradient = inGradient;
  }

  /** The user's line, as `file:///project/model.ts:12:7`; `undefined` where it is not known. */
  get place(): string | undefined {
    return userPlace(this.#trace.stack);
  }

  /** The same line, as a place whose gradient is computed. */
  get gradient(): Source {
    return this.inGradient ? this : new Source(this.#trace, true);
  }

  /** The place and what it is: `at …` or `in the gradient of …`. */
  toString(): string {
    const { place = "a line that is not known, since it was recorded before" } = this;
    return this.inGradient ? `in the gradient of ${place}` : `at ${place}`;
  }
}

/** A place that is not known. */
export const unknownSource: Source = new Source({}, false);

let recording = false;
let current: Source | undefined;

/** Lets equations keep their places from now on, or no longer. Says what was before. */
export function recordSources(on: boolean): boolean {
  const before = recording;
  recording = on;
  return before;
}

/** The place that is being worked for, or else the line that is running. */
export function sourceHere(): Source {
  return current ?? new Source(captureStack(), false);
}

/** The place for a new equation; `undefined` unless places are recorded. */
export function sourceToRecord(): Source | undefined {
  return current ?? (recording ? sourceHere() : undefined);
}

/** Runs a function on behalf of a place: what it records or computes belongs there. */
export function onBehalfOf<R>(source: Source | undefined, body: () => R): R {
  if (source === undefined || source === current) return body();
  const before = current;
  current = source;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** As {@linkcode onBehalfOf}, for the gradient of an equation. */
export function onBehalfOfGradient<R>(source: Source | undefined, body: () => R): R {
  return onBehalfOf((source ?? (recording ? unknownSource : undefined))?.gradient, body);
}
