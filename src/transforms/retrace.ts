/**
 * Why a compiled function was traced again.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import { equalShapes } from "../shape/same.ts";
import type { Abstract } from "../tape/tape.ts";
import { type Argument, typeText } from "./arguments.ts";

/** More differences than this are counted only. */
const shown = 4;

let explaining = false;

/** Explains traces on the console from now on, or no longer. Says what was before. */
export function explainRetraces(on: boolean): boolean {
  const before = explaining;
  explaining = on;
  return before;
}

/** What a program depends on of an argument, without its tensors: a tree's form, or a static value. */
export type Form =
  | { readonly fixed: string }
  | {
    readonly key: string;
    readonly paths: readonly string[];
    readonly leaves: readonly Abstract[];
  };

/** The form of an argument. */
export function formOf(argument: Argument): Form {
  if ("fixed" in argument) return argument;
  const { leaves, structure: { key, paths } } = argument;
  return { key, paths, leaves: leaves.map(({ shape, dtype }) => ({ shape, dtype })) };
}

/** Arguments that a function was traced for. */
export interface Trace {
  /** Counted from 1. */
  readonly number: number;
  readonly forms: readonly Form[];
  /** Whether its program captured a tensor of an enclosing trace. */
  readonly captures?: boolean;
}

/** Says on the console, if that is asked for, why a function is traced again. */
export function reportRetrace(name: string, now: Trace, before: readonly Trace[]): void {
  if (!explaining || before.length === 0) return;
  console.log(`jit: trace ${now.number} of ${name}: ${explainRetrace(now.forms, before)}`);
}

/** What is new about arguments, compared with the most similar ones before. */
export function explainRetrace(forms: readonly Form[], before: readonly Trace[]): string {
  const candidates = before.map(({ number, captures, forms: old }) => ({
    number,
    captures,
    found: differences(forms, old),
  }));
  const closest = candidates.reduce((a, b) => b.found.length <= a.found.length ? b : a);
  const { number, captures, found } = closest;
  if (found.length === 0) {
    return captures
      ? "it captures a tensor of an enclosing trace, so its program is good for that trace only"
      : `the program of trace ${number} was let go: there were more than maxPrograms since it was used`;
  }
  const more = found.length > shown ? [`and ${found.length - shown} more`] : [];
  return `${[...found.slice(0, shown), ...more].join("; ")} (in trace ${number})`;
}

function differences(now: readonly Form[], old: readonly Form[]): readonly string[] {
  const found = now.length === old.length
    ? []
    : [`there are ${now.length} arguments, there were ${old.length}`];
  for (let i = 0; i < Math.min(now.length, old.length); i++) {
    found.push(...argumentDifferences(`argument ${i}`, now[i], old[i]));
  }
  return found;
}

function argumentDifferences(name: string, now: Form, old: Form): readonly string[] {
  if ("fixed" in now || "fixed" in old) {
    const [a, b] = [now, old].map((form) => "fixed" in form ? form.fixed : form.key);
    return a === b ? [] : [`static ${name} is ${a}, was ${b}`];
  }
  if (now.key !== old.key) {
    return [`${name} has the form ${now.key}, had ${old.key}`];
  }
  return now.leaves.flatMap((leaf, i) => {
    const was = old.leaves[i];
    const path = `${name}${now.paths[i]}`;
    const sameShape = equalShapes(leaf.shape, was.shape);
    const sameDType = leaf.dtype === was.dtype;
    if (sameShape && sameDType) return [];
    if (sameDType) {
      return [`${path} has the shape ${showShape(leaf.shape)}, had ${showShape(was.shape)}`];
    }
    return sameShape
      ? [`${path} has the dtype ${leaf.dtype}, had ${was.dtype}`]
      : [`${path} is ${typeText(leaf)}, was ${typeText(was)}`];
  });
}
