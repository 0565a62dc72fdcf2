/**
 * The derivative of a scatter, combination by combination.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { VjpContext, VjpRule } from "../tape/primitive.ts";
import { add, div, mul } from "./arithmetic.ts";
import { broadcast, fill } from "./broadcast.ts";
import { equal, less, lessEqual, select, zero } from "./compare.ts";
import { iota } from "./create.ts";
import { type Combine, gather, type Indexing, scatter, type Scattering } from "./indexing.ts";
import { logicalAnd } from "./logic.ts";
import { convert, scalar } from "./operands.ts";
import { shift } from "./reduce.ts";
import { reshapeRaw } from "./reshape.ts";
import { argsortRaw } from "./sort.ts";

type Pair = readonly [x: AnyTensor | undefined, updates: AnyTensor | undefined];

/** The cotangents of a scatter's tensor and of its updates. */
export const scatterVjp: VjpRule<Scattering> = ([ct], context) => {
  const { inputs: [x, , updates], params: { axis, combine } } = context;
  if (x.shape[axis] === 0) return [ct, undefined, fill(zero(ct!), updates.shape)];
  const [ofX, ofUpdates] = rules[combine](ct!, context);
  return [ofX, undefined, ofUpdates];
};

const rules: Readonly<Record<Combine, (ct: AnyTensor, context: VjpContext<Scattering>) => Pair>> = {
  add: (ct, context) => [ct, context.needs[2] ? taken(ct, context) : undefined],
  // An update that another one overwrote has no part in the result.
  set: (ct, { inputs: [, positions, updates], params: { axis, batch }, needs }) => [
    needs[0]
      ? scatter("set", ct, positions, fill(zero(ct), updates.shape), axis, batch)
      : undefined,
    needs[2]
      ? select(
        atPositions(last(positions, ct.shape, { axis, batch }), updates.shape, { axis, batch }),
        gather(ct, positions, axis, batch),
        zero(ct),
      )
      : undefined,
  ],
  mul: (ct, context) => {
    const { inputs: [x, positions, updates], params, needs } = context;
    const { axis, batch } = params;
    return [
      needs[0] ? scatter("mul", ct, positions, updates, axis, batch) : undefined,
      needs[2]
        ? mul(taken(mul(ct, x), context), productOfOthers(positions, updates, params))
        : undefined,
    ];
  },
  max: shareAmongTies,
  min: shareAmongTies,
};

/** Each of several equal extrema gets the same share of the cotangent. */
function shareAmongTies(ct: AnyTensor, context: VjpContext<Scattering>): Pair {
  const { inputs: [x, positions, updates], outputs: [y], params: { axis, batch } } = context;
  const kept = equal(x, y);
  const chosen = logicalAnd(
    equal(updates, gather(y, positions, axis, batch)),
    inside(positions, updates.shape, y.shape[axis], context.params),
  );
  const [one, other] = [kept, chosen].map((test) => convert(test, ct.dtype));
  const share = div(ct, scatter("add", one, positions, other, axis, batch));
  return [
    select(kept, share, zero(ct)),
    select(chosen, gather(share, positions, axis, batch), zero(ct)),
  ];
}

/** What a gather takes at the updates' positions; 0 for updates that were dropped. */
function taken(
  ct: AnyTensor,
  { inputs: [x, positions, updates], params }: VjpContext<Scattering>,
): AnyTensor {
  const { axis, batch } = params;
  return select(
    inside(positions, updates.shape, x.shape[axis], params),
    gather(ct, positions, axis, batch),
    zero(ct),
  );
}

/** For each update whether its position is in range. */
function inside(positions: AnyTensor, shape: Shape, size: number, params: Indexing): AnyTensor {
  return atPositions(logicalAnd(lessEqual(0, positions), less(positions, size)), shape, params);
}

/** One value for each position, repeated over the slice of updates that is there. */
function atPositions(values: AnyTensor, shape: Shape, { axis, batch }: Indexing): AnyTensor {
  const own = values.shape.slice(batch);
  const between = new Array<number>(axis - batch).fill(1);
  const after = new Array<number>(shape.length - axis - own.length).fill(1);
  const spread = [...values.shape.slice(0, batch), ...between, ...own, ...after];
  return broadcast(reshapeRaw(values, spread), shape);
}

/** For each position whether it is in range and the last one of several equal ones. */
function last(positions: AnyTensor, shape: Shape, { axis, batch }: Indexing): AnyTensor {
  const count = sizeOf(positions.shape);
  const ids = add(reshapeRaw(iota([count], 0, "int32"), positions.shape), 1);
  const nobody = fill(scalar(0, "int32"), [...shape.slice(0, batch), shape[axis]]);
  const winners = scatter("set", nobody, positions, ids, batch, batch);
  return equal(ids, gather(winners, positions, batch, batch));
}

/**
 * For each update the product of all others at its position, without dividing, so that zeros do no
 * harm. The updates are sorted by position, and the products of those before and after them taken
 * by doubling.
 */
function productOfOthers(positions: AnyTensor, updates: AnyTensor, params: Indexing): AnyTensor {
  const { axis, batch } = params;
  const own = positions.shape.slice(batch);
  const count = sizeOf(own);
  const flat = reshapeRaw(positions, [...positions.shape.slice(0, batch), count]);
  const list = reshapeRaw(updates, updates.shape.toSpliced(axis, own.length, count));
  const order = argsortRaw(flat, batch);
  const sorted = gather(flat, order, batch, batch);
  const values = gather(list, order, axis, batch);
  const running = (side: "before" | "after"): AnyTensor => {
    const shifted = (x: AnyTensor, reach: number) => {
      const same = equal(sorted, shift(sorted, batch, reach, side));
      return select(atPositions(same, list.shape, params), shift(x, axis, reach, side), one);
    };
    let products = shifted(values, 1);
    for (let reach = 1; reach < count - 1; reach *= 2) {
      products = mul(products, shifted(products, reach));
    }
    return products;
  };
  const one = scalar(1, updates.dtype);
  const others = mul(running("before"), running("after"));
  return reshapeRaw(gather(others, argsortRaw(order, batch), axis, batch), updates.shape);
}
