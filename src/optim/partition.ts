/**
 * Different rules for different parameters.
 *
 * @module
 */
import { treeMap, zerosLike } from "../../mod.ts";
import { TreeError } from "../tensor/tree.ts";
import { factsOfPart, type Labels, labelsOf, type Part, partOf, withPart } from "./labels.ts";
import {
  type NoState,
  type StateFamily,
  stateless,
  type StateOf,
  type Transformation,
} from "./optimizer.ts";

/** The states of {@linkcode partition}: one for each label. */
export interface PartitionState<F extends { readonly [label: string]: StateFamily }>
  extends StateFamily {
  /** The states for the parameters with each label. */
  readonly state: { readonly [L in keyof F]: StateOf<F[L], Part<NoInfer<this["params"]>>> };
}

/**
 * Applies a transformation of its own to the parameters with each label. Labels are a tree, each for
 * a leaf or a whole part of the parameters, or a function of a leaf and its place.
 *
 * @throws {TreeError} Where the labels are another tree than the parameters, or a label has no
 * transformation.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { adam, applyUpdates, partition, setToZero } from "@katachi/katachi/optim";
 *
 * const params = { encoder: [tensor([1]), tensor([2])], head: tensor([3]) };
 * const optimizer = partition(
 *   { frozen: setToZero(), trained: adam(1) },
 *   { encoder: "frozen", head: "trained" },
 * );
 * const [updates] = optimizer.update(params, optimizer.init(params), params);
 * const next = applyUpdates(params, updates);
 * next.encoder[1].toArray(); // [2]
 * next.head.toArray(); // close to [2]
 * ```
 */
export function partition<F extends { readonly [label: string]: StateFamily }>(
  transformations: { readonly [L in keyof F]: Transformation<F[L]> },
  labels: Labels<NoInfer<keyof F & string>>,
): Transformation<PartitionState<F>> {
  const rules = transformations as Readonly<Record<string, Transformation<AnyState>>>;
  const groups = (params: unknown): readonly (readonly [label: string, chosen: boolean[]])[] => {
    const found: readonly string[] = labelsOf("partition", labels, params);
    const odd = found.find((label) => !Object.hasOwn(rules, label));
    if (odd !== undefined) {
      throw new TreeError(
        `partition: no transformation for the label ${JSON.stringify(odd)}; there are ${
          Object.keys(rules).join(", ")
        }`,
      );
    }
    return Object.keys(rules).map((label) => [label, found.map((own) => own === label)]);
  };
  const parted: Transformation<AnyState> = {
    init: (params) =>
      Object.fromEntries(
        groups(params).map(([label, chosen]) => [label, rules[label].init(partOf(params, chosen))]),
      ),
    update: (gradients, state, params, facts) => {
      const before = state as Readonly<Record<string, unknown>>;
      const after: Record<string, unknown> = {};
      let updates = gradients;
      for (const [label, chosen] of groups(params)) {
        const [own, next] = rules[label].update(
          partOf(gradients, chosen),
          before[label],
          partOf(params, chosen),
          factsOfPart(facts, params, chosen),
        );
        updates = withPart(updates, chosen, own);
        after[label] = next;
      }
      return [updates, after];
    },
  };
  return parted as unknown as Transformation<PartitionState<F>>;
}

/** @internal */
interface AnyState extends StateFamily {
  readonly state: unknown;
}

/**
 * Updates of 0: the parameters stay as they are. One of the rules of a {@linkcode partition}.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { setToZero } from "@katachi/katachi/optim";
 *
 * setToZero().update(tensor([5]), null, tensor([1]))[0].toArray(); // [0]
 * ```
 */
export function setToZero(): Transformation<NoState> {
  return stateless((gradients) => treeMap((g) => zerosLike(g), gradients));
}
