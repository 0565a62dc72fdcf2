/**
 * Comparing the states of trainings.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Progress, TrainState } from "@katachi/katachi/train";
import { assertSameBits } from "../io/trees.ts";

/** Two states are the same, bit by bit, but for how long things took. */
export function assertSameState(
  actual: TrainState<unknown> | undefined,
  expected: TrainState<unknown>,
): void {
  assert(actual !== undefined);
  const { progress, ...tensors } = actual;
  const { progress: expectedProgress, ...expectedTensors } = expected;
  assertSameBits(tensors, expectedTensors);
  assertEquals(timeless(progress), timeless(expectedProgress));
}

function timeless(progress: Progress): unknown {
  return JSON.parse(
    JSON.stringify(progress, (name, value) => name === "seconds" ? undefined : value),
  );
}
