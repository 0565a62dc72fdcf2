/**
 * Lesson 9: one hidden layer can be any function, and what depth is good for then.
 *
 * Two steep sigmoids make a box, and boxes side by side make any curve: the more boxes, the nearer. ReLUs
 * make straight pieces instead, which are nearer still, and a network that learns places its units where
 * the curve needs them. But some curves need very many units in one layer, and very few in many layers.
 *
 * ```sh
 * deno run examples/09_universal_approximation.ts
 * deno run examples/09_universal_approximation.ts --quick
 * ```
 *
 * What you should see: twice the boxes halve the error, twice the ReLUs quarter it; a few learned units do
 * as well as hundreds of steps; and a saw of 2^(k-1) teeth takes 2k units in k layers, but 2^k - 1 in one.
 */
import {
  diff,
  type Dim,
  grad,
  jit,
  linspace,
  log,
  max,
  mean,
  meshgrid,
  random,
  sigmoid,
  sin,
  stack,
  tanh,
  type Tensor,
  tensor,
  vmap,
} from "@katachi/katachi";
import { lstsq } from "@katachi/katachi/linalg";
import { linear, type LinearParams, relu } from "@katachi/katachi/nn";
import { minimize } from "@katachi/katachi/optim";
import { beside, imageGrid, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

type Scalar = Tensor<[], "float64">;
type Column<N extends Dim> = Tensor<[N, 1], "float64">;

/** A network of one hidden layer, from one number to one number: Σ v φ(w x + b) + c. */
interface Network {
  readonly hidden: LinearParams<1, number, "float64">;
  readonly output: LinearParams<number, 1, "float64">;
}

type Activation = <N extends Dim>(
  x: Tensor<[N, number], "float64">,
) => Tensor<[N, number], "float64">;

const network = (activation: Activation) => <N extends Dim>(params: Network, x: Column<N>) =>
  linear(params.output, activation(linear(params.hidden, x)));

/** The network whose hidden units are φ(wᵢ x + bᵢ), each with its weight vᵢ in the sum. */
function networkOf(w: number[], b: number[], v: number[], c = 0): Network {
  return {
    hidden: { weight: tensor([w], "float64"), bias: tensor(b, "float64") },
    output: {
      weight: tensor(v, "float64").reshape([v.length, 1]),
      bias: tensor([c], "float64"),
    },
  };
}

// The function to be approximated, on the interval from 0 to 1.

const curve = (x: Scalar): Scalar => sin(x.mul(2 * Math.PI)).add(sin(x.mul(6 * Math.PI)).mul(0.4));

/** A function of one number, for each of a column. */
const each = (f: (x: Scalar) => Scalar) => <N extends Dim>(column: Column<N>): Column<N> => {
  const rows = column.shape[0];
  return vmap(f)(column.reshape([rows])).reshape([rows, 1]);
};

const grid = linspace(0, 1, 5001, "float64").reshape([5001, 1]);
const target = each(curve)(grid);
const largest = (x: Tensor<[5001, 1], "float64">) => max(x.abs()).item();
const curveAt = (xs: readonly number[]) => vmap(curve)(tensor([...xs], "float64")).toArray();

/** Prints rows of numbers in columns below their names. */
function table(names: readonly string[], rows: readonly (readonly (number | string)[])[]): void {
  for (const row of [names, ...rows]) {
    console.log(row.map((cell, i) => String(cell).padStart(names[i].length + 2)).join(""));
  }
}

/** By which power of its xs something falls: the slope of a line through the logarithms. */
function power(xs: readonly number[], ys: readonly number[]): number {
  const a = stack([log(tensor([...xs])), tensor(xs.map(() => 1))], 1);
  return lstsq(a, log(tensor([...ys]))).x.toArray()[0];
}

// By hand. A steep sigmoid is a step, and two of them are a box, 1 between a and b and 0 elsewhere:
// σ(s(x - a)) - σ(s(x - b)). So n boxes beside each other are 2n units of one hidden layer.

function boxes(n: number): Network {
  const steepness = 100 * n;
  const heights = curveAt(Array.from({ length: n }, (_, i) => (i + 0.5) / n));
  // The first and the last box reach beyond the interval.
  const edges = Array.from({ length: n + 1 }, (_, i) => i === 0 ? -1 : i === n ? 2 : i / n);
  const places = [...edges.slice(0, -1), ...edges.slice(1)];
  return networkOf(
    places.map(() => steepness),
    places.map((edge) => -steepness * edge),
    [...heights, ...heights.map((height) => -height)],
  );
}

// ReLUs bend at one place each: a line through n + 1 points of the curve takes one unit for each of its
// n pieces, whose weight is by how much the slope changes there.

function pieces(n: number, at = curveAt): Network {
  const knots = Array.from({ length: n + 1 }, (_, i) => i / n);
  const values = at(knots);
  const slopes = knots.slice(1).map((_, i) => n * (values[i + 1] - values[i]));
  return networkOf(
    slopes.map(() => 1),
    slopes.map((_, i) => -knots[i]),
    slopes.map((slope, i) => slope - (i === 0 ? 0 : slopes[i - 1])),
    values[0],
  );
}

const stepped = network(sigmoid);
const pieced = network(relu);
const errorOf = <P>(model: (params: P, x: typeof grid) => typeof grid, params: P) =>
  largest(model(params, grid).sub(target));

const counts = quick ? [8, 16, 32, 64] : [8, 16, 32, 64, 128, 256];
const boxErrors = counts.map((n) => errorOf(stepped, boxes(n)));
const pieceErrors = counts.map((n) => errorOf(pieced, pieces(n)));
const steepest = largest(each(grad(curve))(grid));
const mostBent = largest(each(grad(grad(curve)))(grid));

heading("Steps and straight pieces, put together by hand");
console.log(
  "Half a box from its middle the curve is off by max|f'| / 2n at most, a straight piece",
);
console.log("between two of its points by max|f''| / 8n². The largest errors, and these bounds:\n");
const names = ["n  ", " n boxes", "max|f'| / 2n", "n pieces", "max|f''| / 8n²"];
const bounds = (n: number) => [steepest / (2 * n), mostBent / (8 * n ** 2)];
table(
  names,
  counts.map((n, i) => {
    const [ofBoxes, ofPieces] = bounds(n);
    return [n, ...[boxErrors[i], ofBoxes, pieceErrors[i], ofPieces].map((x) => x.toFixed(5))];
  }),
);
console.log();
figure("64 boxes: error", boxErrors[3]);
figure("64 boxes: bound", bounds(64)[0]);
figure("64 pieces: error", pieceErrors[3]);
figure("64 pieces: bound", bounds(64)[1]);
figure("the error of boxes falls with the power", power(counts, boxErrors));
figure("the error of pieces falls with the power", power(counts, pieceErrors));

const x = linspace(0, 1, 513, "float64");
const drawn = (f: (x: Column<513>) => Column<513>) => ({
  x,
  y: f(x.reshape([513, 1])).reshape([513]),
});
const smooth = { x, y: vmap(curve)(x) };
await show(
  "steps",
  beside([
    linePlot({
      "σ(s(x - a))": drawn((x) => sigmoid(x.sub(0.3).mul(100))),
      "σ(s(x - b))": drawn((x) => sigmoid(x.sub(0.6).mul(100))),
      "their difference": drawn((x) =>
        sigmoid(x.sub(0.3).mul(100)).sub(sigmoid(x.sub(0.6).mul(100)))
      ),
    }, { title: "Two steps make a box", xLabel: "x", width: 360 }),
    linePlot({
      "f": smooth,
      "16 boxes": drawn((x) => stepped(boxes(16), x)),
    }, { title: "Boxes make a curve", xLabel: "x", width: 360 }),
  ]),
);

// Learned. The same kind of network, whose units go where they are needed: L-BFGS from several random
// starts, of which the best is taken.

const [starts, steps] = quick ? [6, 300] : [8, 1000];
const samples = linspace(0, 1, 256, "float64").reshape([256, 1]);

function learned(key: random.Key, f: (x: Scalar) => Scalar, activation: Activation, units: number) {
  const model = network(activation);
  const y = each(f)(samples);
  const loss = (params: Network) => mean(model(params, samples).sub(y).square());
  const train = jit((key: random.Key) => {
    const [weightKey, placeKey, outputKey] = random.split(key, 3);
    const weight = random.normal(weightKey, [1, units], { dtype: "float64" }).mul(10);
    // Each unit begins around a place of its own within the interval.
    const place = random.uniform(placeKey, [units], { dtype: "float64" });
    const hidden = { weight, bias: weight.reshape([units]).mul(place).neg() };
    const output = linear.init(outputKey, units, 1, { dtype: "float64" });
    return minimize(loss, { hidden, output }, { tolerance: 1e-7, maxIterations: steps });
  });
  const runs = random.split(key, starts).map((key) => train(key));
  return runs.reduce((best, run) => run.value.item() < best.value.item() ? run : best).params;
}

const [curveKey, sawKey] = random.split(random.key(Number(option("seed") ?? 0)));
const widths = quick ? [2, 4, 8] : [1, 2, 4, 8, 16];
const smoothed = network(tanh);
const learnedErrors = random.split(curveKey, widths.length).map((key, i) =>
  errorOf(smoothed, learned(key, curve, tanh, widths[i]))
);

heading("The same kind of network, learned");
console.log(`L-BFGS from ${starts} random starts, the best of which is taken; units of tanh:`);
for (const [i, width] of widths.entries()) {
  figure(`${width} learned ${width === 1 ? "unit" : "units"}: error`, learnedErrors[i]);
}
await show(
  "errors",
  linePlot({
    "boxes": { x: counts.map((n) => 2 * n), y: boxErrors },
    "pieces": { x: counts, y: pieceErrors },
    "learned": { x: widths, y: learnedErrors },
  }, {
    title: "The largest error",
    xLabel: "units in the hidden layer",
    xScale: "log",
    yScale: "log",
  }),
);

// Depth. The tent 2 relu(x) - 4 relu(x - 1/2) goes up from 0 to 1 and down again: two units. A tent of a
// tent goes through both its sides twice: each layer of two units doubles the teeth.
// (M. Telgarsky, "Representation benefits of deep feedforward networks", 2015.)

const tent = networkOf([1, 1], [0, -0.5], [2, -4]);

/** Tents of tents, the first of one layer, the last of so many. */
function tents(x: Scalar, layers: number): Scalar[] {
  const saws: Scalar[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const below = layer === 0 ? x : saws[layer - 1];
    saws.push(pieced(tent, below.reshape([1, 1])).reshape([]));
  }
  return saws;
}
const saw = (layers: number) => (x: Scalar): Scalar => tents(x, layers)[layers - 1];

/** How many straight pieces a function has, by its slopes in the middles of so many cells. */
function straightPieces(f: (x: Scalar) => Scalar, cells: number): number {
  const middles = linspace(0.5 / cells, 1 - 0.5 / cells, cells, "float64");
  const slopes = jit(vmap(grad(f)))(middles).toArray();
  return 1 + slopes.slice(1).filter((slope, i) => slope !== slopes[i]).length;
}

heading("Depth against width: a tent of a tent of a tent");
table(
  ["layers", "units", "teeth", "straight pieces", "units of one layer, at least"],
  [1, 2, 3, 4, 5, 6, 8, 10].map((k) => {
    const counted = straightPieces(saw(k), 2 ** (k + 2));
    return [k, 2 * k, counted / 2, counted, counted - 1];
  }),
);
console.log();
figure("straight pieces of 10 layers", straightPieces(saw(10), 2 ** 12));

// In one layer n units bend at n places: n + 1 pieces. Each can cross the height 1/2 once, and the saw
// crosses it in each of its pieces: a network of fewer pieces is off by 1/2 somewhere, or more, and so no
// better than the constant 1/2. As many units as there are pieces are enough.

const dyadic = linspace(0, 1, 4097, "float64").reshape([4097, 1]);
const sawed = each(saw(5))(dyadic);
const sawAt = (xs: readonly number[]) => vmap(saw(5))(tensor([...xs], "float64")).toArray();
const offSaw = (params: Network) => max(pieced(params, dyadic).sub(sawed).abs()).item();
console.log("\nThe saw of 5 layers, in one layer:");
figure("32 units put together by hand: error", offSaw(pieces(32, sawAt)));
figure("10 units learned: error", offSaw(learned(sawKey, saw(5), relu, 10)));

// Not only saws. x² is x less the saws of k layers divided by 4^k: m of them make straight pieces between
// 2^m + 1 points of the parabola, which are off by 4^-(m+1). That takes m layers of 3 units, the third of
// which hands on what is left of x; as many units of one layer are off by 1 / 4(3m)².
// (D. Yarotsky, "Error bounds for approximations with deep ReLU networks", 2017.)

const squares = dyadic.square();
const layers = [1, 2, 3, 4, 5, 6, 7, 8];
const offSquare = (y: Tensor<[4097, 1], "float64">) => max(y.sub(squares).abs()).item();
const deepErrors = layers.map((m) => {
  const square = (x: Scalar) =>
    tents(x, m).reduce((rest, t, i) => rest.sub(t.div(4 ** (i + 1))), x);
  return offSquare(each(square)(dyadic));
});
const parabola = (xs: readonly number[]) => xs.map((x) => x * x);
const wideErrors = layers.map((m) => offSquare(pieced(pieces(3 * m, parabola), dyadic)));
console.log("\nx² by 24 units:");
figure("8 layers: error", deepErrors[7]);
figure("4^-9", 4 ** -9);
figure("one layer: error", wideErrors[7]);
figure("1 / 4·24²", 1 / (4 * 24 ** 2));

const units = layers.map((m) => 3 * m);
await show(
  "depth",
  beside([
    linePlot(
      Object.fromEntries([1, 2, 4].map((k) => [`k = ${k}`, { x, y: vmap(saw(k))(x) }])),
      { title: "Tents of tents", xLabel: "x", width: 360 },
    ),
    linePlot(
      { "many layers": { x: units, y: deepErrors }, "one layer": { x: units, y: wideErrors } },
      { title: "The largest error for x²", xLabel: "units", yScale: "log", width: 360 },
    ),
  ]),
);

// Functions of two numbers. Four steps make a cross, 2 where its bars meet and 1 or 0 elsewhere; one more
// step, at 3/2, leaves only the box in the middle. So n × n boxes take two hidden layers: 2(n + 1) steps
// whose differences are the bars, and n². (Where four boxes meet, holes as narrow as the steps remain.)

const side = 128;
const middles = linspace(0.5 / side, 1 - 0.5 / side, side, "float64");
const [xs, ys] = meshgrid([middles, middles]);
const inSquare = (f: (x: Scalar, y: Scalar) => Scalar) =>
  jit(vmap(f))(xs.reshape([side ** 2]), ys.reshape([side ** 2])).reshape([side, side]);

/** The sums of four steps around each of the boxes between edges: [n, n]. */
function crosses(x: Scalar, y: Scalar, edges: Tensor<[number], "float64">) {
  const bars = (x: Scalar) => diff(sigmoid(x.sub(edges).mul(10_000))).neg();
  const across = bars(x);
  return across.reshape([across.shape[0], 1]).add(bars(y));
}
const box = (cross: Tensor<[number, number], "float64">) => sigmoid(cross.sub(1.5).mul(100));

const hills = (x: Scalar, y: Scalar): Scalar =>
  sin(x.mul(2 * Math.PI)).mul(sin(y.mul(3 * Math.PI)));
const hilly = inSquare(hills);

/** The hills by n × n boxes, each as high as the hills are in its middle. */
function hillsOfBoxes(n: number): Tensor<[128, 128], "float64"> {
  const middles = linspace(0.5 / n, 1 - 0.5 / n, n, "float64");
  const heights = vmap((x: Scalar) => vmap((y: Scalar) => hills(x, y))(middles))(middles);
  const edges = linspace(0, 1, n + 1, "float64");
  return inSquare((x, y) => box(crosses(x, y, edges)).mul(heights).sum());
}

heading("Boxes in two dimensions");
const part = tensor([0.3, 0.6], "float64");
const cross = inSquare((x, y) => crosses(x, y, part).sum());
const alone = inSquare((x, y) => box(crosses(x, y, part)).sum());
const [inside, outside] = [tensor(0.45, "float64"), tensor(0.1, "float64")];
for (const [name, y] of [["where the bars meet", inside], ["on one bar", outside]] as const) {
  const sum = crosses(inside, y, part);
  figure(`four steps, ${name}`, sum.item());
  figure(`and one more, ${name}`, box(sum).item());
}
const sides = [4, 8, 16];
const boxed = sides.map(hillsOfBoxes);
const meanErrors = boxed.map((y) => mean(y.sub(hilly).abs()).item());
for (const [i, n] of sides.entries()) figure(`${n} × ${n} boxes: mean error`, meanErrors[i]);
figure("the mean error falls with the power", power(sides, meanErrors));
await show(
  "plane",
  imageGrid(stack([cross, alone, ...boxed.slice(1), hilly]), {
    labels: ["four steps", "one more step", "8 × 8 boxes", "16 × 16 boxes", "the hills"],
    map: "viridis",
  }),
);
