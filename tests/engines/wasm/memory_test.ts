/**
 * How much memory programs take, and that results in the place of others are right.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  cumsum,
  exp,
  flip,
  jit,
  mean,
  random,
  tanh,
  type Tensor,
  zeros,
} from "@katachi/katachi";
import { assertClose } from "../../fixtures/figures.ts";
import { onBoth } from "./agree.ts";

type Doubles = Tensor<number[], "float64">;

/** Steps that need all of what is before them, so that each is a loop of its own. */
const steps: Record<string, (x: Doubles, other: Doubles) => AnyTensor> = {
  "centred": (x) => tanh(x as never as Tensor<[number]>).sub(mean(x, 0) as never),
  "beside": (x, other) => x.mul(other.sum(0) as never).mul(0.1).add(other as never),
  "crossed": (x, other) => x.mul(0.3).add(flip(other as never as Tensor<[number]>, 0) as never),
  "halves": (x, other) => x.sub(x.max(0) as never).add(other.mul(x.min(0) as never) as never),
};

Deno.test("values that take each other's place are what the interpreter makes of them", () => {
  const step = fc.record({
    name: fc.constantFrom(...Object.keys(steps)),
    from: fc.nat(3),
    other: fc.nat(3),
    given: fc.boolean(),
  });
  const chain = fc.array(step, { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(chain, fc.integer({ min: 1, max: 40 }), fc.nat(), (chosen, rows, seed) => {
      const f = (x: Doubles) => {
        const [values, results]: AnyTensor[][] = [[x], []];
        // Mostly the last values, so that those before them die.
        const recent = (back: number) => values.at(-1 - back % values.length) as Doubles;
        for (const { name, from, other, given } of chosen) {
          const value = steps[name](recent(from), recent(other));
          values.push(value);
          if (given) results.push(value);
        }
        return [...results, values.at(-1)!];
      };
      const x = random.normal(random.key(seed), [rows, 5]).astype("float64");
      const [found, expected] = onBoth(f as never, x) as never as AnyTensor[][];
      for (const [i, value] of found.entries()) {
        assertEquals(value.shape, expected[i].shape);
        assertClose([...value.data], [...expected[i].data], 1e-9, `${rows} rows`, 1);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a chain of loops between reductions takes the memory of one", () => {
  const given = random.normal(random.key(0), [100, 100]);
  const chain = jit((x: Tensor<[number, number]>) => {
    let y: AnyTensor = x;
    for (let i = 0; i < 5; i++) {
      const own = y as Tensor<[number, number]>;
      y = tanh(own.sub(mean(own, 0)));
    }
    return y;
  });
  const { peakBytes } = chain.lower(given as never);
  // What is given stays, and each value takes the place of the one before.
  assert(peakBytes < 2.2 * 40_000, `${peakBytes} bytes`);
});

Deno.test("a result that reads nothing does not take the place of what is yet to be read", () => {
  const f = (x: Tensor<[number, number]>) => {
    const known = exp(tanh(x));
    return [zeros([20, 10]), known.mul(exp(known))];
  };
  const x = random.normal(random.key(0), [20, 10]);
  const [found, expected] = onBoth(
    ((x: Tensor<[number, number]>) => f(cumsum(x, 0) as typeof x)) as never,
    x,
  ) as never as AnyTensor[][];
  for (const [i, { data }] of found.entries()) {
    assertClose([...data], [...expected[i].data], 1e-5, `result ${i}`, 1);
  }
});
