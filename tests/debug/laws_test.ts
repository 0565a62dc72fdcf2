/** Debugging changes nothing: random programs under every transformation, watched and unwatched. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checkpoint,
  cost,
  debug,
  fromBuffer,
  grad,
  jit,
  jvp,
  log,
  stack,
  tanh,
  type Tensor,
  vmap,
} from "@katachi/katachi";
import { assertClose } from "../fixtures/figures.ts";
import { pairs, type Program, type Vector } from "../transforms/programs.ts";
import { printedBy } from "./console.ts";

type Batch = Tensor<[number, number], "float64">;

/** What a program is made into; all of these run it forward once. */
const ways: Record<string, (f: Program) => (x: Vector) => { toArray(): unknown }> = {
  plain: (f) => f,
  jit: (f) => jit(f),
  grad: (f) => grad((x: Vector) => tanh(f(x)).sum()),
  "jit of grad": (f) => jit(grad((x: Vector) => tanh(f(x)).sum())),
  "grad of jit": (f) => grad((x: Vector) => tanh(jit(f)(x)).sum()),
  "grad of checkpoint": (f) => grad((x: Vector) => tanh(checkpoint(f)(x)).sum()),
  jvp: (f) => (x) => jvp(f, [x], [x.mul(0.5)])[1],
  vmap: (f) => (x) => vmap(f)(stack([x, x.mul(0.5)]) as Batch),
};

const points = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), {
  minLength: 3,
  maxLength: 3,
});

/** Holds a law for random programs, each in every way. */
function law(
  name: string,
  holds: (
    program: Program,
    way: (f: Program) => (x: Vector) => { toArray(): unknown },
    x: Vector,
  ) => void,
): void {
  for (const [title, way] of Object.entries(ways)) {
    Deno.test(`${name} (${title})`, () => {
      fc.assert(
        fc.property(pairs, points, ({ real, size }, values) => {
          holds(real, way, fromBuffer(Float64Array.from(values.slice(0, size)), [size]));
        }),
        { numRuns: 15 },
      );
    });
  }
}

// To be watched, a program is run equation by equation: it is rounded where it is not otherwise.
law("watched for NaNs, a program gives the same values", (f, way, x) => {
  const expected = way(f)(x).toArray();
  using _checks = debug.nans(true);
  assertClose(way(f)(x).toArray(), expected, 1e-12, "", 1);
});

law(
  "a program that prints gives the same bits, and prints twice where it says so twice",
  (f, way, x) => {
    const expected = way(f)(x).toArray();
    const noisy: Program = (x) => {
      debug.print(x, "in");
      const y = f(x);
      debug.print(y, "out");
      return y;
    };
    let found: unknown;
    const lines = printedBy(() => found = way(noisy)(x).toArray());
    assertEquals(found, expected);
    assertEquals(lines.map((line) => line.split(":")[0]), ["in", "out"]);
  },
);

law("a NaN is found wherever it is planted", (f, way, x) => {
  const planted: Program = (x) => f(log(f(x).mul(0).sub(1)));
  using _checks = debug.nans(true);
  const { message } = assertThrows(() => way(planted)(x), debug.NumericsError);
  assert(message.startsWith("log: ") && message.includes("laws_test.ts:"), message);
  assert(!message.includes("in the gradient"), message);
});

Deno.test("a compiled program costs what its optimized tape costs", () => {
  fc.assert(
    fc.property(pairs, ({ real, size }) => {
      const x = fromBuffer(new Float64Array(size), [size]);
      const [once, compiled] = [cost(real, x), cost(jit(real), x)];
      assertEquals(compiled.flops, once.flops);
      assertEquals(compiled.bytesWritten, once.bytesWritten);
    }),
    { numRuns: 40 },
  );
});
