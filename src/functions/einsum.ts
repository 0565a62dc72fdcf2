/**
 * Einstein's summation.
 *
 * @module
 */
import { type Einsum, einsumShape, parseEinsum } from "../shape/einsum.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import type { AnyTensor, DTypeOf, Tensor } from "../tensor/tensor.ts";
import { mul } from "../primitives/arithmetic.ts";
import { broadcast, sumAxes } from "../primitives/broadcast.ts";
import { equal, select, zero } from "../primitives/compare.ts";
import { contractRaw } from "../primitives/contraction.ts";
import { iota } from "../primitives/create.ts";
import { transposeRaw } from "../primitives/movement.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { contractionPath, type EinsumPath } from "./contraction_path.ts";
import type { Shapes } from "./joining.ts";
import { numbers } from "./products.ts";

/**
 * Einstein's summation: each operand's axes are named by letters, axes of one letter are multiplied
 * along each other, and letters that the result does not name are summed over. Without `->` the
 * result has the letters that occur once, in alphabetical order. `...` stands for axes that
 * broadcast.
 *
 * Several operands are multiplied pair by pair, in the order that {@linkcode einsumPath} shows.
 *
 * @throws {ShapeError} Where the text does not fit the operands, or a letter has two sizes.
 *
 * @example
 * ```ts
 * import { einsum, tensor } from "@katachi/katachi";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * einsum("ij,jk->ik", a, a).toArray(); // [[7, 10], [15, 22]]
 * einsum("ii->", a).item(); // 5
 * ```
 */
export function einsum<
  const E extends string,
  const L extends readonly AnyTensor[],
  K extends string = "einsum",
>(
  equation: Arg<Einsum<E, Shapes<L>, K>, E>,
  ...operands: L
): Tensor<Ok<Einsum<E, Shapes<L>, K>>, DTypeOf<L[number]>> {
  return einsumOf(equation as never, ...operands) as never;
}

function einsumOf(equation: string, ...operands: readonly AnyTensor[]): AnyTensor {
  const shapes = operands.map(({ shape }) => shape);
  const shape = einsumShape(equation, shapes);
  const parsed = parseEinsum(equation, shapes);
  const terms = numbers("einsum", operands).map((x, i) => ({ x, letters: parsed.inputs[i] }));
  for (const step of contractionPath(equation, parsed, shapes).steps) {
    const [, result] = step.equation.split("->");
    const [a, b] = step.operands.map((position) => terms[position]);
    for (const position of step.operands.toSorted((i, j) => j - i)) terms.splice(position, 1);
    terms.push({ x: b === undefined ? alone(a, result) : together(a, b, result), letters: result });
  }
  // A letter may have had a dim of 1 in the operands that it was left with.
  return broadcast(terms[0].x, shape);
}

/**
 * The order in which {@linkcode einsum} multiplies its operands, and what that costs. Up to eight
 * operands it is the cheapest one in floating-point operations; beyond that it is found greedily.
 * (D. G. A. Smith and J. Gray, "opt_einsum", 2018.)
 *
 * @throws {ShapeError} Where the text does not fit the operands, or a letter has two sizes.
 *
 * @example
 * ```ts
 * import { einsumPath, zeros } from "@katachi/katachi";
 *
 * const path = einsumPath("ij,jk,k->i", zeros([30, 40]), zeros([40, 50]), zeros([50]));
 * path.steps.map(({ equation }) => equation); // ["jk,k->j", "ij,j->i"]
 * path.flops; // 6400
 * console.log(String(path));
 * ```
 */
export function einsumPath<
  const E extends string,
  const L extends readonly AnyTensor[],
  K extends string = "einsum",
>(equation: Arg<Einsum<E, Shapes<L>, K>, E>, ...operands: L): EinsumPath {
  return einsumPathOf(equation as never, ...operands);
}

function einsumPathOf(equation: string, ...operands: readonly AnyTensor[]): EinsumPath {
  const shapes = operands.map(({ shape }) => shape);
  einsumShape(equation, shapes);
  return contractionPath(equation, parseEinsum(equation, shapes), shapes);
}

/** A tensor with a letter for each axis. */
interface Term {
  readonly x: AnyTensor;
  readonly letters: string;
}

/** The term with its axes in the order of some of its letters, summed over the others. */
function alone(term: Term, wanted: string): AnyTensor {
  const { x, letters } = diagonals(term);
  const gone = [...letters].flatMap((letter, axis) => wanted.includes(letter) ? [] : [axis]);
  return ordered({
    x: sumAxes(x, gone),
    letters: [...letters].filter((letter) => wanted.includes(letter)).join(""),
  }, wanted);
}

function ordered({ x, letters }: Term, wanted: string): AnyTensor {
  return transposeRaw(x, [...wanted].map((letter) => letters.indexOf(letter)));
}

/** A letter that stands twice picks the diagonal. */
function diagonals({ x, letters }: Term): Term {
  const again = [...letters].findIndex((letter, i) => letters.indexOf(letter) !== i);
  if (again < 0) return { x, letters };
  const first = letters.indexOf(letters[again]);
  const onDiagonal = equal(iota(x.shape, first, "int32"), iota(x.shape, again, "int32"));
  return diagonals({
    x: sumAxes(select(onDiagonal, x, zero(x)), [again]),
    letters: letters.slice(0, again) + letters.slice(again + 1),
  });
}

/** The product of two terms, summed over the letters that they share and nobody wants. */
function together(a: Term, b: Term, wanted: string): AnyTensor {
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  const summed = shared.filter((letter) => !wanted.includes(letter));
  const batch = shared.filter((letter) => wanted.includes(letter));
  const free = (term: Term) => [...term.letters].filter((letter) => !shared.includes(letter));
  const letters = [...batch, ...free(a), ...free(b)].join("");
  if (summed.length === 0) return ordered({ x: multiplied(a, b, letters), letters }, wanted);
  const [x, y] = sameDims(a, b, shared);
  const axes = (term: Term, names: readonly string[]) =>
    names.map((name) => term.letters.indexOf(name));
  const product = contractRaw(x, y, {
    contract: [axes(a, summed), axes(b, summed)],
    batch: [axes(a, batch), axes(b, batch)],
  });
  return ordered({ x: product, letters }, wanted);
}

/** The product with no sum: axes of 1 stand in for the letters that a term does not have. */
function multiplied(a: Term, b: Term, letters: string): AnyTensor {
  const [x, y] = [a, b].map((term) => {
    const own = [...letters].filter((letter) => term.letters.includes(letter)).join("");
    const x = ordered(term, own);
    const dims = [...letters].map((letter) =>
      own.includes(letter) ? x.shape[own.indexOf(letter)] : 1
    );
    return reshapeRaw(x, dims);
  });
  return mul(x, y);
}

/** A dim of 1 against a larger one broadcasts; contraction needs equal dims. */
function sameDims(a: Term, b: Term, shared: readonly string[]): readonly AnyTensor[] {
  const dimOf = (term: Term, letter: string) => term.x.shape[term.letters.indexOf(letter)];
  return [[a, b], [b, a]].map(([term, other]) =>
    broadcast(
      term.x,
      term.x.shape.map((dim, axis) =>
        dim === 1 && shared.includes(term.letters[axis]) ? dimOf(other, term.letters[axis]) : dim
      ),
    )
  );
}
