/**
 * Watching that no key is used twice.
 *
 * @module
 */
import { KatachiError } from "../errors.ts";
import { sourceHere } from "../tape/source.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** A random key used for a second time. */
export class KeyReuseError extends KatachiError {
  /** Always `"KeyReuseError"`. */
  override readonly name = "KeyReuseError";
}

/** A use of a key. */
export interface KeyUse {
  /** By what: `normal`. */
  readonly operation: string;
  /** Where, as text that is made when it is asked for. */
  readonly where: () => string;
}

const uses = new WeakMap<AnyTensor, KeyUse>();
let watching = false;

/** Watches keys from now on, or no longer. Says what was before. */
export function watchKeys(on: boolean): boolean {
  const before = watching;
  watching = on;
  return before;
}

/** Notes that a key is used; for the second time it throws. */
export function useKey(operation: string, key: AnyTensor): void {
  if (!watching) return;
  const source = sourceHere();
  note(key, { operation, where: () => String(source) });
}

/** The use of a key so far. */
export function keyUseOf(key: AnyTensor): KeyUse | undefined {
  return uses.get(key);
}

/** Notes the uses of a program's inputs as uses of the tensors that it is called with. */
export function useKeysLike(
  program: readonly (KeyUse | undefined)[],
  inputs: readonly AnyTensor[],
): void {
  if (!watching || program.every((use) => use === undefined)) return;
  const source = sourceHere();
  for (const [i, use] of program.entries()) {
    if (use === undefined) continue;
    const { operation, where } = use;
    note(inputs[i], { operation, where: () => `${where()}, called ${source}` });
  }
}

function note(key: AnyTensor, use: KeyUse): void {
  const before = uses.get(key);
  if (before !== undefined) {
    throw new KeyReuseError(
      `random.${use.operation}: a key is used twice, by random.${before.operation} ${before.where()} ` +
        `and by random.${use.operation} ${use.where()}; make new keys of it with random.split`,
    );
  }
  uses.set(key, use);
}
