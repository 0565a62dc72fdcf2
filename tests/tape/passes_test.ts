/** Passes keep what a tape computes and leave fewer equations; every rule is seen at work. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  add,
  type AnyTensor,
  bitwiseNot,
  broadcastTo,
  countEquations,
  div,
  flip,
  makeTape,
  maximum,
  mul,
  neg,
  pow,
  reshape,
  runTape,
  sin,
  sub,
  sum,
  type Tape,
  tensor,
  transpose,
  where,
  zeros,
} from "@katachi/katachi";
import { foldConstants } from "../../src/tape/passes/constants.ts";
import { removeDead } from "../../src/tape/passes/dead.ts";
import { optimize } from "../../src/tape/passes/optimize.ts";
import { applyRules, rules, simplify } from "../../src/tape/passes/simplify.ts";
import { shareSubexpressions } from "../../src/tape/passes/subexpressions.ts";
import { bind } from "../../src/tape/recorder.ts";
import { primitives } from "../../src/tape/primitive.ts";

/** Steps of a random program: each takes two earlier values of shape [2, 3] to another. */
const steps: Record<string, (a: AnyTensor, b: AnyTensor) => AnyTensor> = {
  add,
  sub,
  mul,
  maximum,
  sin: (a) => sin(a),
  neg: (a) => neg(a),
  "a + 0": (a) => add(a, 0),
  "0 + zeros": (a) => add(zeros([2, 3], a.dtype), a),
  "a * 1": (a) => mul(a, 1),
  "a / 1": (a) => div(a, 1),
  "a ^ 1": (a) => pow(a, 1),
  "a - 0": (a) => sub(a, 0),
  "2 * 3 * a": (a) => mul(mul(tensor(2, "float64"), 3), a),
  constant: (a) => add(a, mul(tensor([[1, 2, 3], [4, 5, 6]], "float64"), 2)),
  "transposed twice": (a) => transpose(transpose(a)),
  "reshaped twice": (a) => reshape(reshape(a, [6]), [2, 3]),
  "broadcast twice": (a) => add(a, broadcastTo(broadcastTo(sum(a), [3]), [2, 3])),
  "flipped twice": (a) => flip(flip(a)),
  "sum of sum": (a) => add(a, sum(sum(a, 1))),
  "select of the same": (a, b) => where(tensor(true), a, b),
  dead: (a, b) => (sin(mul(a, b)), a),
};

const programs = fc.array(
  fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(), fc.nat()),
  { minLength: 1, maxLength: 12 },
).map((choices) => (x: AnyTensor, y: AnyTensor) => {
  const values: AnyTensor[] = [x, y];
  for (const [name, i, j] of choices) {
    values.push(steps[name](values[i % values.length], values[j % values.length]));
  }
  return values.slice(-2);
});

const inputs = [
  tensor([[0.5, -1.25, 2], [3, -0.75, 0.1]], "float64"),
  tensor([[1.5, 0, -2], [0.3, 1, -1]], "float64"),
] as const;

function size(tape: Tape): number {
  return Object.values(countEquations(tape)).reduce((a, b) => a + b, 0);
}

const passes = { foldConstants, removeDead, shareSubexpressions, simplify, optimize };

for (const [name, pass] of Object.entries(passes)) {
  Deno.test(`${name} keeps results, to the bit, and adds no equation`, () => {
    fc.assert(
      fc.property(programs, (program) => {
        const tape = makeTape(program)(...inputs);
        const after = pass(tape);
        assert(size(after) <= size(tape));
        const [before, then] = [tape, after].map((t) => runTape(t, ...inputs));
        assertEquals(then.map((x) => [...x.data]), before.map((x) => [...x.data]));
        assertEquals(after.inputs, tape.inputs);
      }),
      { numRuns: 200 },
    );
  });
}

Deno.test("optimize twice is optimize once", () => {
  fc.assert(fc.property(programs, (program) => {
    const once = optimize(makeTape(program)(...inputs));
    assertEquals(optimize(once).toString(), once.toString());
  }));
});

Deno.test("dead equations and unused constants go", () => {
  const tape = makeTape((x: AnyTensor) => {
    mul(x, tensor([1, 2, 3], "float64"));
    return add(x, 1);
  })(zeros([3], "float64"));
  assertEquals(tape.constants.length, 1);
  assertEquals(countEquations(removeDead(tape)), { add: 1 });
  assertEquals(removeDead(tape).constants.length, 0);
});

Deno.test("what is computed twice is computed once", () => {
  const f = (x: AnyTensor) => add(sin(x), sin(x));
  assertEquals(countEquations(shareSubexpressions(makeTape(f)(zeros([3])))), { sin: 1, add: 1 });
});

Deno.test("constants are folded, but not into something larger", () => {
  const f = (x: AnyTensor) => mul(x, sin(mul(tensor([1, 2, 3]), 2)));
  assertEquals(countEquations(removeDead(foldConstants(makeTape(f)(zeros([3]))))), { mul: 1 });
  const g = (x: AnyTensor) => mul(x, zeros([3]));
  assertEquals(countEquations(foldConstants(makeTape(g)(zeros([3])))), { broadcast: 1, mul: 1 });
});

/** For each rule a program to which it applies. */
const examples: Record<string, (x: AnyTensor) => AnyTensor> = {
  "x + 0": (x) => add(0, x),
  "x - 0": (x) => sub(x, 0),
  "x * 1": (x) => mul(x, broadcastTo(tensor(1), [2, 3])),
  "x / 1": (x) => div(x, 1),
  "x ^ 1": (x) => pow(x, 1),
  "-(-x)": (x) => neg(neg(x)),
  "not not x": (x) => bitwiseNot(bitwiseNot(x.astype("int32"))),
  "transpose of transpose": (x) => transpose(transpose(x.reshape([2, 3, 1]), [1, 0, 2]), [0, 2, 1]),
  "transpose to the same": (x) => raw("transpose", x, { permutation: [0, 1] }),
  "reshape of reshape": (x) => reshape(reshape(x, [6]), [3, 2]),
  "reshape to the same": (x) => raw("reshape", x, { shape: [2, 3] }),
  "broadcast of broadcast": (x) => broadcastTo(broadcastTo(sum(x, 0), [2, 3]), [4, 2, 3]),
  "broadcast to the same": (x) => raw("broadcast", x, { shape: [2, 3], axes: [0, 1] }),
  "reverse of reverse": (x) => flip(flip(x, 0), 0),
  "convert to the same": (x) => raw("convert", x, { dtype: "float32" }),
  "sum over nothing": (x) => raw("sum", x, { axes: [] }),
  "select of the same": (x) => where(x, x, x),
  "select by a constant": (x) => where(tensor(false), sin(x), x),
};

function raw(name: string, x: AnyTensor, params: unknown): AnyTensor {
  return bind(primitives().find((primitive) => primitive.name === name)!, [x], params)[0];
}

Deno.test("every rule has an example here", () => {
  assertEquals(Object.keys(examples).toSorted(), Object.keys(rules).toSorted());
});

for (const [name, rule] of Object.entries(rules)) {
  Deno.test(`rule ${name}: applies, alone, and keeps the result`, () => {
    const x = tensor([[1, -2, 3], [-4, 5, -6]]);
    const tape = makeTape(examples[name])(x);
    const after = removeDead(applyRules([rule], tape));
    assert(size(after) < size(tape), `${tape} became ${after}`);
    assertEquals(runTape(after, x)[0].toArray(), examples[name](x).toArray());
  });
}
