/** Arguments that are given away. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  DonationError,
  foriLoop,
  fromBuffer,
  grad,
  jit,
  matmul,
  ones,
  scan,
  stack,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@katachi/katachi";

type Square = Tensor<[3, 3], "float64">;
type State = readonly [Square, Square, Square];

/** What becomes of three matrices: results that can be written in place, and results that cannot. */
const moves: Record<string, (state: State) => Square> = {
  first: ([a]) => a,
  second: ([, b]) => b,
  third: ([, , c]) => c,
  sum: ([a, b]) => a.add(b),
  scaled: ([a, , c]) => c.mul(0.5).sub(a.mul(0.25)),
  transposed: ([a]) => a.transpose(),
  product: ([a, b]) => matmul(a, b),
  reversed: ([, b]) => b.slice([[null, null, -1]]) as Square,
  centered: ([, , c]) => c.sub(c.mean(0)),
  constant: () => ones([3, 3], "float64"),
  stacked: ([a]) => stack([a.sum(0), a.max(0), a.min(0)]) as Square,
  looped: ([a, b]) => foriLoop(0, 3, (_, x) => x.mul(b).add(1), a),
  scanned: ([a, , c]) => scan((x, row) => [x.add(row), row], a, c)[0],
  chosen: ([a, b]) => where(a.sum(1).expandDims(0).broadcastTo([3, 3]).astype("bool"), a, b),
};

const names = fc.constantFrom(...Object.keys(moves));
const start = (seed: number): State =>
  [0, 1, 2].map((k) =>
    fromBuffer(Float64Array.from({ length: 9 }, (_, i) => Math.sin(seed + 9 * k + i)), [3, 3])
  ) as unknown as State;
const copied = (state: State): State =>
  state.map((x) => fromBuffer(x.data, [3, 3])) as unknown as State;
const numbers = (state: State) => state.map((x) => [...x.data]);

/** What happens between steps. */
const events = fc.array(
  fc.constantFrom("step", "step", "read", "other run", "start again", "swap", "same twice"),
  { maxLength: 12 },
);

Deno.test("with and without donation, programs give the same, whatever they are called with", () => {
  fc.assert(
    fc.property(names, names, names, events, (x, y, z, happens) => {
      const step = (state: State): State => [moves[x](state), moves[y](state), moves[z](state)];
      const [plain, donated] = [jit(step), jit(step, { donate: [0] })];
      const runs = [start(0), start(5)].map((state) => ({ state, expected: copied(state) }));
      let [now, other] = runs;
      for (const event of happens) {
        if (event === "other run") [now, other] = [other, now];
        if (event === "start again") now.state = copied(now.expected);
        if (event === "read") assertEquals(numbers(now.state), numbers(now.expected));
        if (event === "swap") {
          const swap = ([a, b, c]: State): State => [c, a, b];
          Object.assign(now, { state: swap(now.state), expected: swap(now.expected) });
        }
        if (event === "same twice") {
          const twice = ([a, b]: State): State => [a, b, a];
          Object.assign(now, { state: twice(now.state), expected: twice(now.expected) });
        }
        if (event !== "step") continue;
        const before = now.state;
        now.state = donated(before);
        now.expected = plain(now.expected);
        assertThrows(() => before[0].data, DonationError);
      }
      for (const run of runs) assertEquals(numbers(run.state), numbers(run.expected));
    }),
    { numRuns: 300 },
  );
});

Deno.test("what is not given away stays, and so does what was read", () => {
  const step = jit(
    (p: { w: Tensor<[200]> }, x: Tensor<[200]>) => ({ p: { w: p.w.add(x) }, sum: p.w.sum() }),
    { donate: [0] },
  );
  const x = ones([200]);
  const first = step({ w: zeros([200]) }, x);
  const early = first.p.w.data;
  const second = step(first.p, x);
  assertEquals([early[7], second.p.w.data[7], x.data[7]], [1, 2, 1]);
  assertEquals([first.sum.item(), second.sum.item()], [0, 200]);
});

Deno.test("a result goes from one program to another", () => {
  const double = jit((x: Tensor<[300]>) => x.mul(2), { donate: [0] });
  const next = jit((x: Tensor<[300]>) => x.add(1), { donate: [0] });
  let x: Tensor<[300]> = ones([300]);
  for (let i = 0; i < 5; i++) x = next(double(x));
  assertEquals(x.data[299], 63);
});

Deno.test("a donated tensor cannot be used again, and the error says what to do", () => {
  const x = tensor([1, 2]);
  const step = jit(function step(x: Tensor<[2]>) {
    return x.mul(2);
  }, { donate: [0] });
  const y = step(x);
  const message = "this float32[2] was donated to step";
  for (
    const use of [
      () => x.data,
      () => step(x),
      () => x.add(1),
      () => jit((x: Tensor<[2]>) => x.add(1))(x),
      () => grad((x: Tensor<[2]>) => x.sum().square())(x),
      () => `${x}`,
    ]
  ) assertThrows(use, DonationError, message);
  assertEquals(y.toArray(), [2, 4]);
});

Deno.test("inside other transformations nothing is given away", () => {
  const f = jit((x: Tensor<[2]>) => x.square().sum(), { donate: [0] });
  const x = tensor([1, 2]);
  assertEquals(grad(f)(x).toArray(), [2, 4]);
  assertEquals(jit((x: Tensor<[2]>) => f(x).add(f(x)))(x).item(), 10);
  assertEquals(x.toArray(), [1, 2]);
});

Deno.test("an error gives nothing away before the program runs", () => {
  const f = jit((a: AnyTensor, b: AnyTensor) => a.add(b), { donate: [0, 1] });
  const [a, b] = [tensor(1), tensor(2)];
  jit((x: AnyTensor) => x.mul(2), { donate: [0] })(b);
  assertThrows(() => f(a, b), DonationError);
  assertEquals(a.item(), 1);
});

Deno.test("positions are whole numbers, and no static argument's", () => {
  const f = (x: AnyTensor) => x;
  assertThrows(
    () => jit(f, { donate: [-1] }),
    RangeError,
    "jit: donate are positions of arguments",
  );
  assertThrows(
    () => jit(f, { donate: [0], staticArgnums: [0] }),
    RangeError,
    "argument 0 is static",
  );
});

Deno.test("memory stays flat over 100,000 steps, with nothing disposed of", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "--no-prompt", "tests/transforms/memory_program.ts"],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const growths = JSON.parse(new TextDecoder().decode(stdout)) as number[];
  assertEquals(growths.length, 3);
  for (const bytes of growths) assert(bytes < 20 * 2 ** 20, `it grew by ${growths} bytes`);
});
