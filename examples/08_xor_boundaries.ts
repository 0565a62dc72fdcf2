/**
 * Lesson 8: what a hidden layer is for. Networks of one hidden layer learn XOR, from one unit to
 * eight; a network of ReLUs is a plane folded along lines, and the pieces are counted; without a
 * function between its layers a deep network is one matrix, and XOR stays out of reach.
 *
 * ```sh
 * deno run examples/08_xor_boundaries.ts
 * ```
 *
 * What you should see: one hidden unit never gets more than three of the four points right, two can,
 * eight do almost always; n ReLUs cut the plane into 1 + n + n(n-1)/2 pieces, and not one more; the
 * best that a deep linear network can say about XOR is one half, everywhere.
 */
import {
  argmin,
  concat,
  countNonzero,
  equal,
  grad,
  greater,
  jit,
  linspace,
  meshgrid,
  oneHot,
  ones,
  random,
  scan,
  sigmoid,
  stack,
  tanh,
  type Tensor,
  tensor,
  vmap,
} from "@katachi/katachi";
import { lstsq } from "@katachi/katachi/linalg";
import {
  identity,
  linear,
  meanSquaredError,
  relu,
  sequential,
  sigmoidCrossEntropy,
} from "@katachi/katachi/nn";
import { adam, applyUpdates, minimize } from "@katachi/katachi/optim";
import { beside, contourPlot, decisionBoundary, type Picture } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

type Points = Tensor<[number, 2], "float64">;
const float64 = { dtype: "float64" } as const;
const [kWidths, kPieces, kLinear] = random.split(random.key(Number(option("seed") ?? 0)), 3);

const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([[0], [1], [1], [0]]);

heading("XOR by one hidden layer");

const optimizer = adam(0.05);

/** Training of `2 → width → 1` from the random start of a key. */
const training = (width: number) => {
  const model = sequential(linear.of(2, width), tanh, linear.of(width, 1));
  const loss = (params: Params) => sigmoidCrossEntropy(model.apply(params, x), y);
  type Params = ReturnType<typeof model.init>;
  const train = (key: random.Key) => {
    const start = model.init(key);
    const [{ params }] = scan(
      ({ params, state }) => {
        const [updates, next] = optimizer.update(grad(loss)(params), state, params);
        return [{ params: applyUpdates(params, updates), state: next }, null];
      },
      { params: start, state: optimizer.init(start) },
      null,
      { length: 1000 },
    );
    const right = equal(greater(model.apply(params, x), 0), greater(y, 0.5));
    return { params, loss: loss(params), right: right.astype("float32").sum() };
  };
  return { model, train };
};

const count = quick ? 20 : 100;
const keys = random.split(kWidths, count);
console.log(`${count} random starts of each width, all trained at once, 1000 steps of Adam`);
figure("random starts", count);
const pictures: Picture[] = [];
for (const width of [1, 2, 3, 8]) {
  const { model, train } = training(width);
  const { loss, right } = jit(vmap(train))(stack(keys));
  const best = argmin(loss).item();
  const { params } = jit(train)(keys[best]);
  figure(`width ${width}, most points right`, right.max().item());
  figure(`width ${width}, starts that end with all 4`, countNonzero(equal(right, 4)).item());
  figure(`width ${width}, least loss`, loss.min().item());
  pictures.push(decisionBoundary((p) => sigmoid(model.apply(params, p)), {
    title: `${width} hidden ${width === 1 ? "unit" : "units"}`,
    points: x,
    labels: y.flatten(),
    xDomain: [-0.5, 1.5],
    yDomain: [-0.5, 1.5],
    width: 240,
    height: 240,
  }));
}
await show("widths", beside(pictures, { columns: 2 }));

// One unit puts the points in a row, and its output only rises or only falls along it. The best that
// it can say is one point for certain, and 2/3 or 1/3 for the other three: 3/4 of the entropy of 1/3.
figure("least loss that one unit can have", (Math.log(3) * 3 - Math.log(2) * 2) / 4);

heading("A network of ReLUs is linear in pieces");

/** A hidden layer on the plane: unit k is on where w_k·x + b_k > 0. */
const layer = (key: random.Key, units: number) => {
  const [k1, k2] = random.split(key);
  return { w: random.normal(k1, [2, units], float64), b: random.normal(k2, [units], float64) };
};

/** Which units are on, at each point, as a text of 0 and 1. */
const patterns = ({ w, b }: ReturnType<typeof layer>, points: Points) =>
  greater(points.matmul(w).add(b), 0).astype("int32").toArray().map((row) => row.join(""));

/**
 * The pieces of the whole plane. The units' lines cross in pairs, every piece has such a crossing as
 * a corner (where there are two lines or more, in general position), and around a crossing the two
 * units are on and off in all four ways, the others as they are there.
 */
function countPieces({ w, b }: ReturnType<typeof layer>): number {
  const units = b.shape[0];
  const pairs = Array.from({ length: units }, (_, i) => i)
    .flatMap((i) => Array.from({ length: i }, (_, j) => [i, j] as const));
  const [w1, w2] = w.toArray();
  const c = b.toArray();
  const crossings = pairs.map(([i, j]): [number, number] => {
    const det = w1[i] * w2[j] - w1[j] * w2[i];
    return [(w2[i] * c[j] - w2[j] * c[i]) / det, (w1[j] * c[i] - w1[i] * c[j]) / det];
  });
  const seen = patterns({ w, b }, tensor(crossings, "float64")).flatMap((pattern, k) =>
    ["00", "01", "10", "11"].map((ways) => {
      const on = [...pattern];
      [on[pairs[k][0]], on[pairs[k][1]]] = ways;
      return on.join("");
    })
  );
  return new Set(seen).size;
}

/** Points on a square around the origin, `side` times `side`. */
function grid(reach: number, side: number): Points {
  const axis = linspace(-reach, reach, side, "float64");
  const [x1, x2] = meshgrid([axis, axis]);
  return stack([x1.reshape([side * side]), x2.reshape([side * side])], 1);
}
console.log("units   pieces near the origin   on the whole plane   1 + n + n(n-1)/2");
const near = grid(3, quick ? 100 : 300);
for (const units of [2, 3, 4, 8, 16, 32]) {
  const net = layer(random.foldIn(kPieces, units), units);
  const seen = new Set(patterns(net, near)).size;
  const row = [seen, countPieces(net), 1 + units + units * (units - 1) / 2];
  const columns = row.map((x, i) => String(x).padStart([25, 21, 19][i]));
  console.log(`${String(units).padStart(5)}${columns.join("")}`);
}
const net = layer(random.foldIn(kPieces, 8), 8);
const output = random.normal(random.foldIn(kPieces, 0), [8], float64);
const value = (x: Tensor<[2], "float64">) => relu(x.matmul(net.w).add(net.b)).matmul(output);

// Points of one piece have one pattern, and the network's slope there is one vector.
const slopes = vmap(grad(value))(near).toArray();
const piecesOf = Map.groupBy(patterns(net, near).entries(), ([, pattern]) => pattern);
const spread = [...piecesOf.values()].map((members) => {
  const [first, ...others] = members.map(([i]) => slopes[i]);
  const gaps = others.map((slope) => Math.hypot(slope[0] - first[0], slope[1] - first[1]));
  return gaps.reduce((most, gap) => Math.max(most, gap), 0);
});
figure("pieces of 8 units on the whole plane", countPieces(net));
figure("pieces of 8 units near the origin", piecesOf.size);
figure("different slopes of 8 units near the origin", new Set(slopes.map(String)).size);
figure("largest difference of slopes within a piece", Math.max(...spread));

// A colour for each piece, and the network's contour lines: straight within a piece, and bent where a
// unit goes on or off.
const square = { xDomain: [-3, 3], yDomain: [-3, 3], width: 300, height: 300 } as const;
const pieceOf = (points: Points) => {
  const seen = patterns(net, points);
  const names = [...new Set(seen)];
  return oneHot(tensor(seen.map((name) => names.indexOf(name)), "int32"), names.length);
};
await show(
  "pieces",
  beside([
    decisionBoundary((p) => pieceOf(p.astype("float64")), {
      title: "pieces",
      resolution: quick ? 100 : 200,
      ...square,
    }),
    contourPlot((p) => value(p.astype("float64")), {
      title: "the network's value",
      levels: 16,
      resolution: 120,
      ...square,
    }),
  ]),
);

heading("Without a function between the layers");

type Rows = Tensor<[number, number], "float64">;
const widths = [2, 16, 16, 16, 16, 1];
const layers = random.split(kLinear, 5).map((key, l) => {
  const [k1, k2] = random.split(key);
  const [inputs, outputs] = [widths[l], widths[l + 1]];
  return {
    ...linear.init(k1, inputs, outputs, float64),
    bias: random.normal(k2, [outputs], float64),
  };
});
type Layers = typeof layers;

/** Five layers with f between them: f(f(x W1 + b1) W2 + b2) W3 + … */
const deep = (f: (a: Rows) => Rows) => (layers: Layers, x: Rows) =>
  layers.reduce((a, layer, l) => linear(layer, l === 0 ? a : f(a)), x);

// Without f it is one layer: W = W1 W2 W3 …, b = (b1 W2 + b2) W3 + …
const one = layers.reduce((before, { weight, bias }) => ({
  weight: before.weight.matmul(weight),
  bias: linear({ weight, bias }, before.bias),
}));
const [[a1], [a2]] = one.weight.toArray();
const [a0] = one.bias.toArray();
console.log(`f(x1, x2) = ${a1.toFixed(3)} x1 + ${a2.toFixed(3)} x2 + ${a0.toFixed(3)}`);
const gap = deep(identity)(layers, near).sub(linear(one, near)).abs().max().item();
figure(
  "parameters of the five layers",
  layers.reduce((n, l) => n + l.weight.size + l.bias.size, 0),
);
figure("five layers - one layer, at most", gap);

// As a classifier it is a line, and no line has all four points of XOR on their sides.
const lines = random.normal(random.foldIn(kLinear, 0), [3, 10_000]);
const sides = greater(concat([x, ones([4, 1])], 1).matmul(lines), 0); // Tensor<[4, 10000]>
const right = equal(sides, greater(y, 0.5)).astype("float32").sum(0);
figure("most points right by any of 10000 lines", right.max().item());

// XOR by least squares: the best line through four points that lie crosswise is flat, at 1/2.
const [inputs, targets] = [x.astype("float64"), y.astype("float64")];
const flat = lstsq(concat([inputs, ones([4, 1], "float64")], 1), targets).x;
const [c1, c2, c0] = flat.toArray().map(([w]) => Math.abs(w).toFixed(3));
console.log(`least squares for XOR: f(x1, x2) = ${c1} x1 + ${c2} x2 + ${c0}`);
for (const [name, f] of Object.entries({ "no function": identity, tanh })) {
  const loss = (layers: Layers) => meanSquaredError(deep(f)(layers, inputs), targets);
  const { params, value } = minimize(loss, layers, { tolerance: 1e-8 });
  const output = deep(f)(params, inputs).flatten();
  const [a, b, c, d] = output.toArray().map((v) => Math.abs(v).toFixed(3));
  console.log(`with ${name} between: 0 0 → ${a}, 0 1 → ${b}, 1 0 → ${c}, 1 1 → ${d}`);
  figure(`squared error with ${name} between`, value.item());
  figure(`largest distance from 1/2 with ${name} between`, output.sub(0.5).abs().max().item());
}
