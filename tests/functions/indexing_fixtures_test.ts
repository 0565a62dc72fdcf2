/**
 * Order, indexing and updates against JAX's and NumPy's figures, in float64: values and gradients, at
 * ties, NaN, repeated positions and positions out of range too. `tools/oracle_indexing.py` made them.
 */
import { assertEquals, assertThrows } from "@std/assert";
import * as k from "@katachi/katachi";
import { assertClose, type Figure, figures, flat, numbers } from "../fixtures/figures.ts";

type X = k.AnyTensor;
// deno-lint-ignore no-explicit-any -- each function below knows what its figures hold
type Settings = any;

interface Case {
  readonly name: string;
  readonly settings: Settings;
  readonly shapes: readonly number[][];
  readonly operands: readonly Figure[];
  readonly value: Figure;
  readonly pulled?: readonly Figure[];
}

interface SliceCase {
  readonly shape: number[];
  readonly index: k.Index;
  readonly takenShape?: number[];
  readonly value?: Figure;
  readonly refused?: true;
}

const { order, indexing, slices } = await figures<{
  order: Case[];
  indexing: Case[];
  slices: SliceCase[];
}>("indexing");

function shapeOf(figure: unknown): number[] {
  return Array.isArray(figure) ? [figure.length, ...shapeOf(figure[0])] : [];
}

const wide = (figure: Figure, shape = shapeOf(figure)): X =>
  k.fromBuffer(Float64Array.from(flat(figure)), shape);
const positions = (values: Figure) => wide(values).astype("int32");
const axisOf = ({ axis }: Settings) => axis ?? undefined;

const indexOf = ({ index, positions: lists }: Settings): k.AtIndex =>
  index ?? lists.map((list: Figure) => typeof list === "number" ? list : positions(list));

type Updating = (x: X, index: k.AtIndex, value: X) => X;
const updated = (f: unknown) => (s: Settings) => (x: X, v: X) => (f as Updating)(x, indexOf(s), v);
type Segmenting = (x: X, ids: X, segments: number) => X;
const segmented = (f: unknown) => (s: Settings) => (x: X) =>
  (f as Segmenting)(x, positions(s.ids), s.segments);

/** What each name in the figures means here. */
const functions: Record<string, (settings: Settings) => (...xs: X[]) => X> = {
  sort: (s) => (x) => k.sort(x, s.axis, s),
  argsort: (s) => (x) => k.argsort(x, s.axis, s),
  topKValues: (s) => (x) => k.topK(x, s.k, s.axis).values,
  topKIndices: (s) => (x) => k.topK(x, s.k, s.axis).indices,
  quantile: (s) => (x) => k.quantile(x, s.q, axisOf(s), s),
  percentile: (s) => (x) => k.percentile(x, 30, axisOf(s)),
  median: (s) => (x) => k.median(x, axisOf(s)),
  searchsorted: (s) => (a, v) => k.searchsorted(a as k.Tensor<[number], "float64">, v, s),
  digitize: (s) => (x, edges) => k.digitize(x, edges as k.Tensor<[number], "float64">, s),
  bincount: ({ x, length, weights }) => () =>
    k.bincount(
      positions(x) as k.Tensor<[number], "int32">,
      length,
      weights === null ? {} : { weights: wide(weights) as k.Tensor<[number], "float64"> },
    ),
  getAt: (s) => (x) => k.getAt(x, indexOf(s)),
  getAtCompiled: (s) => (x) =>
    k.jit((x: X, at: k.Tensor<k.Shape, "int32">): X => k.getAt(x, at))(
      x,
      positions(s.positions[0]),
    ),
  setAt: updated(k.setAt),
  addAt: updated(k.addAt),
  mulAt: updated(k.mulAt),
  maxAt: updated(k.maxAt),
  minAt: updated(k.minAt),
  take: (s) => (x) => k.take(x, positions(s.positions), axisOf(s)),
  takeAlong: (s) => (x) => k.takeAlong(x, positions(s.positions), s.axis),
  putAlong: (s) => (x, v) => k.putAlong(x, positions(s.positions), v, s.axis),
  segmentSum: segmented(k.segmentSum),
  segmentProd: segmented(k.segmentProd),
  segmentMax: segmented(k.segmentMax),
  segmentMin: segmented(k.segmentMin),
  dynamicSlice: (s) => (x) =>
    k.dynamicSlice(x, positions(s.starts) as k.Tensor<[number], "int32">, s.sizes),
  dynamicUpdateSlice: (s) => (x, u) =>
    k.dynamicUpdateSlice(x, u, positions(s.starts) as k.Tensor<[number], "int32">),
  dynamicIndex: (s) => (x) => k.dynamicIndex(x, k.tensor(s.position as number, "int32")),
};

const byName = Map.groupBy([...order, ...indexing], ({ name }) => name);

for (const [name, cases] of byName) {
  if (name === "histogram") continue;
  Deno.test(`${name}: JAX's values and gradients`, () => {
    for (const { settings, shapes, operands, value, pulled } of cases) {
      const what = `${name} ${JSON.stringify(settings)} of ${JSON.stringify(operands)}`;
      const f = functions[name](settings);
      const xs = operands.map((figure, i) => wide(figure, shapes[i]));
      const [y, pullback] = k.vjp(f, ...xs);
      assertClose(y.toArray(), numbers(value), 1e-12, what);
      if (pulled === undefined) continue;
      const weights = k.arange(1, y.size + 1, 1, "float64").reshape(y.shape);
      const gradients = pullback(weights);
      for (const [i, gradient] of gradients.entries()) {
        if (i === 1 && settings.byValue === false) continue;
        assertClose(gradient.toArray(), numbers(pulled[i]), 1e-12, `${what}, by operand ${i}`);
      }
    }
  });
}

Deno.test("histogram: JAX's counts and edges", () => {
  for (const { settings, shapes, operands, value } of byName.get("histogram")!) {
    const { bins, weights, ...options } = settings;
    const how = weights === undefined ? options : { ...options, weights: wide(weights) };
    const x = wide(operands[0], shapes[0]);
    const { counts, edges } = typeof bins === "number"
      ? k.histogram(x, bins, how)
      : k.histogram(x, wide(bins), how);
    const what = JSON.stringify({ bins, ...options, operands });
    assertClose([counts.toArray(), edges.toArray()], numbers(value), 1e-12, what);
  }
});

Deno.test("slice: NumPy's parts, new axes, and refusals", () => {
  for (const { shape, index, takenShape, value, refused } of slices) {
    const x = k.arange(shape.reduce((a, b) => a * b, 1)).reshape(shape);
    const what = `${JSON.stringify(index)} of ${JSON.stringify(shape)}`;
    if (refused) {
      assertThrows(() => k.slice(x, index), k.ShapeError, undefined, what);
    } else {
      const taken = k.slice(x, index);
      assertEquals([...taken.shape], takenShape, what);
      assertEquals(flat(taken.toArray()), flat(value), what);
    }
  }
});
