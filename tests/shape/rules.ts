/**
 * Every shape rule with an arbitrary for its arguments: mostly ones that fit, some that do not.
 *
 * @module
 */
import fc from "fast-check";
import type { Shape } from "../../src/shape/dim.ts";
import { broadcastAll, broadcastShapes, broadcastToShape } from "../../src/shape/broadcast.ts";
import { concatShape } from "../../src/shape/concat.ts";
import {
  type ConvOptions,
  convShape,
  type Padding,
  type WindowOptions,
} from "../../src/shape/conv.ts";
import { covarianceShape } from "../../src/shape/covariance.ts";
import { diagonalShape, diagShape, matricesShape } from "../../src/shape/diagonal.ts";
import { einsumShape } from "../../src/shape/einsum.ts";
import { type Indexing, meshgridShape } from "../../src/shape/grid.ts";
import { checkDims, literalShape } from "../../src/shape/literal.ts";
import { matmulShape } from "../../src/shape/matmul.ts";
import { padShape, type Widths } from "../../src/shape/pad.ts";
import { moveAxisShape, swapAxesShape } from "../../src/shape/permute.ts";
import { type PoolOptions, poolShape } from "../../src/shape/pool.ts";
import { arangeLength } from "../../src/shape/range.ts";
import { reduceShape } from "../../src/shape/reduce.ts";
import { flattenShape, reshapeShape } from "../../src/shape/reshape.ts";
import { sameShape } from "../../src/shape/same.ts";
import { type AxisIndex, type Index, sliceShape } from "../../src/shape/slice.ts";
import { splitShapes, unstackShapes } from "../../src/shape/split.ts";
import { expandDimsShape, squeezeShape } from "../../src/shape/squeeze.ts";
import { stackShape } from "../../src/shape/stack.ts";
import { crossShape, innerShape, type Pairs, tensordotShape } from "../../src/shape/tensordot.ts";
import { kronShape, repeatShape, tileShape } from "../../src/shape/tile.ts";
import { oneHotShape, takeAlongShape, takeShape } from "../../src/shape/take.ts";
import { transposeShape } from "../../src/shape/transpose.ts";

/** Writes arguments as types; it may write less than is known of them. */
export interface Writer {
  /** A shape. */
  shape(shape: Shape): string;
  /** A number that a program may only know when it runs. */
  number(value: number): string;
  /** Any other value, and every number in it, as a literal. */
  literal(value: unknown): string;
}

/** One use of a rule. */
export interface Case {
  /** The type arguments. */
  readonly types: (write: Writer) => readonly string[];
  /** The rule at run time: a shape, or a list of them. */
  readonly twin: () => readonly number[] | readonly (readonly number[])[];
}

/** A rule and its uses. */
export interface Rule {
  /** The name of the type. */
  readonly type: string;
  /** The file in `src/shape/`, without its extension. */
  readonly file: string;
  /** Uses of it. */
  readonly cases: fc.Arbitrary<Case>;
}

const dim = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2000 }) },
);

const ofRank = (minLength: number, maxLength = minLength): fc.Arbitrary<number[]> =>
  fc.array(dim, { minLength, maxLength });

const anyShape = ofRank(0, 4);

/** Mostly the first, here and there the second. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: other });

/** An axis of a rank, with a little room to be wrong. */
const axisOf = (rank: number) =>
  rank === 0
    ? fc.integer({ min: -1, max: 0 })
    : mostly(fc.integer({ min: -rank, max: rank - 1 }), fc.constantFrom(rank, -rank - 1));

/** Several axes of a rank, at times one twice. */
const axesOf = (rank: number) =>
  fc.oneof(
    fc.array(axisOf(rank), { maxLength: 3 }),
    fc.subarray([...Array(rank).keys()]).chain((axes) =>
      fc.tuple(...axes.map((axis) => fc.constantFrom(axis, axis - rank)))
    ),
  );

/** A shape made from another: mostly the same, here and there another dim. */
const near = (shape: Shape, other: fc.Arbitrary<number> = dim): fc.Arbitrary<number[]> =>
  fc.tuple(...shape.map((d) => mostly(fc.constant(d), other)));

/** A shape that mostly broadcasts with another. */
const broadcasting = (shape: Shape): fc.Arbitrary<number[]> =>
  fc.tuple(
    ofRank(0, 1),
    fc.nat(shape.length),
    fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
  ).chain(([front, skipped, ones]) =>
    near([...front, ...shape.map((d, i) => ones[i] ? 1 : d).slice(skipped)])
  );

/** A rule's name, file and arbitrary, from arbitrary arguments. */
function rule<A>(
  type: string,
  file: string,
  args: fc.Arbitrary<A>,
  types: (write: Writer, args: A) => readonly string[],
  twin: (args: A) => ReturnType<Case["twin"]>,
): Rule {
  const cases = args.map((a) => ({ types: (w: Writer) => types(w, a), twin: () => twin(a) }));
  return { type, file, cases };
}

const named = (name: string) => JSON.stringify(name);

const pair = anyShape.chain((a) => fc.tuple(fc.constant(a), broadcasting(a)));

const matrices = fc.tuple(ofRank(0, 3), dim, ofRank(0, 2), fc.boolean()).chain(
  ([left, inner, [n, ...batch], aligned]) =>
    (aligned ? broadcasting(left.slice(0, -1)) : fc.constant(batch)).chain((front) =>
      fc.tuple(
        mostly(near([...left, inner]), anyShape),
        mostly(near(n === undefined ? [inner] : [...front, inner, n]), anyShape),
      )
    ),
);

/** Other shapes with as many elements, and some that have not. */
const reshaping = fc.tuple(ofRank(0, 4), fc.nat(4), fc.nat(4), fc.boolean()).chain(
  ([from, start, end, free]) => {
    const merged = [
      ...from.slice(0, start),
      from.slice(start, end).reduce((a, b) => a * b, 1),
      ...from.slice(Math.max(start, end)),
    ];
    const to = free && merged.length > 0 ? merged.with(start % merged.length, -1) : merged;
    return fc.tuple(fc.constant(from), near(to, fc.integer({ min: -2, max: 6 })));
  },
);

const bound = fc.oneof(fc.constant(null), fc.integer({ min: -8, max: 8 }));

const axisIndex: fc.Arbitrary<AxisIndex> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -2, max: 2 }),
  fc.tuple(bound, bound),
  fc.tuple(bound, bound, fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 3 }))),
);

const sliceIndex: fc.Arbitrary<Index> = fc.tuple(
  fc.array(axisIndex, { maxLength: 2 }),
  fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: fc.constant(["..." as const]) },
    { weight: 1, arbitrary: fc.constant(["..." as const, "..." as const]) },
  ),
  fc.array(axisIndex, { maxLength: 2 }),
).map(([before, dots, after]) => [...before, ...dots, ...after]);

const perAxis = (rank: number, low: number) =>
  fc.oneof(
    fc.integer({ min: low, max: 3 }),
    fc.array(fc.integer({ min: low, max: 3 }), { minLength: rank, maxLength: rank }),
  );

const width = mostly(fc.nat(3), fc.constantFrom(-1, 0.5));

const padding = (rank: number): fc.Arbitrary<Padding> =>
  mostly(fc.constant(rank), fc.nat(3)).chain((length) =>
    fc.oneof(
      fc.constantFrom("VALID" as const, "SAME" as const),
      width,
      fc.array(fc.oneof(width, fc.tuple(width, width)), { minLength: length, maxLength: length }),
    )
  );

/** Settings of a window, a few of them wrong. */
const windowOptions = (rank: number): fc.Arbitrary<WindowOptions> => {
  const setting = mostly(perAxis(rank, 1), perAxis(rank, 0));
  return fc.record({ stride: setting, padding: padding(rank), dilation: setting }, {
    requiredKeys: [],
  });
};

const spatial = (rank: number, max: number) =>
  fc.array(fc.integer({ min: max > 6 ? 0 : 1, max }), { minLength: rank, maxLength: rank });

const convolution = (rank: number): fc.Arbitrary<[number[], number[], ConvOptions]> =>
  fc.tuple(
    dim,
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    spatial(rank, 12),
    spatial(rank, 4),
    windowOptions(rank),
    fc.boolean(),
  ).chain(([n, own, features, groups, x, w, options, grouped]) => {
    const g = grouped ? groups : 1;
    return fc.tuple(
      near([n, own * g, ...x]),
      near([features * g, own, ...w]),
      mostly(
        fc.constant(grouped ? { ...options, groups: g } : options),
        fc.constant({ groups: 0 }),
      ),
    );
  });

const pooling: fc.Arbitrary<[number[], PoolOptions]> = fc.integer({ min: 1, max: 2 }).chain((
  rank,
) =>
  fc.tuple(
    fc.oneof(
      { weight: 12, arbitrary: fc.array(fc.nat(12), { minLength: rank + 2, maxLength: rank + 2 }) },
      { weight: 1, arbitrary: anyShape },
    ),
    fc.tuple(windowOptions(rank), perAxis(rank, 1)).map(([options, window]) => ({
      ...options,
      window,
    })),
  )
);

const term = fc.array(fc.constantFrom(..."abcB"), { maxLength: 3 }).map((letters) =>
  letters.join("")
);

const einsum = fc.tuple(
  fc.array(term, { minLength: 1, maxLength: 3 }),
  fc.tuple(dim, dim, dim, dim),
  fc.option(term),
  fc.constantFrom(",", ", "),
  fc.constantFrom("->", " -> "),
).chain(([terms, [a, b, c, d], wanted, comma, arrow]) => {
  const sizes: Record<string, number> = { a, b, c, B: d };
  const known = [...new Set(wanted ?? "")].filter((letter) =>
    terms.join("").includes(letter) || letter === "B"
  );
  const text = terms.join(comma) + (wanted === null ? "" : arrow + known.join(""));
  const shapes = terms.map((letters) => near([...letters].map((letter) => sizes[letter])));
  return fc.tuple(
    fc.constant(text),
    fc.oneof(
      { weight: 15, arbitrary: fc.tuple(...shapes) },
      { weight: 1, arbitrary: fc.array(ofRank(0, 2), { maxLength: 3 }) },
    ),
  );
});

/** As above, with axes under dots in some of the terms. */
const dotted = einsum.chain(([text, shapes]) =>
  fc.tuple(
    fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
    broadcasting([3, 2]).chain((first) =>
      fc.tuple(fc.constant(first), broadcasting(first), broadcasting(first))
    ),
  ).map(([has, places, batches]): [string, number[][]] => {
    const put = (term: string, i: number) => {
      const letters = term.trim();
      const at = Math.min(places[i], letters.length);
      return has[i] ? `${letters.slice(0, at)}...${letters.slice(at)}` : term;
    };
    const [left, right] = text.split("->");
    const terms = left.split(",");
    return [
      terms.map(put).join(",") + (right === undefined ? "" : `->${put(right, 3)}`),
      shapes.map((shape, i) => {
        const at = Math.min(places[i] ?? 0, shape.length);
        return has[i] && i < terms.length ? shape.toSpliced(at, 0, ...batches[i]) : shape;
      }),
    ];
  })
);

/** Shapes that differ mostly in one axis only. */
const joined = ofRank(1, 3).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.nat(2), axisOf(shape.length))
).chain(
  ([first, more, axis]) => {
    const at = axis < 0 ? axis + first.length : axis;
    const other = first[at] === undefined
      ? near(first)
      : fc.tuple(near(first), dim).map(([shape, d]) => shape.with(at, d));
    return fc.tuple(
      fc.array(fc.oneof({ weight: 12, arbitrary: other }, { weight: 1, arbitrary: anyShape }), {
        minLength: more,
        maxLength: more,
      }).map((others) => [first, ...others]),
      fc.constant(axis),
    );
  },
);

const stacked = anyShape.chain((shape) =>
  fc.tuple(
    mostly(fc.array(near(shape), { minLength: 1, maxLength: 3 }), fc.constant<number[][]>([])),
    axisOf(shape.length + 1),
  )
);

const along = ofRank(1, 3).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    axisOf(shape.length),
    dim,
    fc.oneof({ weight: 12, arbitrary: near(shape) }, { weight: 1, arbitrary: anyShape }),
  ).map(([s, axis, n, positions]) => {
    const at = axis < 0 ? axis + s.length : axis;
    return [s, positions[at] === undefined ? positions : positions.with(at, n), axis] as const;
  })
);

const withAxes = (other: fc.Arbitrary<boolean>) =>
  anyShape.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.oneof(fc.constant(undefined), axisOf(shape.length), axesOf(shape.length)),
      other,
    )
  );

const nested: fc.Arbitrary<unknown> = ofRank(1, 3).map((shape) => shape.map((d) => d % 4)).chain(
  (shape) => {
    const value = (axes: Shape, ragged: boolean): unknown =>
      axes.length === 0
        ? 0
        : Array.from({ length: axes[0] + (ragged ? 1 : 0) }, (_, i) =>
          value(axes.slice(1), ragged && i === 0));
    return fc.boolean().map((ragged) => value(shape, ragged && shape.length > 1));
  },
);

/** Two shapes and the axes along which they meet. */
const meeting = fc.tuple(ofRank(0, 2), ofRank(0, 2), ofRank(0, 2)).chain(
  ([left, middle, right]): fc.Arbitrary<[number[], number[], Pairs]> => {
    const n = middle.length;
    const [a, b] = [[...left, ...middle], [...middle, ...right]];
    const count = fc.constant<Pairs>(n);
    const pairs = fc.shuffledSubarray([...Array(n).keys()]).chain((order) =>
      fc.tuple(...order.map(() => fc.tuple(fc.boolean(), fc.boolean()))).map((signs): Pairs => [
        order.map((i, at) => left.length + i - (signs[at][0] ? a.length : 0)),
        order.map((i, at) => i - (signs[at][1] ? b.length : 0)),
      ])
    );
    const odd = fc.oneof(
      fc.constantFrom<Pairs>(-1, 0.5, n + 1),
      fc.tuple(axesOf(a.length), axesOf(b.length)).map((axes): Pairs => axes),
    );
    return fc.tuple(near(a), near(b), mostly(fc.oneof(count, pairs), odd));
  },
);

/** A shape with an axis and positions, or a number of parts, to split it by. */
const splitting = ofRank(1, 3).chain((shape) => fc.tuple(fc.constant(shape), axisOf(shape.length)))
  .chain(([shape, axis]): fc.Arbitrary<[number[], number | number[], number]> => {
    const dim = Math.min(shape.at(axis) ?? 4, 40);
    const whole = [1, 2, 3, 4, 5, 6].filter((n) => dim % n === 0);
    const positions = fc.array(fc.nat(dim), { maxLength: 3 });
    return fc.tuple(
      fc.constant(shape),
      mostly<number | number[]>(
        fc.oneof(fc.constantFrom(...whole), positions.map((list) => list.sort((a, b) => a - b))),
        fc.oneof(
          fc.constantFrom<number>(0, -1, 1.5, 7),
          positions,
          fc.constant<number[]>([0.5]),
          fc.constant<number[]>([dim + 50]),
        ),
      ),
      fc.constant(axis),
    );
  });

const offset = mostly(fc.integer({ min: -3, max: 3 }), fc.constant(0.5));

const listText = (w: Writer, shapes: readonly Shape[]) =>
  `[${shapes.map((shape) => w.shape(shape)).join(", ")}]`;

const axisText = (w: Writer, axis: unknown) =>
  typeof axis === "number" ? w.number(axis) : w.literal(axis);

const conv = (type: "Conv1d" | "Conv2d", name: "conv1d" | "conv2d", rank: number) =>
  rule(
    type,
    "conv",
    convolution(rank),
    (w, [x, k, options]) => [w.shape(x), w.shape(k), w.literal(options)],
    ([x, k, options]) => convShape(name, x, k, options),
  );

/** All rules. */
export const rules: readonly Rule[] = [
  rule(
    "Broadcast",
    "broadcast",
    pair,
    (w, [a, b]) => [w.shape(a), w.shape(b), named("add")],
    ([a, b]) => broadcastShapes("add", a, b),
  ),
  rule(
    "Broadcast3",
    "broadcast",
    pair.chain(([a, b]) => fc.tuple(fc.constant(a), fc.constant(b), broadcasting(a))),
    (w, shapes) => [...shapes.map((shape) => w.shape(shape)), named("where")],
    (shapes) => broadcastAll("where", ...shapes),
  ),
  rule(
    "BroadcastTo",
    "broadcast",
    pair.chain(([a, b]) => fc.tuple(fc.constant(b), near(a, fc.constantFrom(-1, 0, 0.5)))),
    (w, [a, b]) => [w.shape(a), w.shape(b), named("broadcastTo")],
    ([a, b]) => broadcastToShape("broadcastTo", a, b),
  ),
  rule(
    "Same",
    "same",
    anyShape.chain((a) => fc.tuple(fc.constant(a), fc.oneof(near(a), anyShape))),
    (w, [a, b]) => [w.shape(a), w.shape(b), named("mse")],
    ([a, b]) => sameShape("mse", a, b),
  ),
  rule(
    "MatMul",
    "matmul",
    matrices,
    (w, [a, b]) => [w.shape(a), w.shape(b)],
    ([a, b]) => matmulShape(a, b),
  ),
  rule(
    "Reduce",
    "reduce",
    withAxes(fc.boolean()),
    (w, [shape, axis, keep]) => [w.shape(shape), axisText(w, axis), `${keep}`, named("sum")],
    ([shape, axis, keep]) => reduceShape("sum", shape, axis, keep),
  ),
  rule(
    "Transpose",
    "transpose",
    anyShape.chain((shape) => {
      const axes = [...shape.keys()];
      return fc.tuple(
        fc.constant(shape),
        fc.oneof(
          fc.constant(undefined),
          fc.shuffledSubarray(axes, { minLength: axes.length }).chain((order) =>
            near(order.map((axis, i) => i % 2 ? axis - axes.length : axis))
          ),
          fc.array(axisOf(shape.length), { maxLength: 3 }),
        ),
      );
    }),
    (w, [shape, order]) => [w.shape(shape), w.literal(order)],
    ([shape, order]) => transposeShape(shape, order),
  ),
  rule(
    "Reshape",
    "reshape",
    reshaping,
    (w, [from, to]) => [w.shape(from), w.shape(to)],
    ([from, to]) => reshapeShape(from, to),
  ),
  rule(
    "Flatten",
    "reshape",
    anyShape.chain((s) => fc.tuple(fc.constant(s), axisOf(s.length), axisOf(s.length))),
    (w, [shape, start, end]) => [w.shape(shape), w.number(start), w.number(end)],
    ([shape, start, end]) => flattenShape(shape, start, end),
  ),
  rule(
    "Squeeze",
    "squeeze",
    withAxes(fc.boolean()).map(([s, axis, ones]) => [ones ? s.map(() => 1) : s, axis] as const),
    (w, [shape, axis]) => [w.shape(shape), axisText(w, axis)],
    ([shape, axis]) => squeezeShape(shape, axis),
  ),
  rule(
    "ExpandDims",
    "squeeze",
    anyShape.chain((s) =>
      fc.tuple(fc.constant(s), fc.oneof(axisOf(s.length + 1), axesOf(s.length + 1)))
    ),
    (w, [shape, axis]) => [w.shape(shape), axisText(w, axis)],
    ([shape, axis]) => expandDimsShape(shape, axis),
  ),
  rule(
    "Concat",
    "concat",
    joined,
    (w, [shapes, axis]) => [listText(w, shapes), w.number(axis)],
    ([shapes, axis]) => concatShape(shapes, axis),
  ),
  rule(
    "Stack",
    "stack",
    stacked,
    (w, [shapes, axis]) => [listText(w, shapes), w.number(axis)],
    ([shapes, axis]) => stackShape(shapes, axis),
  ),
  rule(
    "Slice",
    "slice",
    fc.tuple(ofRank(1, 5), sliceIndex),
    (w, [shape, index]) => [w.shape(shape), w.literal(index)],
    ([shape, index]) => sliceShape(shape, index),
  ),
  rule(
    "Pad",
    "pad",
    anyShape.chain((s): fc.Arbitrary<[number[], Widths]> =>
      fc.tuple(
        fc.constant(s),
        fc.oneof(
          fc.integer({ min: -1, max: 12 }),
          fc.array(fc.tuple(fc.nat(9), fc.integer({ min: -1, max: 9 })), {
            minLength: s.length,
            maxLength: s.length,
          }),
          fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 3 }),
        ),
      )
    ),
    (w, [shape, widths]) => [w.shape(shape), w.literal(widths)],
    ([shape, widths]) => padShape(shape, widths),
  ),
  conv("Conv1d", "conv1d", 1),
  conv("Conv2d", "conv2d", 2),
  rule(
    "Pool",
    "pool",
    pooling,
    (w, [x, options]) => [w.shape(x), w.literal(options), named("maxPool")],
    ([x, options]) => poolShape("maxPool", x, options),
  ),
  rule(
    "Einsum",
    "einsum",
    fc.oneof(einsum, dotted),
    (w, [text, shapes]) => [w.literal(text), listText(w, shapes)],
    ([text, shapes]) => einsumShape(text, shapes),
  ),
  rule(
    "Take",
    "take",
    anyShape.chain((s) =>
      fc.tuple(fc.constant(s), ofRank(0, 2), fc.oneof(fc.constant(undefined), axisOf(s.length)))
    ),
    (w, [shape, positions, axis]) => [w.shape(shape), w.shape(positions), axisText(w, axis)],
    ([shape, positions, axis]) => takeShape(shape, positions, axis),
  ),
  rule(
    "TakeAlong",
    "take",
    along,
    (w, [shape, positions, axis]) => [w.shape(shape), w.shape(positions), w.number(axis)],
    ([shape, positions, axis]) => takeAlongShape(shape, positions, axis),
  ),
  rule(
    "OneHot",
    "take",
    fc.tuple(anyShape, mostly(fc.nat(20), fc.constantFrom(-1, 1.5))),
    (w, [shape, classes]) => [w.shape(shape), w.number(classes)],
    ([shape, classes]) => oneHotShape(shape, classes),
  ),
  rule(
    "TensorDot",
    "tensordot",
    meeting,
    (w, [a, b, axes]) => [
      w.shape(a),
      w.shape(b),
      typeof axes === "number" ? w.number(axes) : w.literal(axes),
    ],
    ([a, b, axes]) => tensordotShape(a, b, axes),
  ),
  rule(
    "Inner",
    "tensordot",
    fc.tuple(ofRank(0, 3), ofRank(0, 3)).chain(([a, b]) =>
      fc.tuple(
        fc.constant(a),
        mostly(fc.constant([...b.slice(0, -1), ...a.slice(-1)]), fc.constant(b)),
      )
    ),
    (w, [a, b]) => [w.shape(a), w.shape(b)],
    ([a, b]) => innerShape(a, b),
  ),
  rule(
    "Cross",
    "tensordot",
    pair.chain(([a, b]) =>
      fc.tuple(
        mostly<number[]>(fc.constant([...a, 3]), anyShape),
        mostly<number[]>(fc.constant([...b, 3]), anyShape),
      )
    ),
    (w, [a, b]) => [w.shape(a), w.shape(b)],
    ([a, b]) => crossShape(a, b),
  ),
  rule(
    "Tile",
    "tile",
    fc.tuple(
      anyShape,
      fc.oneof(width, fc.array(fc.oneof(fc.nat(3), width), { maxLength: 4 })),
    ),
    (w, [shape, counts]) => [w.shape(shape), axisText(w, counts)],
    ([shape, counts]) => tileShape(shape, counts),
  ),
  rule(
    "Kron",
    "tile",
    fc.tuple(ofRank(0, 3), ofRank(0, 3)),
    (w, [a, b]) => [w.shape(a), w.shape(b)],
    ([a, b]) => kronShape(a, b),
  ),
  rule(
    "Repeat",
    "tile",
    anyShape.chain((s) =>
      fc.tuple(fc.constant(s), width, fc.oneof(fc.constant(undefined), axisOf(s.length)))
    ),
    (w, [shape, count, axis]) => [w.shape(shape), w.number(count), axisText(w, axis)],
    ([shape, count, axis]) => repeatShape(shape, count, axis),
  ),
  rule(
    "Matrices",
    "diagonal",
    anyShape,
    (w, shape) => [w.shape(shape), named("tril")],
    (shape) => matricesShape("tril", shape),
  ),
  rule(
    "Diagonal",
    "diagonal",
    fc.tuple(anyShape, offset),
    (w, [shape, k]) => [w.shape(shape), w.number(k)],
    ([shape, k]) => diagonalShape(shape, k),
  ),
  rule(
    "Diag",
    "diagonal",
    fc.tuple(ofRank(0, 3), offset),
    (w, [shape, k]) => [w.shape(shape), w.number(k)],
    ([shape, k]) => diagShape(shape, k),
  ),
  rule(
    "Split",
    "split",
    splitting,
    (w, [shape, parts, axis]) => [w.shape(shape), axisText(w, parts), w.number(axis)],
    ([shape, parts, axis]) => splitShapes(shape, parts, axis),
  ),
  rule(
    "Unstack",
    "split",
    ofRank(1, 3).map((shape) => shape.map((d) => Math.min(d, 60))).chain((s) =>
      fc.tuple(fc.constant(s), axisOf(s.length))
    ),
    (w, [shape, axis]) => [w.shape(shape), w.number(axis)],
    ([shape, axis]) => unstackShapes(shape, axis),
  ),
  rule(
    "SwapAxes",
    "permute",
    ofRank(1, 4).chain((s) => fc.tuple(fc.constant(s), axisOf(s.length), axisOf(s.length))),
    (w, [shape, a, b]) => [w.shape(shape), w.number(a), w.number(b)],
    ([shape, a, b]) => swapAxesShape(shape, a, b),
  ),
  rule(
    "MoveAxis",
    "permute",
    ofRank(1, 4).chain((s) =>
      fc.oneof(
        fc.tuple(fc.constant(s), axisOf(s.length), axisOf(s.length)),
        fc.tuple(fc.constant(s), axesOf(s.length), axesOf(s.length)).map(([s, from, to]) => {
          const n = Math.min(from.length, to.length);
          return [s, from.slice(0, n), to.slice(0, n + (s[0] === 3 ? 1 : 0))] as const;
        }),
      )
    ),
    (w, [shape, from, to]) => [w.shape(shape), axisText(w, from), axisText(w, to)],
    ([shape, from, to]) => moveAxisShape(shape, from, to),
  ),
  rule(
    "MeshGrid",
    "grid",
    fc.tuple(
      fc.array(mostly(ofRank(1), anyShape), { maxLength: 4 }),
      fc.constantFrom<Indexing>("xy", "ij"),
    ),
    (w, [shapes, indexing]) => [listText(w, shapes), w.literal(indexing)],
    ([shapes, indexing]) => meshgridShape(shapes, indexing),
  ),
  rule(
    "Covariance",
    "covariance",
    fc.tuple(mostly(ofRank(1, 2), anyShape), fc.boolean()),
    (w, [shape, rows]) => [w.shape(shape), `${rows}`, named("cov")],
    ([shape, rows]) => covarianceShape("cov", shape, rows),
  ),
  rule(
    "FromDims",
    "literal",
    anyShape.chain((s) => near(s, fc.constantFrom(-1, 2.5))),
    (w, shape) => [w.shape(shape), named("zeros")],
    (shape) => {
      checkDims("zeros", shape);
      return shape;
    },
  ),
  rule(
    "LiteralShape",
    "literal",
    nested,
    (w, values) => [w.literal(values), named("tensor")],
    (values) => literalShape(values),
  ),
  rule(
    "Arange",
    "range",
    fc.tuple(fc.nat(30), fc.nat(900), fc.nat(7)),
    (w, [start, stop, step]) => [w.number(start), w.number(stop), w.number(step), named("arange")],
    ([start, stop, step]) => [arangeLength(start, stop, step)],
  ),
];
