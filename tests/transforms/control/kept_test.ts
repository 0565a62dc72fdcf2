/** What loops carry, lay up and compute anew: no more than is needed. */
import { assert, assertEquals } from "@std/assert";
import {
  type AnyTensor,
  countEquations,
  debug,
  exp,
  foriLoop,
  grad,
  jit,
  makeTape,
  matmul,
  scan,
  sin,
  tanh,
  type Tape,
  tapeCost,
  type Tensor,
} from "@katachi/katachi";
import type { Abstract } from "../../../src/tape/tape.ts";
import type { ScanParams } from "../../../src/transforms/control/scan_params.ts";
import { split } from "../../../src/transforms/split.ts";
import { printedBy } from "../../debug/console.ts";
import { close, numbered, type Scalar, type Wide } from "../tensors.ts";

type State = Wide<[16, 8]>;
const [steps, batch, width] = [10, 16, 8] as const;

/** What the way forward keeps for the way back beside inputs and outputs: shapes. */
function keptBy(f: (...args: AnyTensor[]) => unknown, args: readonly AnyTensor[]): string[] {
  const tape = makeTape(f)(...args);
  const { forward } = split(tape, args.map(() => true));
  return forward.outputs.slice(tape.outputs.length).map(({ shape }: Abstract) => shape.join());
}

/** The scans of a tape, in order. */
function scansOf({ equations }: Tape): { params: ScanParams; outputs: readonly Abstract[] }[] {
  return equations.filter(({ primitive }) => primitive.name === "scan") as never;
}

const rnn = (w: Wide<[8, 8]>, u: Wide<[3, 8]>, b: Wide<[8]>, h: State, xs: Wide<[10, 16, 3]>) =>
  scan(
    (h: State, x: Wide<[16, 3]>) => {
      const next: State = tanh(matmul(h, w).add(matmul(x, u)).add(b));
      return [next, next];
    },
    h,
    xs,
  )[1];
const cell = [
  numbered([width, width]),
  numbered([3, width], 2),
  numbered([width], 3),
  numbered([batch, width], 4),
  numbered([steps, batch, 3], 5),
];

Deno.test("an RNN keeps its states, beside weights, inputs and outputs that are there anyway", () => {
  assertEquals(keptBy(rnn as never, cell), [[steps, batch, width].join()]);
});

Deno.test("constants are not stacked, however large, and neither is what they spread to", () => {
  const scaled = (big: Wide<[16, 16]>, row: Wide<[8]>, c: State) =>
    scan((c: State, _: null) => [sin(matmul(big, c).mul(row)), null], c, null, {
      length: steps,
    })[0];
  const args = [numbered([batch, batch]), numbered([width], 2), numbered([batch, width], 3)];
  // The carry before each step, the product and the sine's argument: nothing of the constants.
  const stacked = [steps, batch, width].join();
  assertEquals(keptBy(scaled as never, args), [stacked, stacked, stacked]);
  const linear = (big: Wide<[16, 16]>, c: State) =>
    scan((c: State, _: null) => [matmul(big, c), null], c, null, { length: steps })[0];
  assertEquals(keptBy(linear as never, [args[0], args[2]]), [stacked]);
});

Deno.test("a linear step that only moves or adds keeps nothing", () => {
  const moved = (b: Wide<[8]>, c: State) =>
    foriLoop(0, steps, (_, c: State) => c.mul(0.5).add(b).neg(), c);
  assertEquals(keptBy(moved as never, [numbered([width]), numbered([batch, width])]), []);
  const sums = (xs: Wide<[10, 8]>) =>
    scan((c: Wide<[8]>, x) => [c.add(x), null], numbered([width]), xs)[0];
  assertEquals(keptBy(sums as never, [numbered([steps, width])]), []);
});

Deno.test("what every step would compute anew is computed once, before the loop", () => {
  const f = (w: Wide<[8, 8]>, c: Wide<[8]>) =>
    scan(
      (c: Wide<[8]>, _: null) => {
        const weights = exp(w).add(sin(w));
        return [tanh(matmul(weights, c)), null];
      },
      c,
      null,
      { length: steps },
    )[0];
  const args = [numbered([width, width]), numbered([width])] as const;
  const tape = makeTape(jit(f))(...args);
  const { flops } = tapeCost(tape);
  // exp, sin and add once; a product and tanh for each step.
  assertEquals(flops, 3 * width * width + steps * (2 * width * width + width));
  // And so for the gradient: it comes to the way back by way of one sum.
  const gradient = makeTape(jit(grad((w: Wide<[8, 8]>) => f(w, args[1]).sum())))(args[0]);
  assertEquals(tapeCost(gradient).byPrimitive.exp.flops, width * width);
  assertEquals(tapeCost(gradient).byPrimitive.sin.flops, width * width);
});

Deno.test("a carry that no step changes is a constant", () => {
  const f = (w: Wide<[8]>, c: Wide<[8]>) =>
    scan(
      ({ w, c }: { w: Wide<[8]>; c: Wide<[8]> }, _: null) => [{ w, c: sin(c.mul(w)) }, null],
      { w, c },
      null,
      { length: steps },
    )[0];
  const tape = makeTape(f)(numbered([width]), numbered([width]));
  const [{ params }] = scansOf(tape);
  assertEquals([params.constants, params.carry], [1, 1]);
});

Deno.test("carries and results that nothing reads are pruned, with what leads to them", () => {
  type Carry = { used: Scalar; unused: Scalar; first: Scalar };
  const f = (x: Wide<[5]>) => {
    const [{ used }, [, squares]] = scan(
      // `first` is read by what is used, `unused` by itself alone.
      ({ used, unused, first }: Carry, x: Scalar) => [
        { used: used.add(first), unused: exp(unused), first: first.mul(x) },
        [tanh(unused), x.square()],
      ],
      { used: numbered([]), unused: numbered([]), first: numbered([], 2) },
      x,
    );
    return [used, squares.sum()];
  };
  const count = countEquations(makeTape(jit(f))(numbered([5])));
  assertEquals([count.scan, count.exp, count.tanh], [1, undefined, undefined]);
  assert(count.mul !== undefined);
  const tape = makeTape((x: Wide<[5]>) => jit((x: Wide<[5]>) => f(x)[0])(x))(numbered([5]));
  const inner = tape.equations[0].params.tape as Tape;
  const [{ params, outputs }] = scansOf(inner);
  assertEquals([params.carry, outputs.length], [2, 2]);
  const [a, b] = f(numbered([5])), [c, d] = jit(f)(numbered([5]));
  close(c, a);
  close(d, b);
});

Deno.test("a loop of which nothing is read is gone, unless it does something", () => {
  const loop = (x: Scalar, step: (c: Scalar) => Scalar) =>
    scan((c: Scalar, _: null) => [step(c), null], x, null, { length: 2 });
  const silent = jit((x: Scalar) => (loop(x, (c) => sin(c)), x));
  assertEquals(countEquations(makeTape(silent)(numbered([]))).scan, undefined);
  const noisy = jit((x: Scalar) => (loop(x, (c) => (debug.print(x, "x"), sin(c))), x));
  assertEquals(printedBy(() => noisy(numbered([]))).length, 2);
});

Deno.test("the way back goes round with what is differentiated by alone", () => {
  type Carry = { h: Scalar; n: Tensor<[], "int32">; fixed: Scalar };
  const f = (w: Scalar, xs: Wide<[5]>) =>
    scan(
      ({ h, n, fixed }: Carry, x: Scalar) => [
        { h: sin(h.mul(w)).add(x), n: n.add(1), fixed: fixed.mul(x) },
        null,
      ],
      { h: numbered([]), n: numbered([]).astype("int32"), fixed: numbered([], 2) },
      xs,
    )[0].h;
  const byWeight = makeTape(grad(f))(numbered([]), numbered([5]));
  const back = scansOf(byWeight).at(-1)!;
  // The sum of w's cotangents and the cotangent of h; none of xs, n or fixed.
  assertEquals([back.params.carry, back.outputs.length], [2, 2]);
  const bySlices = makeTape(grad(f, { argnums: 1 }))(numbered([]), numbered([5]));
  const { params, outputs } = scansOf(bySlices).at(-1)!;
  assertEquals([params.carry, outputs.length], [2, 3]);
});
