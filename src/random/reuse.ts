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

/** What a function gives, and the uses of keys in it. */
export interface Uses<R> {
  readonly result: R;
  readonly uses: ReadonlyMap<AnyTensor, KeyUse>;
}

let noted: Map<AnyTensor, KeyUse> | undefined;

/** Calls a function and takes back what it notes: whether it counts is left to the caller. */
export function usesIn<R>(body: () => R): Uses<R> {
  const outer = noted;
  const own = noted = new Map<AnyTensor, KeyUse>();
  try {
    return { result: body(), uses: own };
  } finally {
    noted = outer;
    for (const key of own.keys()) uses.delete(key);
  }
}

/** Calls functions of which one will happen: a key may be used in each of them. */
export function alternatives<R>(bodies: readonly (() => R)[]): readonly R[] {
  const all = bodies.map(usesIn);
  for (const own of all) countUses(own);
  return all.map(({ result }) => result);
}

/** Lets uses that were taken back count after all. */
export function countUses({ uses: own }: Uses<unknown>): void {
  for (const [key, use] of own) put(key, use);
}

/** For each place the first use of several programs. */
export function anyOf(
  programs: readonly (readonly (KeyUse | undefined)[])[],
): readonly (KeyUse | undefined)[] {
  return programs[0].map((_, i) => programs.find((uses) => uses[i] !== undefined)?.[i]);
}

/**
 * Refuses a step of a loop that uses the same key each time: one that it closes over, or one from
 * its carry that it passes on.
 */
export function requireFreshKeys(
  { uses: own }: Uses<unknown>,
  closedOver: readonly AnyTensor[],
  carried: readonly (KeyUse | undefined)[],
  passedOn: readonly (KeyUse | undefined)[],
): void {
  const use = closedOver.map((key) => own.get(key)).find((use) => use !== undefined) ??
    carried.find((use, i) => use !== undefined && passedOn[i] !== undefined);
  if (use === undefined) return;
  throw new KeyReuseError(
    `random.${use.operation}: a key is used in every step of a loop, by random.${use.operation} ` +
      `${use.where()}; make new keys of it with random.split, or with random.foldIn and the step`,
  );
}

function put(key: AnyTensor, use: KeyUse): void {
  uses.set(key, use);
  noted?.set(key, use);
}

function note(key: AnyTensor, use: KeyUse): void {
  const before = uses.get(key);
  if (before !== undefined) {
    throw new KeyReuseError(
      `random.${use.operation}: a key is used twice, by random.${before.operation} ${before.where()} ` +
        `and by random.${use.operation} ${use.where()}; make new keys of it with random.split`,
    );
  }
  put(key, use);
}
