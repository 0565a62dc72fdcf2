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

/** How a program uses keys: its inputs, and tensors that it captured. */
export interface KeyUses {
  readonly inputs: readonly (KeyUse | undefined)[];
  readonly captured: ReadonlyMap<AnyTensor, KeyUse>;
}

/** Uses while a function is traced. They count when the program is called, not before. */
interface Scope {
  readonly uses: Map<AnyTensor, KeyUse>;
  readonly outer: Scope | undefined;
}

const uses = new WeakMap<AnyTensor, KeyUse>();
let scope: Scope | undefined;
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

/** Traces a function; `keyUses` tells how it used its inputs and the tensors that it captured. */
export function tracingKeys<R>(
  body: (
    keyUses: (inputs: readonly AnyTensor[], captured: readonly AnyTensor[]) => KeyUses,
  ) => R,
): R {
  const own: Scope = { uses: new Map(), outer: scope };
  scope = own;
  try {
    return body((inputs, captured) => ({
      inputs: inputs.map((input) => own.uses.get(input)),
      captured: new Map([...own.uses].filter(([key]) => captured.includes(key))),
    }));
  } finally {
    scope = own.outer;
  }
}

/** The uses of a program that runs one of several. */
export function eitherUses(programs: readonly KeyUses[]): KeyUses {
  return {
    inputs: programs[0].inputs.map((_, i) =>
      programs.map(({ inputs }) => inputs[i]).find((use) => use !== undefined)
    ),
    captured: new Map(programs.flatMap(({ captured }) => [...captured])),
  };
}

/** What a loop does with its body. */
export interface Rounds {
  /** How often it goes round; 2 for more than once. */
  readonly rounds: number;
  /** Which inputs the body gives back as they came, for the next round. */
  readonly passedOn: readonly boolean[];
}

/**
 * Notes the uses of a program as uses of the tensors that it is called with. In a loop, what the body
 * captured or passes on is used in each round.
 */
export function useKeysOf(
  program: KeyUses,
  inputs: readonly AnyTensor[],
  { rounds, passedOn }: Rounds = { rounds: 1, passedOn: [] },
): void {
  if (!watching || rounds === 0) return;
  if (rounds > 1) {
    const [again] = [
      ...program.captured.values(),
      ...program.inputs.filter((use, i) => use !== undefined && passedOn[i] === true),
    ];
    if (again !== undefined) refuseInEveryStep(again);
  }
  const source = sourceHere();
  const called = ({ operation, where }: KeyUse): KeyUse => ({
    operation,
    where: () => `${where()}, called ${source}`,
  });
  for (const [i, use] of program.inputs.entries()) {
    if (use !== undefined) note(inputs[i], called(use));
  }
  for (const [key, use] of program.captured) note(key, called(use));
}

function refuseInEveryStep({ operation, where }: KeyUse): never {
  throw new KeyReuseError(
    `random.${operation}: a key is used in every step of a loop, by random.${operation} ${where()}; ` +
      `make new keys of it with random.split, or with random.foldIn and the step`,
  );
}

function note(key: AnyTensor, use: KeyUse): void {
  const before = useOf(key);
  if (before !== undefined) {
    throw new KeyReuseError(
      `random.${use.operation}: a key is used twice, by random.${before.operation} ${before.where()} ` +
        `and by random.${use.operation} ${use.where()}; make new keys of it with random.split`,
    );
  }
  (scope?.uses ?? uses).set(key, use);
}

function useOf(key: AnyTensor): KeyUse | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const use = at.uses.get(key);
    if (use !== undefined) return use;
  }
  return uses.get(key);
}
