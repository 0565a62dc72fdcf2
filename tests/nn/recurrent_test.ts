/** Recurrent layers: what holds of each of them, whatever their formulas. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  allClose,
  type AnyTensor,
  concat,
  type Dim,
  DTypeError,
  flip,
  jit,
  random,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  vmap,
  zeros,
} from "@katachi/katachi";
import {
  type BidirectionalParams,
  gru,
  gruCell,
  linear,
  lstm,
  lstmCell,
  type LstmState,
  type RecurrentParams,
  type RecurrentWeights,
  rnn,
  rnnCell,
  sequential,
} from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";

const wide = { dtype: "float64" } as const;
type Wide = Tensor<[3, 5, 2], "float64">;
type Run = (x: never, state?: never, options?: object) => [AnyTensor, unknown];

/** The layers, of 2 features and a state of 4, and what one step of theirs is. */
function layersOf(seed: number) {
  const key = random.key(seed);
  const [r, l, g] = [
    rnn.init(key, 2, 4, wide),
    lstm.init(key, 2, 4, wide),
    gru.init(key, 2, 4, wide),
  ];
  const relu = { nonlinearity: "relu" } as const;
  return {
    rnn: [(x, s, o) => rnn(r, x, s, o), (x, s) => rnnCell(r, x, s)],
    relu: [(x, s, o) => rnn(r, x, s, { ...relu, ...o }), (x, s) => rnnCell(r, x, s, relu)],
    lstm: [(x, s, o) => lstm(l, x, s, o), (x, s) => lstmCell(l, x, s)],
    gru: [(x, s, o) => gru(g, x, s, o), (x, s) => gruCell(g, x, s)],
  } as Record<string, [Run, (x: never, state?: never) => unknown]>;
}

function drawn(seed: number): Wide {
  return random.normal(random.key(seed + 1), [3, 5, 2], wide);
}

function assertSame(actual: unknown, expected: unknown): void {
  const [a, b] = [treeLeaves(actual), treeLeaves(expected)];
  assertEquals(a.map(({ shape }) => shape), b.map(({ shape }) => shape));
  for (const [i, x] of a.entries()) {
    assert(allClose(x, b[i] as never, { rtol: 1e-12, atol: 1e-12 }).item());
  }
}

const hidden = (state: unknown) => (state as { h?: AnyTensor }).h ?? state as AnyTensor;

for (const kind of ["rnn", "relu", "lstm", "gru"]) {
  Deno.test(`${kind}: a sequence is a cell's steps, and may be cut anywhere`, () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 5 }), (seed, cut) => {
        const [run, cell] = layersOf(seed)[kind];
        const x = drawn(seed);
        const [outputs, last] = run(x as never);
        const [first, between] = run(x.slice([null, [0, cut]]) as never);
        const [second, end] = run(x.slice([null, [cut, 5]]) as never, between as never);
        assertSame([concat([first, second] as never, 1), end], [outputs, last]);
        let state: unknown;
        for (let t = 0; t < 5; t++) {
          state = cell(x.slice([null, t]) as never, state as never);
          assertSame(hidden(state), outputs.slice([null, t] as never));
        }
        assertSame(state, last);
      }),
      { numRuns: 15 },
    );
  });

  Deno.test(`${kind}: reversed, masked, one by one, compiled`, () => {
    const [run] = layersOf(1)[kind];
    const x = drawn(1);
    const [outputs, last] = run(x as never);
    assertSame(run(flip(x, 1) as never, undefined, { reverse: true }), [
      flip(outputs, 1 as never),
      last,
    ]);
    // Steps that are masked in front, in between or at the end are as if they were not there.
    const mask = tensor(Array.from({ length: 3 }, () => [false, true, false, true, false]));
    const [some, after] = run(x as never, undefined, { mask });
    const [few, end] = run(x.slice([null, [1, 5, 2]]) as never);
    assertSame(some.slice([null, [1, 5, 2]] as never), few);
    assertEquals(sum(some.slice([null, [0, 5, 2]] as never).abs()).item(), 0);
    assertSame(after, end);
    const one = (x: AnyTensor) => run(x as never);
    assertSame(vmap(one)(x), [outputs, last]);
    assertSame(jit(one)(x), [outputs, last]);
    const [none, begun] = run(zeros([3, 0, 2], "float64") as never);
    assertEquals([none.shape, sum(hidden(begun)).item()], [[3, 0, 4], 0]);
    assertEquals(run(zeros([0, 5, 2], "float64") as never)[0].shape, [0, 5, 4]);
  });

  Deno.test(`${kind}: gradients of gradients`, () => {
    const [run] = layersOf(2)[kind];
    const x = random.normal(random.key(3), [2, 2], wide);
    checkGrads((x: Tensor<[2, 2], "float64">) => run(x as never), [x], { order: 2 });
  });
}

Deno.test("recurrent layers: shapes are known from sequence to output", () => {
  const params = lstm.init(random.key(0), 3, 8);
  assertType<IsExact<typeof params, RecurrentParams<[4], 3, 8>>>(true);
  assertType<IsExact<typeof params.weightIh, Tensor<[3, 4, 8], "float32">>>(true);
  const bare = gru.init(random.key(0), 3, 8, { bias: false, dtype: "float64" });
  assertType<IsExact<typeof bare, RecurrentWeights<[3], 3, 8, "float64">>>(true);
  assertEquals(Object.keys(bare), ["weightIh", "weightHh"]);
  const [y, state] = lstm(params, zeros([4, 10, 3]));
  assertType<IsExact<typeof y, Tensor<[4, 10, 8], "float32">>>(true);
  assertType<IsExact<typeof state, LstmState<[4, 8], "float32">>>(true);
  const [one, last] = rnn(rnn.init(random.key(0), 3, 8), zeros([10, 3]));
  assertType<IsExact<typeof one, Tensor<[10, 8], "float32">>>(true);
  assertType<IsExact<typeof last, Tensor<[8], "float32">>>(true);
  const generic = <B extends Dim, T extends Dim>(
    x: Tensor<[B, T, 3]>,
    state: LstmState<[B, 8]>,
  ): [Tensor<[B, T, 8]>, LstmState<[B, 8]>] => lstm(params, x, state);
  assertEquals(generic(zeros([4, 10, 3]), state)[0].shape, [4, 10, 8]);
});

Deno.test("recurrent layers in models", () => {
  const key = random.key(0);
  const both = gru.of(2, 4, { bidirectional: true });
  const params = both.init(key);
  assertType<IsExact<typeof params, BidirectionalParams<RecurrentParams<[3], 2, 4>>>>(true);
  const x = random.normal(random.key(1), [3, 5, 2]);
  const [ahead, last] = gru(params.forward, x);
  const [back, first] = gru(params.backward, x, undefined, { reverse: true });
  assertEquals(both.apply(params, x).toArray(), concat([ahead, back], -1).toArray());
  const ends = gru.of(2, 4, { bidirectional: true, last: true }).apply(params, x);
  assertType<IsExact<typeof ends, Tensor<[3, 8], "float32">>>(true);
  assertEquals(ends.toArray(), concat([last, first], -1).toArray());

  const model = sequential(
    rnn.of(2, 4, { nonlinearity: "relu", reverse: true }),
    lstm.of(4, 4, { bidirectional: true, last: true }),
    linear.of(8, 3),
  );
  const f = <B extends Dim, T extends Dim>(x: Tensor<[B, T, 2]>): Tensor<[B, 3]> =>
    model.apply(model.init(key), x);
  assertEquals(f(x).shape, [3, 3]);
  const [r] = model.init(key);
  const options = { nonlinearity: "relu", reverse: true } as const;
  assertEquals(
    rnn.of(2, 4, options).apply(r, x).toArray(),
    rnn(r, x, undefined, options)[0].toArray(),
  );
  const promoted = lstm.of(2, 4, wide).apply(lstm.init(key, 2, 4, wide), x);
  assertType<IsExact<typeof promoted, Tensor<[3, 5, 4], "float64">>>(true);
  assertEquals(promoted.dtype, "float64");
});

Deno.test("recurrent layers: parameters are spread over ±1/√H", () => {
  const values = treeLeaves(lstm.init(random.key(0), 30, 25)).flatMap(({ data }) => [...data]);
  const extent = Math.max(...values.map(Math.abs));
  assert(extent <= 0.2 && extent > 0.199);
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  assert(Math.abs(variance - 0.04 / 3) < 5e-4);
});

Deno.test("recurrent layers: masks are of bool", () => {
  const params = gru.init(random.key(0), 2, 4);
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => gru(params, zeros([3, 5, 2]), undefined, { mask: zeros([3, 5]) }),
    DTypeError,
    "gru: mask: needs bool, got float32",
  );
});
