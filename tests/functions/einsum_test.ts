/**
 * Einsum against its definition, a loop over all indices, and against NumPy's values and opt_einsum's
 * costs, which `tools/oracle_functions.py` wrote down.
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose, type Figure, figures, numbers } from "../fixtures/figures.ts";

/** The operand that the oracle makes. */
function wave(shape: readonly number[], phase: number): k.Tensor<k.Shape, "float64"> {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: size }, (_, i) => Math.sin(i + phase));
  return k.fromBuffer(data, shape);
}

const waves = (shapes: readonly (readonly number[])[]) => shapes.map((s, i) => wave(s, i));

const { values, paths } = await figures<{
  values: { equation: string; shapes: number[][]; result: Figure }[];
  paths: { equation: string; shapes: number[][]; flops: number; naive: number }[];
}>("einsum");

Deno.test("einsum: NumPy's values", () => {
  for (const { equation, shapes, result } of values) {
    const found = k.einsum(equation, ...waves(shapes));
    assertClose(
      found.toArray(),
      numbers(result),
      1e-12,
      `${equation} of ${JSON.stringify(shapes)}`,
    );
  }
});

Deno.test("einsum: NumPy's shapes", () => {
  const shapeOf = (figure: Figure): number[] =>
    Array.isArray(figure) ? [figure.length, ...shapeOf(figure[0])] : [];
  for (const { equation, shapes, result } of values) {
    assertEquals([...k.einsum(equation, ...waves(shapes)).shape], shapeOf(result), equation);
  }
});

/** An equation with letters from `abcd`, and operands for it. */
const sums = fc.tuple(
  fc.array(fc.array(fc.constantFrom(..."abcd"), { maxLength: 3 }), { minLength: 1, maxLength: 5 }),
  fc.record({ a: dim(), b: dim(), c: dim(), d: dim() }),
  fc.uniqueArray(fc.constantFrom(..."abcd"), { maxLength: 4 }),
  fc.boolean(),
).map(([terms, sizes, wanted, implicit]) => {
  const named = new Set(terms.flat());
  const once = [...named].filter((c) => terms.flat().filter((d) => d === c).length === 1);
  const output = implicit ? once.sort() : wanted.filter((letter) => named.has(letter));
  const text = terms.map((letters) => letters.join("")).join(",");
  return {
    equation: implicit ? text : `${text}->${output.join("")}`,
    terms,
    output,
    sizes: sizes as Record<string, number>,
  };
});

function dim() {
  return fc.integer({ min: 0, max: 3 });
}

/** All index assignments of letters. */
function assignments(letters: readonly string[], sizes: Record<string, number>) {
  return letters.reduce<Record<string, number>[]>(
    (all, letter) =>
      all.flatMap((one) =>
        Array.from({ length: sizes[letter] }, (_, i) => ({ ...one, [letter]: i }))
      ),
    [{}],
  );
}

/** The sum of products over all indices, element by element. */
function naive(
  { terms, output, sizes }: { terms: string[][]; output: string[]; sizes: Record<string, number> },
  operands: readonly k.AnyTensor[],
): number[] {
  const rest = [...new Set(terms.flat())].filter((letter) => !output.includes(letter));
  const at = (letters: readonly string[], index: Record<string, number>) =>
    letters.reduce((offset, letter) => offset * sizes[letter] + index[letter], 0);
  const data = operands.map((x) => x.data);
  return assignments(output, sizes).map((outer) =>
    assignments(rest, sizes).reduce(
      (sum, inner) =>
        sum +
        terms.reduce((p, letters, i) => p * data[i][at(letters, { ...outer, ...inner })], 1),
      0,
    )
  );
}

Deno.test("einsum: the sum of products over all indices", () => {
  fc.assert(
    fc.property(sums, (one) => {
      const operands = waves(one.terms.map((letters) => letters.map((c) => one.sizes[c])));
      const found = k.einsum(one.equation, ...operands);
      assertEquals([...found.shape], one.output.map((letter) => one.sizes[letter]));
      assertClose([...found.data], naive(one, operands), 1e-12, one.equation);
    }),
    { numRuns: 300 },
  );
});

Deno.test("einsum: greedy orders give the same sums", () => {
  const letters = "abcdefghijkl";
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 12, maxLength: 12 }),
      (dims) => {
        // A chain of eleven matrices, shuffled, with a pair of vectors that stand apart.
        const order = [3, 9, 0, 5, 1, 10, 7, 2, 8, 4, 6];
        const shapes = order.map((i) => [dims[i], dims[i + 1]]);
        const text = order.map((i) => letters[i] + letters[i + 1]).join(",");
        const operands = waves(shapes);
        const found = k.einsum(`${text},y,z->zaly`, ...operands, wave([2], 20), wave([3], 30));
        const chain = order.map((_, i) => operands[order.indexOf(i)]).reduce((a, b) =>
          k.matmul(a, b)
        );
        const apart = k.outer(
          wave([3], 30) as k.Tensor<[3], "float64">,
          wave([2], 20).reshape([2]),
        );
        const expected = k.mul(k.reshape(apart, [3, 1, 1, 2]), k.expandDims(chain, [0, -1]));
        assertClose(found.toArray(), expected.toArray(), 1e-11);
      },
    ),
    { numRuns: 10 },
  );
});

Deno.test("einsum: gradients of both orders", () => {
  for (
    const equation of ["ij,jk,kl->il", "ii,ij->j", "ij,ij->ij", "i,j,k->", "ij,->j", "...i,i->..."]
  ) {
    const sizes: Record<string, number> = { i: 2, j: 3, k: 2, l: 2 };
    const shapes = equation.split("->")[0].split(",").map((term) =>
      [...term.replace("...", "jk")].map((letter) => sizes[letter])
    );
    for (const order of [1, 2] as const) {
      checkGrads((...xs: k.AnyTensor[]) => [k.einsum(equation, ...xs)], waves(shapes), { order });
    }
  }
});

Deno.test("einsumPath: the cost of opt_einsum's optimum, or less where one operand is summed first", () => {
  for (const { equation, shapes, flops, naive } of paths) {
    const operands = shapes.map((shape) => k.zeros(shape));
    const path = k.einsumPath(equation, ...operands);
    const [inputs, output] = equation.split("->");
    const alone = [...new Set(inputs)].some((letter) =>
      letter !== "," && !output.includes(letter) && inputs.split(letter).length === 2
    );
    if (alone) assert(path.flops <= flops, `${equation}: ${path.flops} and ${flops}`);
    else assertEquals(path.flops, flops, `${equation} of ${JSON.stringify(shapes)}`);
    assertEquals(path.naiveFlops, naive, equation);
  }
});

Deno.test("einsumPath: no order of a chain of matrices is cheaper (the recurrence of the textbooks)", () => {
  const chain = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 9 });
  fc.assert(
    fc.property(chain, (dims) => {
      const n = dims.length - 1;
      const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
      for (let length = 2; length <= n; length++) {
        for (let i = 0, j = length - 1; j < n; i++, j++) {
          cost[i][j] = Math.min(
            ...Array.from(
              { length: j - i },
              (_, s) =>
                cost[i][i + s] + cost[i + s + 1][j] + 2 * dims[i] * dims[i + s + 1] * dims[j + 1],
            ),
          );
        }
      }
      const letters = "abcdefghij";
      const text = Array.from({ length: n }, (_, i) => letters[i] + letters[i + 1]).join(",");
      const shapes = Array.from({ length: n }, (_, i) => [dims[i], dims[i + 1]]);
      const path = k.einsumPath(
        `${text}->${letters[0]}${letters[n]}`,
        ...shapes.map((shape) => k.zeros(shape)),
      );
      assert(path.flops <= cost[0][n - 1]);
      assert(dims.some((d) => d < 2) || path.flops === cost[0][n - 1]);
    }),
  );
});

Deno.test("einsumPath: a path in words", () => {
  const path = k.einsumPath("ij,jk,k->i", k.zeros([30, 40]), k.zeros([40, 50]), k.zeros([50]));
  assertEquals(
    String(path),
    [
      "einsum ij,jk,k->i: 6,400 flops (180,000 at once)",
      "  1 x 2: jk,k->j, 4,000 flops",
      "  0 x 1: ij,j->i, 2,400 flops",
    ].join("\n"),
  );
  const alone = k.einsumPath("ij,k->", k.zeros([2, 3]), k.zeros([4]));
  assertEquals(alone.steps.map(({ equation }) => equation), ["ij->", "k->", ",->"]);
  assertAlmostEquals(alone.flops, 5 + 3 + 1);
});

Deno.test("einsum: what does not fit is refused in words", () => {
  const x = k.zeros([2, 3]) as k.Tensor<k.Shape>;
  const refused: [string, k.AnyTensor[], string][] = [
    ["ij->ii", [x], "einsum ij->ii: index i stands twice in the result"],
    ["ij->i->j", [x], "einsum ij->i->j: index - of the result is in no operand"],
    ["i.j", [x], "einsum i.j: i.j does not name the axes of [2, 3]"],
    ["ijk", [x], "einsum ijk: ijk does not name the axes of [2, 3]"],
    ["...ijk", [x], "einsum ...ijk: ...ijk does not name the axes of [2, 3]"],
    ["ij,ij", [x], "einsum ij,ij: 2 terms for 1 operands"],
    ["...ij...", [x], "einsum ...ij...: ...ij... does not name the axes of [2, 3]"],
  ];
  for (const [equation, operands, message] of refused) {
    assertThrows(() => k.einsum(equation, ...operands), k.ShapeError, message);
    assertThrows(() => k.einsumPath(equation, ...operands), k.ShapeError, message);
  }
});
