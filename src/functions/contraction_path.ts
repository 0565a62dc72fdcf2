/**
 * In which order to multiply the operands of an einsum.
 *
 * The order is chosen by cost, as by opt_einsum (D. G. A. Smith and J. Gray, "opt_einsum: a Python
 * package for optimizing contraction order for einsum-like expressions", Journal of Open Source
 * Software 3(26), 753, 2018): up to {@linkcode EXACT} operands the cheapest of all orders, beyond it a
 * greedy one.
 *
 * @module
 */
import type { ParsedEinsum } from "../shape/einsum.ts";
import type { Shape } from "../shape/dim.ts";

/** One step of an einsum: a sum over axes of one operand, or the product of two. */
export interface EinsumStep {
  /**
   * Which operands it takes, as positions in the list of those that are left. They go from the list;
   * the result is appended to it.
   */
  readonly operands: readonly [number] | readonly [number, number];
  /** What it computes. Axes under `...` have Greek capitals. */
  readonly equation: string;
  /** How many additions and multiplications that takes. */
  readonly flops: number;
}

/** The steps of an einsum and what they cost. */
export interface EinsumPath {
  /** The steps, in order. */
  readonly steps: readonly EinsumStep[];
  /** The additions and multiplications of all steps. */
  readonly flops: number;
  /** What one loop over all indices would take. */
  readonly naiveFlops: number;
  /** The path as text: a line for the whole, and one for each step. */
  toString(): string;
}

/** Up to how many operands all orders are compared. */
const EXACT = 8;

type Letters = ReadonlySet<string>;

/** The size of each letter: the largest of its dims, since a dim of 1 broadcasts. */
export function letterSizes(
  { inputs }: ParsedEinsum,
  shapes: readonly Shape[],
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [i, letters] of inputs.entries()) {
    for (const [axis, letter] of [...letters].entries()) {
      const known = sizes.get(letter) ?? 1;
      sizes.set(letter, known === 1 ? shapes[i][axis] : known);
    }
  }
  return sizes;
}

/** The steps that compute an einsum with the fewest floating-point operations found. */
export function contractionPath(
  equation: string,
  parsed: ParsedEinsum,
  shapes: readonly Shape[],
): EinsumPath {
  const sizes = letterSizes(parsed, shapes);
  const size = (letters: Iterable<string>) =>
    [...letters].reduce((product, letter) => product * sizes.get(letter)!, 1);
  const output = new Set(parsed.output);
  const terms = [...parsed.inputs];
  const steps: EinsumStep[] = [];

  const take = (positions: EinsumStep["operands"], result: string, flops: number) => {
    const taken = positions.map((position) => terms[position]);
    steps.push({ operands: positions, equation: `${taken.join(",")}->${result}`, flops });
    for (const position of positions.toSorted((a, b) => b - a)) terms.splice(position, 1);
    terms.push(result);
  };

  // Letters that one operand alone has are summed over first, and repeated ones put together.
  for (let left = terms.length, position = 0; left > 0; left--) {
    const others = new Set([...output, ...terms.toSpliced(position, 1).join("")]);
    const letters = new Set(terms[position]);
    const kept = [...letters].filter((letter) => others.has(letter)).join("");
    if (kept === terms[position]) position++;
    else take([position], kept, Math.max(size(letters) - size(kept), 0));
  }

  const order = terms.length <= EXACT ? cheapest(terms, output, size) : greedy(terms, output, size);
  for (const [i, j] of order) {
    const [a, b] = [terms[i], terms[j]];
    const wanted = new Set([
      ...output,
      ...terms.filter((_, position) => position !== i && position !== j).join(""),
    ]);
    const result = resultOf(a, b, wanted);
    take([i, j], result, pairFlops(new Set(a + b), result, size));
  }
  const last = steps.at(-1);
  if (last !== undefined && sameLetters(terms[0], parsed.output)) {
    const [inputs] = last.equation.split("->");
    steps[steps.length - 1] = { ...last, equation: `${inputs}->${parsed.output}` };
  } else if (terms[0] !== parsed.output) {
    take([0], parsed.output, 0);
  }

  const every = new Set(parsed.inputs.join(""));
  const flops = steps.reduce((sum, step) => sum + step.flops, 0);
  const sums = every.size > output.size ? 1 : 0;
  const naiveFlops = size(every) * (parsed.inputs.length - 1 + sums);
  return { steps, flops, naiveFlops, toString: () => show(equation, steps, flops, naiveFlops) };
}

function sameLetters(a: string, b: string): boolean {
  return a.length === b.length && [...a].every((letter) => b.includes(letter));
}

/** The letters of a product: shared ones that are wanted, then the left's, then the right's. */
function resultOf(a: string, b: string, wanted: Letters): string {
  const kept = (letters: string, shared: boolean, other: string) =>
    [...letters].filter((letter) => wanted.has(letter) && other.includes(letter) === shared);
  return [...kept(a, true, b), ...kept(a, false, b), ...kept(b, false, a)].join("");
}

/** A multiplication for each combination of indices, and an addition if some are summed over. */
function pairFlops(
  letters: Letters,
  result: { readonly length: number },
  size: (letters: Iterable<string>) => number,
): number {
  return size(letters) * (letters.size > result.length ? 2 : 1);
}

/** Pairs of positions in the list of operands that are left. */
type Order = readonly (readonly [number, number])[];

/**
 * The cheapest order of all, by dynamic programming over the subsets of the operands: the best way to
 * a subset's product joins the best ways to two halves of it.
 */
function cheapest(
  terms: readonly string[],
  output: Letters,
  size: (letters: Iterable<string>) => number,
): Order {
  const all = (1 << terms.length) - 1;
  const lettersIn = (subset: number) => new Set(terms.filter((_, i) => subset & (1 << i)).join(""));
  const letters: Letters[] = [];
  const flops: number[] = [];
  const halves: number[] = [];
  for (let subset = 1; subset <= all; subset++) {
    const outside = lettersIn(all & ~subset);
    letters[subset] = new Set(
      [...lettersIn(subset)].filter((letter) => output.has(letter) || outside.has(letter)),
    );
    flops[subset] = (subset & (subset - 1)) === 0 ? 0 : Infinity;
    // Each split once: the half with the lowest operand.
    for (let half = subset; half > 0; half = (half - 1) & subset) {
      if (half === subset || (half & subset & -subset) === 0) continue;
      const other = subset & ~half;
      const both = new Set([...letters[half], ...letters[other]]);
      const result = { length: letters[subset].size };
      const total = flops[half] + flops[other] + pairFlops(both, result, size);
      if (total < flops[subset]) {
        flops[subset] = total;
        halves[subset] = half;
      }
    }
  }
  const order: [number, number][] = [];
  const list = terms.map((_, i) => 1 << i);
  const join = (subset: number): void => {
    const half = halves[subset];
    if (half === undefined) return;
    join(half);
    join(subset & ~half);
    const pair = [list.indexOf(half), list.indexOf(subset & ~half)].sort((a, b) => a - b);
    order.push([pair[0], pair[1]]);
    list.splice(pair[1], 1);
    list.splice(pair[0], 1);
    list.push(subset);
  };
  join(all);
  return order;
}

/**
 * Step by step the pair whose product is smallest beside its factors; pairs with no letter in common
 * come last.
 */
function greedy(
  terms: readonly string[],
  output: Letters,
  size: (letters: Iterable<string>) => number,
): Order {
  const order: [number, number][] = [];
  const list = [...terms];
  while (list.length > 1) {
    const holders = new Map<string, number>();
    for (const letter of list.join("")) holders.set(letter, (holders.get(letter) ?? 0) + 1);
    let best:
      | { apart: boolean; growth: number; pair: [number, number]; result: string }
      | undefined;
    for (let j = 1; j < list.length; j++) {
      for (let i = 0; i < j; i++) {
        const [a, b] = [list[i], list[j]];
        const wanted = new Set(
          [...a + b].filter((letter) =>
            output.has(letter) ||
            holders.get(letter)! > Number(a.includes(letter)) + Number(b.includes(letter))
          ),
        );
        const result = resultOf(a, b, wanted);
        const growth = size(result) - size(a) - size(b);
        const apart = ![...a].some((letter) => b.includes(letter));
        if (
          best === undefined ||
          (apart === best.apart ? growth < best.growth : best.apart)
        ) {
          best = { apart, growth, pair: [i, j], result };
        }
      }
    }
    const { pair, result } = best!;
    order.push(pair);
    list.splice(pair[1], 1);
    list.splice(pair[0], 1);
    list.push(result);
  }
  return order;
}

function show(
  equation: string,
  steps: readonly EinsumStep[],
  flops: number,
  naiveFlops: number,
): string {
  const count = (n: number) => `${n.toLocaleString("en-US")} flops`;
  return [
    `einsum ${equation}: ${count(flops)} (${naiveFlops.toLocaleString("en-US")} at once)`,
    ...steps.map((step) =>
      `  ${step.operands.join(" x ")}: ${step.equation}, ${count(step.flops)}`
    ),
  ].join("\n");
}
