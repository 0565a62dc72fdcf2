/**
 * Einstein's summation, read from its text.
 *
 * @module
 */
import type { Agreed, BroadcastDim, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of an einsum; a text that only the run time knows gives any rank. */
export type Einsum<E extends string, L extends readonly Shape[], K extends string = "einsum"> =
  string extends E ? Shape
    : number extends L["length"] ? Shape
    : WithoutSpaces<E> extends infer T extends string
      ? T extends `${infer I}->${infer O}` ? Checked<Split<I>, O, L, K, E>
      : Checked<Split<T>, undefined, L, K, E>
    : never;

/** @internal */
type WithoutSpaces<E extends string> = E extends `${infer A} ${infer B}` ? WithoutSpaces<`${A}${B}`>
  : E;

/** @internal */
type Split<T extends string, Out extends readonly string[] = []> = T extends `${infer H},${infer R}`
  ? Split<R, [...Out, H]>
  : [...Out, T];

/** @internal */
type Checked<
  Terms extends readonly string[],
  O extends string | undefined,
  L extends readonly Shape[],
  K extends string,
  E extends string,
> = Terms["length"] extends L["length"]
  ? WrongTerm<Terms, L, K, E> extends infer F
    ? [F] extends [never]
      ? Join<Terms> extends infer All extends string
        ? `${All}${O}` extends `${string}...${string}`
          ? Dotted<Lettered<Terms, L, K>, All, O, L, K, E>
        : Summed<Terms, O extends string ? O : Once<All>, L, K, E>
      : never
    : F
  : never
  : Fail<`${K} ${E}: ${Terms["length"]} terms for ${L["length"]} operands`>;

/**
 * Axes under `...` get letters, unless there are an unknown number of them.
 *
 * @internal
 */
type Dotted<
  Terms,
  All extends string,
  O extends string | undefined,
  L extends readonly Shape[],
  K extends string,
  E extends string,
> = Terms extends
  { readonly terms: infer T extends readonly string[]; readonly dots: infer D extends string }
  ? Result<All, O, D> extends infer R extends string ? Summed<T, R, L, K, E> : never
  : Shape;

/** The letters of the result. */
type Result<All extends string, O extends string | undefined, Dots extends string> = O extends
  string ? O extends `${infer A}...${infer B}` ? `${A}${Dots}${B}` : O
  : Once<All> extends infer N extends string ? `${Dots}${N}`
  : never;

/** The terms with letters for `...`, and the most letters that one has; or a word. */
type Lettered<
  Terms extends readonly string[],
  L extends readonly Shape[],
  K,
  Dots extends string = "",
  Out extends readonly string[] = [],
> = Terms extends readonly [infer T extends string, ...infer TR extends readonly string[]]
  ? L extends readonly [infer S extends Shape, ...infer LR extends readonly Shape[]]
    ? T extends `${infer A}...${infer B}` ? UnknownRank<S, K> extends true ? "unknown"
      : Under<`${A}${B}`, S> extends infer D extends string
        ? Lettered<TR, LR, K, D extends `${string}${Dots}` ? D : Dots, [...Out, `${A}${D}${B}`]>
      : never
    : Lettered<TR, LR, K, Dots, [...Out, T]>
  : never
  : { terms: Out; dots: Dots };

/** A letter for each dim that the others leave. */
type Under<Others extends string, S extends Shape> = Others extends `${infer _}${infer R}`
  ? S extends readonly [unknown, ...infer SR extends Shape] ? Under<R, SR> : ""
  : Backwards<S, DotLetters>;

/** As many letters as dims, the last dim's first: axes under `...` are aligned at the end. */
type Backwards<S extends Shape, Letters extends string, Out extends string = ""> = S extends
  readonly [unknown, ...infer SR extends Shape]
  ? Letters extends `${infer c}${infer R}` ? Backwards<SR, R, `${c}${Out}`> : Out
  : Out;

type Summed<
  Terms extends readonly string[],
  O extends string,
  L extends readonly Shape[],
  K extends string,
  E extends string,
> = WrongOutput<O, Join<Terms>, K, E> extends infer F
  ? [F] extends [never]
    ? Sizes<Terms, L, K, E> extends infer D ? D extends Fail<unknown> ? D : Output<O, D> : never
  : F
  : never;

/** The failure of the first term that does not name the axes of its operand, or `never`. */
type WrongTerm<
  Terms extends readonly string[],
  L extends readonly Shape[],
  K extends string,
  E extends string,
> = Terms extends readonly [infer T extends string, ...infer TR extends readonly string[]]
  ? L extends readonly [infer S extends Shape, ...infer LR extends readonly Shape[]]
    ? Fits<T, UnknownRank<S, K> extends true ? Shape : S> extends true ? WrongTerm<TR, LR, K, E>
    : Fail<`${K} ${E}: ${T} does not name the axes of ${Show<S, K>}`>
  : never
  : never;

/** Whether a term is of letters, one for each axis; `...` is any number of axes. */
type Fits<T extends string, S extends Shape> = T extends `${infer A}...${infer B}`
  ? Names<`${A}${B}`, S, true>
  : Names<T, S, false>;

type Names<T extends string, S extends Shape, More extends boolean> = T extends
  `${infer c}${infer R}`
  ? c extends Letter ? S extends readonly [unknown, ...infer SR extends Shape] ? Names<R, SR, More>
    : number extends S["length"] ? Names<R, S, More>
    : false
  : false
  : number extends S["length"] ? true
  : S extends readonly [] ? true
  : More;

type Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
type Characters<S extends string, Out = never> = S extends `${infer c}${infer R}`
  ? Characters<R, Out | c>
  : Out;
type Letter = Characters<Alphabet>;

/** What the axes under `...` are called, the last one's letter first. */
type DotLetters = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ";

type Join<T extends readonly string[], Out extends string = ""> = T extends
  readonly [infer H extends string, ...infer R extends readonly string[]] ? Join<R, `${Out}${H}`>
  : Out;

/** The letters and their dims, collected term by term. */
type Sizes<
  Terms extends readonly string[],
  L extends readonly Shape[],
  K extends string,
  E extends string,
  // deno-lint-ignore ban-types -- a record that is still empty
  D = {},
> = Terms extends readonly [infer T extends string, ...infer TR extends readonly string[]]
  ? L extends readonly [infer S extends Shape, ...infer LR extends readonly Shape[]]
    ? TermSizes<T, UnknownRank<S, K> extends true ? Shape : S, K, E, D> extends infer N
      ? N extends Fail<unknown> ? N : Sizes<TR, LR, K, E, N>
    : never
  : D
  : D;

/** An operand of unknown rank has a dim that is not known for each letter. */
type TermSizes<T extends string, S extends Shape, K extends string, E extends string, D> = T extends
  `${infer c}${infer R}`
  ? S extends readonly [infer d extends number, ...infer SR extends Shape]
    ? c extends keyof D
      ? BroadcastDim<D[c], d, K> extends Agreed<infer M>
        ? TermSizes<R, SR, K, E, Omit<D, c> & { [P in c]: M }>
      : Fail<`${K} ${E}: index ${c} is ${D[c] & number} and ${d}`>
    : TermSizes<R, SR, K, E, D & { [P in c]: d }>
  : TermSizes<T, [number, ...S], K, E, D>
  : D;

/** The failure of the first letter of the result that is wrong, or `never`. */
type WrongOutput<
  O extends string,
  All extends string,
  K extends string,
  E extends string,
  Seen extends string = never,
> = O extends `${infer c}${infer R}`
  ? c extends Seen ? Fail<`${K} ${E}: index ${c} stands twice in the result`>
  : All extends `${string}${c}${string}` ? WrongOutput<R, All, K, E, Seen | c>
  : Fail<`${K} ${E}: index ${c} of the result is in no operand`>
  : never;

type Output<O extends string, D, Out extends readonly unknown[] = []> = O extends
  `${infer c}${infer R}` ? Output<R, D, [...Out, D[c & keyof D]]> : Out;

/** The letters that occur once, in alphabetical order. */
type Once<T extends string> = InOrder<Alphabet, T>;

type InOrder<Letters extends string, T extends string, Out extends string = ""> = Letters extends
  `${infer c}${infer R}` ? InOrder<
    R,
    T,
    T extends `${string}${c}${infer After}`
      ? After extends `${string}${c}${string}` ? Out : `${Out}${c}`
      : Out
  >
  : Out;

/** An einsum taken apart: letters for every axis; `...` has become upper-case Greek letters. */
export interface ParsedEinsum {
  /** For each operand a letter for each axis. */
  readonly inputs: readonly string[];
  /** A letter for each axis of the result. */
  readonly output: string;
}

const dotLetters: DotLetters = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ";

/** Letters for axes under `...`, which are aligned at the end. */
const backwards = (count: number) => [...dotLetters.slice(0, count)].reverse().join("");

/** Reads the text and fits it to the operands' ranks. */
export function parseEinsum(equation: string, shapes: readonly Shape[]): ParsedEinsum {
  const text = equation.replaceAll(" ", "");
  const arrow = text.indexOf("->");
  const left = arrow < 0 ? text : text.slice(0, arrow);
  const right = arrow < 0 ? undefined : text.slice(arrow + 2);
  const terms = left.split(",");
  const fail = (what: string) => new ShapeError(`einsum ${equation}: ${what}`);
  if (terms.length !== shapes.length) {
    throw fail(`${terms.length} terms for ${shapes.length} operands`);
  }
  const covered = terms.map((term, i) => shapes[i].length - term.replace("...", "").length);
  const widest = Math.max(0, ...terms.map((term, i) => term.includes("...") ? covered[i] : 0));
  const inputs = terms.map((term, i) => {
    const dots = term.includes("...");
    if (
      !/^[A-Za-z]*$/.test(term.replace("...", "")) || (dots ? covered[i] < 0 : covered[i] !== 0)
    ) {
      throw fail(`${term} does not name the axes of ${showShape(shapes[i])}`);
    }
    return term.replace("...", backwards(Math.max(covered[i], 0)));
  });
  const all = inputs.join("");
  const dotsOut = backwards(widest);
  if (right === undefined) {
    const once = [...new Set(all)].filter((c) =>
      /[A-Za-z]/.test(c) && all.indexOf(c) === all.lastIndexOf(c)
    );
    return { inputs, output: dotsOut + once.sort().join("") };
  }
  const output = right.replace("...", dotsOut);
  for (const [i, letter] of [...output].entries()) {
    if (output.indexOf(letter) !== i) throw fail(`index ${letter} stands twice in the result`);
    if (!all.includes(letter)) throw fail(`index ${letter} of the result is in no operand`);
  }
  return { inputs, output };
}

/** The run-time twin of {@linkcode Einsum}. */
export function einsumShape(equation: string, shapes: readonly Shape[]): number[] {
  const { inputs, output } = parseEinsum(equation, shapes);
  const sizes = new Map<string, number>();
  for (const [i, letters] of inputs.entries()) {
    for (const [axis, letter] of [...letters].entries()) {
      const dim = shapes[i][axis];
      const known = sizes.get(letter) ?? 1;
      if (known !== dim && known !== 1 && dim !== 1) {
        throw new ShapeError(`einsum ${equation}: index ${letter} is ${known} and ${dim}`);
      }
      sizes.set(letter, known === 1 ? dim : known);
    }
  }
  return [...output].map((letter) => sizes.get(letter)!);
}
