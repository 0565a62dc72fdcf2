/**
 * Every shape rule with an arbitrary for its arguments: mostly ones that fit, some that do not.
 *
 * @module
 */
import fc from "fast-check";
import type { Shape } from "../../src/shape/dim.ts";
import { adaptivePoolShape, globalPoolShape } from "../../src/shape/adaptive_pool.ts";
import { broadcastAll, broadcastShapes, broadcastToShape } from "../../src/shape/broadcast.ts";
import { bilinearShape } from "../../src/shape/bilinear.ts";
import { channelledShape, groupedShape } from "../../src/shape/channels.ts";
import { perChannelShape } from "../../src/shape/per_channel.ts";
import { concatShape } from "../../src/shape/concat.ts";
import {
  type ConvOptions,
  convShape,
  type Padding,
  type WindowOptions,
} from "../../src/shape/conv.ts";
import {
  dynamicSliceShape,
  dynamicUpdateSliceShape,
  startsShape,
} from "../../src/shape/dynamic.ts";
import {
  convKernelShape,
  convTransposeKernelShape,
  depthwiseKernelShape,
  type DepthwiseOptions,
  depthwiseShape,
  separableShape,
} from "../../src/shape/conv_kernel.ts";
import { type ConvTransposeOptions, convTransposeShape } from "../../src/shape/conv_transpose.ts";
import { cumulativeShape, diffShape } from "../../src/shape/cumulative.ts";
import { covarianceShape } from "../../src/shape/covariance.ts";
import { diagonalShape, diagShape, matricesShape } from "../../src/shape/diagonal.ts";
import { einsumShape } from "../../src/shape/einsum.ts";
import { type Indexing, meshgridShape } from "../../src/shape/grid.ts";
import { checkDims, literalShape } from "../../src/shape/literal.ts";
import { kernelShape } from "../../src/shape/kernel.ts";
import { matmulShape } from "../../src/shape/matmul.ts";
import {
  binEdgesShape,
  binsShape,
  quantileShape,
  requireOneAxis,
  topKShape,
} from "../../src/shape/order.ts";
import {
  conditionShape,
  determinantShape,
  eigenvaluesShape,
  leftFactorShape,
  perMatrixShape,
  pinvShape,
  rightFactorShape,
  rightVectorsShape,
  singularValuesShape,
  squareShape,
} from "../../src/shape/matrix.ts";
import { padShape, type Widths } from "../../src/shape/pad.ts";
import { moveAxisShape, swapAxesShape } from "../../src/shape/permute.ts";
import { type PoolOptions, poolShape } from "../../src/shape/pool.ts";
import { arangeLength } from "../../src/shape/range.ts";
import { positionedShape, segmentsShape } from "../../src/shape/positions.ts";
import { reduceShape } from "../../src/shape/reduce.ts";
import { flattenShape, reshapeShape } from "../../src/shape/reshape.ts";
import { sameShape } from "../../src/shape/same.ts";
import { type AxisIndex, type Index, sliceShape } from "../../src/shape/slice.ts";
import { halvedShape, splitShapes, unstackShapes } from "../../src/shape/split.ts";
import { expandDimsShape, squeezeShape } from "../../src/shape/squeeze.ts";
import {
  leastSquaresShape,
  multiDotShape,
  residualsShape,
  solveShape,
} from "../../src/shape/solve.ts";
import { stackShape } from "../../src/shape/stack.ts";
import { crossShape, innerShape, type Pairs, tensordotShape } from "../../src/shape/tensordot.ts";
import { kronShape, repeatShape, tileShape } from "../../src/shape/tile.ts";
import { oneHotShape, takeAlongShape, takeShape } from "../../src/shape/take.ts";
import { trailingShape } from "../../src/shape/trailing.ts";
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

const axisIndex: fc.Arbitrary<AxisIndex | "newaxis"> = fc.oneof(
  fc.constantFrom(null, "newaxis" as const),
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

/** Settings of a convolution, as {@linkcode windowOptions}. */
const convOptions = (rank: number): fc.Arbitrary<ConvOptions> =>
  fc.tuple(windowOptions(rank), fc.option(mostly(perAxis(rank, 1), perAxis(rank, 0)))).map((
    [options, inputDilation],
  ) => inputDilation === null ? options : { ...options, inputDilation });

const convolution = (rank: number): fc.Arbitrary<[number[], number[], ConvOptions]> =>
  fc.tuple(
    dim,
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    spatial(rank, 12),
    spatial(rank, 4),
    convOptions(rank),
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

/** Settings of a transposed convolution, a few of them wrong. */
const convTransposeOptions = (rank: number): fc.Arbitrary<ConvTransposeOptions> => {
  const setting = mostly(perAxis(rank, 1), perAxis(rank, 0));
  return fc.record({
    stride: setting,
    padding: padding(rank).map((p) => typeof p === "string" ? 0 : p),
    dilation: setting,
    outputPadding: mostly(perAxis(rank, 0), fc.constantFrom(-1, 0.5)),
  }, { requiredKeys: [] });
};

const transposedConvolution = (
  rank: number,
): fc.Arbitrary<[number[], number[], ConvTransposeOptions]> =>
  fc.tuple(convolution(rank), convTransposeOptions(rank)).chain(([[x, w, { groups }], options]) =>
    fc.tuple(
      near([x[0], w[0], ...x.slice(2)]),
      fc.constant(w),
      fc.constant(groups === undefined ? options : { ...options, groups }),
    )
  );

/** A depthwise convolution, and the kernel of a pointwise one after it. */
const separable = fc.integer({ min: 1, max: 3 }).chain((rank) =>
  fc.tuple(
    near([2, 6, ...new Array(rank).fill(5)]),
    fc.integer({ min: 1, max: 2 }),
    spatial(rank, 4),
    fc.tuple(windowOptions(rank), mostly(fc.constant(undefined), fc.constantFrom(0, 4, 1.5))),
    mostly(fc.constant(rank), fc.nat(4)),
  )
).chain(([x, m, size, [options, wrong], rank]) =>
  fc.tuple(
    fc.constant(x),
    near([6 * m, 1, ...size]),
    near([4, 6 * m, ...new Array(rank).fill(1)]),
    fc.constant<DepthwiseOptions>({ ...options, multiplier: wrong ?? m }),
  )
);

/** Inputs of pools. */
const pooled = (rank: number): fc.Arbitrary<number[]> =>
  mostly(
    fc.array(fc.nat(9), { minLength: rank + 2, maxLength: rank + 2 }),
    anyShape,
  );

const adaptive = fc.integer({ min: 1, max: 3 }).chain((rank) =>
  fc.tuple(pooled(rank), mostly(perAxis(rank, 1), perAxis(2, 0)))
);

const pooling: fc.Arbitrary<[number[], PoolOptions]> = fc.integer({ min: 1, max: 3 }).chain((
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

/** A shape and mostly a window that fits into it. */
const windowed = (other: fc.Arbitrary<number>) =>
  anyShape.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      mostly(
        fc.tuple(...shape.map((d) => mostly(fc.nat(d), other))) as fc.Arbitrary<number[]>,
        anyShape,
      ),
    )
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

const conv = (rank: 1 | 2 | 3) =>
  rule(
    `Conv${rank}d`,
    "conv",
    convolution(rank),
    (w, [x, k, options]) => [w.shape(x), w.shape(k), w.literal(options)],
    ([x, k, options]) => convShape(`conv${rank}d`, x, k, options),
  );

const convTranspose = (rank: 1 | 2 | 3) =>
  rule(
    `ConvTranspose${rank}d`,
    "conv_transpose",
    transposedConvolution(rank),
    (w, [x, k, options]) => [w.shape(x), w.shape(k), w.literal(options)],
    ([x, k, options]) => convTransposeShape(`convTranspose${rank}d`, x, k, options),
  );

/** A kernel's shape, by the numbers of channels. */
const kernel = (type: string, twin: typeof convKernelShape) =>
  rule(
    type,
    "conv_kernel",
    fc.tuple(
      mostly(fc.integer({ min: 0, max: 4 }), fc.constant(0.5)),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }).chain((rank) => spatial(rank, 4)),
      fc.boolean(),
    ),
    (w, [g, i, o, size, right]) => [
      ...[right ? g * i : i, right ? g * o : o].map((n) => w.number(n)),
      w.shape(size),
      w.number(g),
      named("conv"),
    ],
    ([g, i, o, size, right]) => twin("conv", right ? g * i : i, right ? g * o : o, size, g),
  );

/** Mostly square matrices, in any batch. */
const squares = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(ofRank(0, 2), dim).map(([batch, n]) => [...batch, n, n]) },
  { weight: 1, arbitrary: anyShape },
);

/** A rule for one shape and the name of the operation. */
const named1 = (type: string, cases: fc.Arbitrary<number[]>, twin: (shape: Shape) => number[]) =>
  rule(type, "matrix", cases, (w, shape) => [w.shape(shape), named("op")], twin);

/** A rule for a factor that may be whole. */
const factor = (type: string, twin: (operation: string, s: Shape, whole: boolean) => number[]) =>
  rule(
    type,
    "matrix",
    fc.tuple(anyShape, fc.boolean()),
    (w, [shape, whole]) => [w.shape(shape), `${whole}`, named("op")],
    ([shape, whole]) => twin("op", shape, whole),
  );

/** Matrices and a right-hand side that has as many rows. */
const system = (matrices: fc.Arbitrary<number[]>) =>
  matrices.chain((a) => {
    const rows = a[a.length - 2] ?? 1;
    return fc.tuple(
      fc.constant(a),
      fc.oneof(
        near([rows]),
        dim.chain((width) => near([...a.slice(0, -2), rows, width])),
        dim.chain((width) => near([rows, width])),
        anyShape,
      ),
    );
  });

const chain = fc.array(dim, { minLength: 2, maxLength: 6 }).chain((dims) => {
  const factors = dims.slice(1).map((n, i) => [dims[i], n]);
  const ends = (shapes: number[][], vector: boolean) =>
    vector ? shapes.with(0, shapes[0].slice(1)) : shapes;
  return fc.tuple(fc.boolean(), fc.nat(20)).chain(([vector, at]) =>
    fc.tuple(...ends(factors, vector).map((shape, i) => i === at ? anyShape : near(shape)))
  );
});

/** All rules. */
const bilinearForms = fc.tuple(ofRank(0, 2), dim, dim, dim).chain(([front, i, j, o]) =>
  fc.tuple(
    mostly(near([...front, i]), anyShape),
    mostly(near([...front, j]), anyShape),
    mostly(near([i, j, o]), anyShape),
  )
);

const ending = fc.tuple(ofRank(0, 3), ofRank(0, 2)).chain(([front, end]) =>
  fc.tuple(mostly(near([...front, ...end]), anyShape), fc.constant(end))
);

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
    fc.tuple(ofRank(0, 5), sliceIndex),
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
  conv(1),
  conv(2),
  conv(3),
  convTranspose(1),
  convTranspose(2),
  convTranspose(3),
  rule(
    "ConvNd",
    "conv",
    fc.integer({ min: 1, max: 3 }).chain(convolution).chain(([x, k, options]) =>
      fc.tuple(fc.constant(x), mostly(fc.constant(k), anyShape), fc.constant(options))
    ),
    (w, [x, k, options]) => [w.shape(x), w.shape(k), w.literal(options), named("conv")],
    ([x, k, options]) => convShape("conv", x, k, options),
  ),
  rule(
    "ConvTransposeNd",
    "conv_transpose",
    fc.integer({ min: 1, max: 3 }).chain(transposedConvolution).chain(([x, k, options]) =>
      fc.tuple(fc.constant(x), mostly(fc.constant(k), anyShape), fc.constant(options))
    ),
    (w, [x, k, options]) => [w.shape(x), w.shape(k), w.literal(options), named("conv")],
    ([x, k, options]) => convTransposeShape("conv", x, k, options),
  ),
  kernel("ConvKernel", convKernelShape),
  kernel("ConvTransposeKernel", convTransposeKernelShape),
  rule(
    "DepthwiseKernel",
    "conv_kernel",
    fc.tuple(dim, ofRank(1, 3), mostly(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 1.5))),
    (w, [c, size, m]) => [w.number(c), w.shape(size), w.number(m), named("conv")],
    ([c, size, m]) => depthwiseKernelShape("conv", c, size, m),
  ),
  rule(
    "DepthwiseConv",
    "conv_kernel",
    separable,
    (w, [x, k, , options]) => [w.shape(x), w.shape(k), w.literal(options)],
    ([x, k, , options]) => depthwiseShape("depthwiseConv", x, k, options),
  ),
  rule(
    "SeparableConv",
    "conv_kernel",
    separable,
    (w, [x, k, p, options]) => [w.shape(x), w.shape(k), w.shape(p), w.literal(options)],
    ([x, k, p, options]) => separableShape("separableConv", x, k, p, options),
  ),
  rule(
    "AdaptivePool",
    "adaptive_pool",
    adaptive,
    (w, [x, size]) => [w.shape(x), w.literal(size), named("pool")],
    ([x, size]) => adaptivePoolShape("pool", x, size),
  ),
  rule(
    "GlobalPool",
    "adaptive_pool",
    fc.tuple(fc.integer({ min: 1, max: 3 }).chain(pooled), fc.boolean()),
    (w, [x, keep]) => [w.shape(x), `${keep}`, named("pool")],
    ([x, keep]) => globalPoolShape("pool", x, keep),
  ),
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
    "TopK",
    "order",
    ofRank(1, 3).chain((s) =>
      fc.tuple(fc.constant(s), mostly(fc.nat(4), fc.constantFrom(-1, 0.5)), axisOf(s.length))
    ),
    (w, [shape, k, axis]) => [w.shape(shape), w.number(k), w.number(axis)],
    ([shape, k, axis]) => topKShape(shape, k, axis),
  ),
  rule(
    "Quantile",
    "order",
    fc.tuple(
      withAxes(fc.boolean()),
      fc.oneof(fc.constant(0.5), fc.array(fc.constant(0.5), { maxLength: 3 })),
    ),
    (w, [[shape, axis, keep], q]) => [
      w.shape(shape),
      w.literal(q),
      axisText(w, axis),
      `${keep}`,
      named("quantile"),
    ],
    ([[shape, axis, keep], q]) => quantileShape("quantile", shape, q, axis, keep),
  ),
  rule(
    "OneAxis",
    "order",
    mostly(ofRank(1), anyShape),
    (w, shape) => [w.shape(shape), named("searchsorted")],
    (shape) => requireOneAxis("searchsorted", shape),
  ),
  rule(
    "BinEdges",
    "order",
    mostly(fc.nat(2000), fc.constantFrom(-1, 0.5)),
    (w, bins) => [w.number(bins)],
    (bins) => binEdgesShape(bins),
  ),
  rule(
    "Bins",
    "order",
    mostly(ofRank(1), anyShape),
    (w, edges) => [w.shape(edges)],
    (edges) => binsShape(edges),
  ),
  rule(
    "Cumulative",
    "cumulative",
    anyShape.chain((s) =>
      fc.tuple(fc.constant(s), fc.oneof(fc.constant(undefined), axisOf(s.length)))
    ),
    (w, [shape, axis]) => [w.shape(shape), axisText(w, axis), named("cumsum")],
    ([shape, axis]) => cumulativeShape("cumsum", shape, axis),
  ),
  rule(
    "Diff",
    "cumulative",
    anyShape.chain((s) =>
      fc.tuple(fc.constant(s), mostly(fc.nat(4), fc.constantFrom(-1, 0.5)), axisOf(s.length))
    ),
    (w, [shape, n, axis]) => [w.shape(shape), w.number(n), w.number(axis)],
    ([shape, n, axis]) => diffShape(shape, n, axis),
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
    ([shape, positions, axis]) => takeAlongShape("takeAlong", shape, positions, axis),
  ),
  rule(
    "DynamicSlice",
    "dynamic",
    windowed(fc.constantFrom(-1, 0.5, 7)),
    (w, [shape, sizes]) => [w.shape(shape), w.shape(sizes)],
    ([shape, sizes]) => dynamicSliceShape(shape, sizes),
  ),
  rule(
    "DynamicUpdateSlice",
    "dynamic",
    windowed(dim),
    (w, [shape, update]) => [w.shape(shape), w.shape(update)],
    ([shape, update]) => dynamicUpdateSliceShape(shape, update),
  ),
  rule(
    "Starts",
    "dynamic",
    anyShape.chain((s) => fc.tuple(fc.constant(s), mostly(near([s.length], fc.nat(3)), anyShape))),
    (w, [shape, starts]) => [w.shape(shape), w.shape(starts), named("dynamicSlice")],
    ([shape, starts]) => startsShape("dynamicSlice", shape, starts),
  ),
  rule(
    "Positioned",
    "positions",
    ofRank(0, 2).chain((s) =>
      fc.tuple(anyShape, fc.array(mostly(broadcasting(s), ofRank(0, 2)), { maxLength: 3 }))
    ),
    (w, [shape, positions]) => [w.shape(shape), listText(w, positions), named("setAt")],
    ([shape, positions]) => positionedShape("setAt", shape, positions),
  ),
  rule(
    "Segments",
    "positions",
    anyShape.chain((s) =>
      fc.tuple(
        fc.constant(s),
        mostly(near(s.slice(0, 1)), ofRank(0, 2)),
        mostly(fc.nat(20), fc.constantFrom(-1, 1.5)),
      )
    ),
    (w, [shape, ids, n]) => [w.shape(shape), w.shape(ids), w.number(n), named("segmentSum")],
    ([shape, ids, n]) => segmentsShape("segmentSum", shape, ids, n),
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
    "Kernel",
    "kernel",
    fc.array(mostly(dim, fc.constantFrom(-1, 1.5)), { maxLength: 4 }),
    (w, shape) => [w.shape(shape)],
    (shape) => kernelShape("kernel", shape),
  ),
  rule(
    "PerChannel",
    "per_channel",
    anyShape.chain((s) => fc.tuple(fc.constant(s), mostly(fc.constantFrom(1, s[1] ?? 1), dim))),
    (w, [shape, channels]) => [w.shape(shape), w.number(channels)],
    ([shape, channels]) => perChannelShape("perChannel", shape, channels),
  ),
  rule(
    "Halved",
    "split",
    anyShape.chain((s) => fc.tuple(fc.constant(s), axisOf(s.length))),
    (w, [shape, axis]) => [w.shape(shape), w.number(axis)],
    ([shape, axis]) => halvedShape(shape, axis),
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
  named1("Square", squares, (s) => squareShape("op", s)),
  named1("Eigenvalues", squares, (s) => eigenvaluesShape("op", s)),
  named1("Determinant", squares, (s) => determinantShape("op", s)),
  named1("PerMatrix", anyShape, (s) => perMatrixShape("op", s)),
  named1("Pinv", anyShape, (s) => pinvShape("op", s)),
  named1("SingularValues", anyShape, (s) => singularValuesShape("op", s)),
  factor("LeftFactor", leftFactorShape),
  factor("RightFactor", rightFactorShape),
  factor("RightVectors", rightVectorsShape),
  rule(
    "Condition",
    "matrix",
    fc.tuple(squares, fc.constantFrom(1, 2, -2, "fro" as const)),
    (w, [shape, ord]) => [w.shape(shape), w.literal(ord), named("op")],
    ([shape, ord]) => conditionShape("op", shape, ord),
  ),
  rule(
    "Solve",
    "solve",
    system(squares),
    (w, [a, b]) => [w.shape(a), w.shape(b), named("op")],
    ([a, b]) => solveShape("op", a, b),
  ),
  rule(
    "LeastSquares",
    "solve",
    system(anyShape),
    (w, [a, b]) => [w.shape(a), w.shape(b), named("op")],
    ([a, b]) => leastSquaresShape("op", a, b),
  ),
  rule(
    "Residuals",
    "solve",
    system(anyShape),
    (w, [a, b]) => [w.shape(a), w.shape(b), named("op")],
    ([a, b]) => residualsShape("op", a, b),
  ),
  rule(
    "MultiDot",
    "solve",
    chain,
    (w, shapes) => [listText(w, shapes)],
    (shapes) => multiDotShape(shapes),
  ),
  rule(
    "Bilinear",
    "bilinear",
    bilinearForms,
    (w, [a, b, weights]) => [w.shape(a), w.shape(b), w.shape(weights), named("op")],
    ([a, b, weights]) => bilinearShape("op", a, b, weights),
  ),
  rule(
    "Channelled",
    "channels",
    fc.tuple(ofRank(0, 2), fc.constantFrom(2, 3)).chain(([[n, c, ...rest], rank]) =>
      fc.tuple(
        mostly<number[]>(fc.constant([n ?? 1, c ?? 1, 4, ...rest]), anyShape),
        mostly(fc.constant(c ?? 1), dim),
        fc.constant(rank),
      )
    ),
    (w, [shape, c, rank]) => [w.shape(shape), w.number(c), `${rank}`, named("op")],
    ([shape, c, rank]) => channelledShape("op", shape, c, rank),
  ),
  rule(
    "Grouped",
    "channels",
    fc.tuple(mostly(ofRank(2, 4), anyShape), fc.nat(4)).chain(([[n, c = 1, ...rest], g]) =>
      fc.tuple(
        fc.constantFrom(n === undefined ? [] : [n, c * g, ...rest], [n ?? 1, c, ...rest]),
        fc.constant(g),
      )
    ),
    (w, [shape, groups]) => [w.shape(shape), w.number(groups), named("op")],
    ([shape, groups]) => groupedShape("op", shape, groups),
  ),
  rule(
    "Trailing",
    "trailing",
    ending,
    (w, [shape, end]) => [w.shape(shape), w.shape(end), named("op")],
    ([shape, end]) => trailingShape("op", shape, end),
  ),
];
