/**
 * What a primitive declares about itself, once: its name, its shape and dtype rule, its meaning,
 * its derivative, and the operands to check it with.
 *
 * @module
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import type { TypedArray } from "../tensor/dtype.ts";
import type { Sampler } from "./sample.ts";
import type { Scalar } from "./scalar.ts";
import type { Abstract, Tape } from "./tape.ts";

/** The static settings of an equation. Tapes among them are programs that the equation calls. */
// deno-lint-ignore no-explicit-any -- each primitive narrows it in its own declaration
export type Params = any;

/** An operand as an engine sees it. */
export interface Elements extends Abstract {
  /** Its elements in row-major order. */
  readonly data: TypedArray;
}

/** Runs a tape on elements. */
export type Execute = (tape: Tape, inputs: readonly Elements[]) => readonly Elements[];

/** What a primitive computes. */
export type Meaning<P> =
  /** Element by element: an expression that every engine compiles. */
  | {
    readonly kind: "elementwise";
    readonly scalar: <T>(s: Scalar<T>, operands: readonly T[], params: P) => readonly T[];
  }
  /** The reference kernel: fills the outputs, which come zeroed. */
  | {
    readonly kind: "kernel";
    readonly run: (inputs: readonly Elements[], params: P, outputs: readonly Elements[]) => void;
  }
  /** Tapes among the settings, applied in some order: fills the outputs, which come zeroed. */
  | {
    readonly kind: "control";
    /** Which tapes it runs how often; `times` is missing where that is not known beforehand. */
    readonly tapes: (params: P) => readonly { readonly tape: Tape; readonly times?: number }[];
    /** Whether it runs all of these tapes, or one of them. */
    readonly runs: "all" | "one";
    readonly run: (
      inputs: readonly Elements[],
      params: P,
      outputs: readonly Elements[],
      execute: Execute,
    ) => void;
  }
  /** Another tape, applied to the operands. */
  | { readonly kind: "call"; readonly tape: (params: P) => Tape };

/** What a vjp rule may look at. */
export interface VjpContext<P> {
  /** The operands. */
  readonly inputs: readonly AnyTensor[];
  /** The results. */
  readonly outputs: readonly AnyTensor[];
  /** The settings. */
  readonly params: P;
  /** Which operands' cotangents are wanted. */
  readonly needs: readonly boolean[];
  /** What {@linkcode Primitive.augment} kept, if the primitive has one. */
  readonly residuals: unknown;
}

/**
 * The one differentiation rule of a primitive: from the cotangents of its results (`undefined`
 * where none flows) to those of its operands. Written in the library's own functions, so that it
 * can be recorded and differentiated again.
 */
export type VjpRule<P> = (
  cotangents: readonly (AnyTensor | undefined)[],
  context: VjpContext<P>,
) => readonly (AnyTensor | undefined)[];

/** The mark of a primitive through which no gradient flows, and why. */
export interface NotDifferentiable {
  /** The reason, for the documentation: "piecewise constant", "integer result". */
  readonly notDifferentiable: string;
}

/** What a batching rule may look at. */
export interface BatchContext<P> {
  /** The primitive itself. */
  readonly primitive: Primitive<P>;
  /** Its settings, for one example. */
  readonly params: P;
  /** How many examples the batch has. */
  readonly size: number;
  /** Which operands carry the batch, as their first axis; at least one does. */
  readonly batched: readonly boolean[];
}

/** Results of which some carry the batch as their first axis, and some are the same for all. */
export interface PartlyBatched {
  /** The results. */
  readonly outputs: readonly AnyTensor[];
  /** Which outputs carry the batch. */
  readonly batched: readonly boolean[];
}

/**
 * What a primitive does to a whole batch of examples at once. Either a rule: from operands, of
 * which some have the batch as a further first axis, to results that all have it (or say which do).
 * Or, for a primitive that needs nothing but other settings when all its operands have a further
 * first axis, those settings.
 */
export type Batching<P> =
  | ((
    inputs: readonly AnyTensor[],
    context: BatchContext<P>,
  ) => readonly AnyTensor[] | PartlyBatched)
  | { readonly params: (params: P, size: number) => P };

/** An equation of which only some results are used. */
export interface Pruned<P> {
  /** Settings with which it has those results only. */
  readonly params: P;
  /** Which operands it then has. */
  readonly inputs: readonly boolean[];
  /** Which results it then has: those that are used, unless it needs more itself. */
  readonly outputs?: readonly boolean[];
}

/** A primitive with its outputs computed and whatever its vjp rule wants to see again. */
export interface Augmented {
  /** The results. */
  readonly outputs: readonly AnyTensor[];
  /** Handed to the vjp rule as it is. */
  readonly residuals: unknown;
}

/** A declaration, before it is registered. */
export interface Primitive<P = Params> {
  /** Its name in tapes, messages and the op table. */
  readonly name: string;
  /** The family, which is also the file it is declared in. */
  readonly family: string;
  /** One line for the op table. */
  readonly summary: string;
  /** Checks the operands and gives the results' shapes and dtypes. */
  readonly infer: (inputs: readonly Abstract[], params: P) => readonly Abstract[];
  /** What it computes. */
  readonly meaning: Meaning<P>;
  /** Its derivative, or why there is none. */
  readonly vjp: VjpRule<P> | NotDifferentiable;
  /** Whether its rule serves forward mode only: the way back cannot be executed. */
  readonly forwardOnly?: boolean;
  /** What it does to a batch. */
  readonly batch: Batching<P>;
  /**
   * How many operations on numbers it takes. Elementwise primitives and calls need not say: the
   * operations of their expressions and tapes are counted.
   */
  readonly flops?: (
    inputs: readonly Abstract[],
    outputs: readonly Abstract[],
    params: P,
  ) => number;
  /** Whether applying it does more than give results, so that it happens even if nothing reads them. */
  readonly effect?: boolean;
  /** Computes the results and keeps more than inputs and outputs for the vjp rule. */
  readonly augment?: (
    inputs: readonly AnyTensor[],
    params: P,
    needs: readonly boolean[],
  ) => Augmented;
  /** What is left of an equation when only some of its results are used; all of it, if not given. */
  readonly prune?: (params: P, used: readonly boolean[]) => Pruned<P>;
  /** Draws operands to check the declaration with. */
  readonly sample: Sampler<P>;
}

const registry = new Map<string, Primitive>();

/** Enters a primitive into the registry. */
export function definePrimitive<P>(primitive: Primitive<P>): Primitive<P> {
  const { name, vjp } = primitive;
  if (registry.has(name)) throw new Error(`primitive ${name} is declared twice`);
  if (typeof vjp !== "function" && typeof vjp?.notDifferentiable !== "string") {
    throw new Error(
      `primitive ${name} needs a vjp rule, or { notDifferentiable: reason } if there is none`,
    );
  }
  if (typeof primitive.batch !== "function" && typeof primitive.batch?.params !== "function") {
    throw new Error(`primitive ${name} needs a batching rule`);
  }
  if (typeof primitive.sample !== "function") {
    throw new Error(`primitive ${name} needs a sampler of operands to be checked with`);
  }
  registry.set(name, primitive as Primitive);
  return primitive;
}

/** All registered primitives, by name. */
export function primitives(): readonly Primitive[] {
  return [...registry.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** A vjp rule for one result, given operand by operand; only those wanted are computed. */
export function perOperand<P>(
  ...rules: readonly (
    | ((cotangent: AnyTensor, context: VjpContext<P>) => AnyTensor)
    | undefined
  )[]
): VjpRule<P> {
  return ([cotangent], context) =>
    context.inputs.map((_, i) =>
      cotangent !== undefined && context.needs[i] ? rules[i]?.(cotangent, context) : undefined
    );
}
