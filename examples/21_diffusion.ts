/**
 * Lesson 21: images from noise. A diffusion model learns to say which noise was mixed into a thing.
 * Whoever can say that can start with nothing but noise and take it away, little by little, until a
 * thing is left that nobody has drawn. First with numbers, where the best answer has a formula; then
 * with points of the plane; then with digits.
 *
 * ```sh
 * deno run examples/21_diffusion.ts
 * deno run examples/21_diffusion.ts --quick
 * ```
 *
 * What you should see: where there are data, the network lies on the formula's curves; a round cloud
 * of points ends as two moons, many times nearer to the data than noise is; and digits made of noise
 * are read as what was asked for by a network that has only seen drawn ones.
 */
import {
  add,
  arange,
  argmax,
  avgPool,
  clip,
  concat,
  equal,
  grad,
  jit,
  linspace,
  logSumExp,
  mean,
  meshgrid,
  mod,
  oneHot,
  random,
  scan,
  stack,
  sub,
  take,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@katachi/katachi";
import { drawnDigits, moons } from "@katachi/katachi/data";
import { accuracy } from "@katachi/katachi/metrics";
import {
  linear,
  meanSquaredError,
  relu,
  sequential,
  silu,
  sinusoidalPositions,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { adam, cosineDecay } from "@katachi/katachi/optim";
import { fit, supervised } from "@katachi/katachi/train";
import { beside, imageGrid, linePlot, scatterPlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const [kNumbers, kPoints, kDigits] = random.split(random.key(Number(option("seed") ?? 0)), 3);

// Time goes from 0, the data, to T, nothing but noise: x_t = α_t x_0 + σ_t ε with ε from N(0, 1).
// α and σ are the cosine and sine of an angle, so that α² + σ² = 1.

type Rows = Tensor<[number, number]>;
type Times = Tensor<[number], "int32">;

const T = 100;
const angle = linspace(0, Math.PI / 2 * T / (T + 1), T + 1);
const [alphas, sigmas] = [angle.cos(), angle.sin()];
const [alpha, sigma] = [alphas, sigmas].map((table) => (t: Times) => take(table, t).expandDims(1));

/** The thing at time t, with this noise in it. */
const mixed = (x: Rows, noise: Rows, t: Times): Rows => add(x.mul(alpha(t)), noise.mul(sigma(t)));

/** Rows at times and with noise of their own. */
function noised(key: random.Key, x: Rows) {
  const [kTime, kNoise] = random.split(key);
  const t = random.randint(kTime, [x.shape[0]], 1, T + 1);
  const noise = random.normal(kNoise, x.shape);
  return { t, noise, x: mixed(x, noise, t) };
}

// What time it is, the network is told by sines and cosines, as a transformer is told positions.
const clock = sinusoidalPositions(T + 1, 16, { base: 1000 });

/** A network for things of `size` numbers, which is told the time and maybe more. */
const network = (size: number, width: number, more = 0) =>
  sequential(
    linear.of(size + clock.shape[1] + more, width),
    silu,
    linear.of(width, width),
    silu,
    linear.of(width, size),
  );

/** Learns to name the noise: the parameters, and the model that says ε for x and t. */
async function learnNoise(key: random.Key, x: Rows, width: number, epochs: number) {
  const [kInit, kFit] = random.split(key);
  const [batchSize, rows] = [250, x.shape[0]];
  const net = network(x.shape[1], width);
  type Params = ReturnType<typeof net.init>;
  const model = (params: Params, x: Rows, t: Times): Rows =>
    net.apply(params, concat([x, take(clock, t, 0)], 1));
  const { params, history } = await fit({
    loss: (params: Params, batch: { x: Rows }, { key }) => {
      const { x, t, noise } = noised(key, batch.x);
      return meanSquaredError(model(params, x, t), noise);
    },
    params: net.init(kInit),
    optimizer: adam(cosineDecay(0.01, epochs * rows / batchSize)),
    data: { x },
    batchSize,
    epochs,
    key: kFit,
    progress: false,
  });
  const names = jit((params: Params, x: Rows, t: Times) => model(params, x, t));
  return {
    loss: history.epochs[epochs - 1].loss,
    noiseIn: (x: Rows, t: Times) => names(params, x, t),
  };
}

heading("Numbers: the best answer has a formula");
console.log("the noise in 20000 new numbers, at times from 1 to 100");

// A third of the numbers lies around -1, two thirds around 1, with a deviation of 0.3.
const peaks = { at: tensor([-1, 1]), share: tensor([1 / 3, 2 / 3]), deviation: 0.3 };
const [kPeak, kSpread, kLearn, kTest, kAgain] = random.split(kNumbers, 5);

function numbers(peak: random.Key, spread: random.Key, n: number): Rows {
  const side = random.bernoulli(peak, 2 / 3, [n, 1]).astype("float32").mul(2).sub(1);
  return add(side, random.normal(spread, [n, 1]).mul(peaks.deviation));
}

/** The logarithm of the density at time t: peaks of variance α² 0.3² + σ² around ±α. */
function logDensity(x: Tensor<[]>, t: Tensor<[], "int32">): Tensor<[]> {
  const [a, s] = [take(alphas, t), take(sigmas, t)];
  const variance = a.square().mul(peaks.deviation ** 2).add(s.square());
  const distance = sub(x, peaks.at.mul(a));
  return logSumExp(peaks.share.log().sub(distance.square().div(variance).mul(0.5)))
    .sub(variance.mul(2 * Math.PI).log().mul(0.5));
}

// The noise to expect in x_t is -σ_t ∇ log p_t(x_t).
const scores = jit(vmap(grad(logDensity)));
const exactly = (x: Rows, t: Times): Rows =>
  scores(x.flatten(), t).expandDims(1).mul(sigma(t)).neg();

const learned = await learnNoise(
  kLearn,
  numbers(kPeak, kSpread, quick ? 5000 : 10_000),
  32,
  quick ? 30 : 60,
);
const unseen = noised(kAgain, numbers(...random.split(kTest), 20_000));
const [said, best] = [learned.noiseIn(unseen.x, unseen.t), exactly(unseen.x, unseen.t)];
figure("mean squared error of the formula", meanSquaredError(best, unseen.noise).item());
figure("mean squared error of the network", meanSquaredError(said, unseen.noise).item());
figure("squared distance of the network from the formula", meanSquaredError(said, best).item());

const line = linspace(-2.5, 2.5, 120);
const curves = [10, 40, 80].map((time) => {
  const [x, t] = [line.expandDims(1), zeros([120], "int32").add(time)];
  return linePlot({
    "the formula": { x: line, y: exactly(x, t).flatten() },
    "the network": { x: line, y: learned.noiseIn(x, t).flatten() },
  }, { title: `noise to expect in x, t = ${time}`, xLabel: "x", width: 280, height: 240 });
});
await show("formula", beside(curves));

heading("Points: a cloud becomes two moons");
console.log("how far clouds are apart; 0 is the same");

/**
 * Things made of noise in some steps from T to 0. Each takes the noise to be ε, guesses the thing,
 * x_0 = (x_t - σ_t ε) / α_t, and mixes it with that noise again, for the next, earlier time. Where
 * `fresh` is 1 a part of the noise is replaced by new noise (DDPM, 2020); where it is 0 all is
 * certain once the first noise is (DDIM, 2021).
 */
function journey(
  key: random.Key,
  noiseIn: (x: Rows, t: Times) => Rows,
  [rows, size]: readonly [number, number],
  { steps = T, fresh = 0, limit = Infinity } = {},
): Tensor<[number, number, number]> {
  const [kFirst, kFresh] = random.split(key);
  const times = Array.from({ length: steps + 1 }, (_, i) => Math.round(T * (1 - i / steps)));
  const first = random.normal(kFirst, [rows, size]);
  const [, way] = scan(
    (x: Rows, step) => {
      const [a, s] = [take(alphas, step.t), take(sigmas, step.t)];
      const [a2, s2] = [take(alphas, step.next), take(sigmas, step.next)];
      const guess = clip(
        x.sub(noiseIn(x, zeros([rows], "int32").add(step.t)).mul(s)).div(a),
        -limit,
        limit,
      );
      const noise = x.sub(guess.mul(a)).div(s);
      // How much is new: the variance of x at the next time where x and x_0 are known.
      const renewed = s2.div(s).square().mul(sub(1, a.div(a2).square())).mul(fresh);
      const next = guess.mul(a2)
        .add(noise.mul(clip(s2.square().sub(renewed), 0, 1).sqrt()))
        .add(random.normal(step.key, [rows, size]).mul(renewed.sqrt()));
      return [next, next];
    },
    first,
    {
      t: tensor(times.slice(0, -1), "int32"),
      next: tensor(times.slice(1), "int32"),
      key: stack(random.split(kFresh, steps)),
    },
  );
  return concat([first.expandDims(0), way]);
}

/** The last of a journey. */
const end = (way: Tensor<[number, number, number]>): Rows => way.slice([way.shape[0] - 1]);

/** How far two clouds are apart: 2 E|a - b| - E|a - a'| - E|b - b'|, 0 where they are the same. */
const energyDistance = jit((a: Rows, b: Rows): Tensor<[]> => {
  const between = (a: Rows, b: Rows) =>
    mean(a.expandDims(1).sub(b.expandDims(0)).square().sum(2).sqrt());
  return between(a, b).mul(2).sub(between(a, a)).sub(between(b, b));
});

const [kData, kOther, kTrain, kWay, kCloud] = random.split(kPoints, 5);
const moonPoints = (key: random.Key, n: number): Rows =>
  moons(key, n, { noise: 0.05 }).x.sub(tensor([0.5, 0.25]));
const data = moonPoints(kData, quick ? 2000 : 4000);
const plane = await learnNoise(kTrain, data, 64, quick ? 120 : 200);

const count = quick ? 500 : 1000;
const others = moonPoints(kOther, count);
const size = [count, 2] as const;
const toData = (points: Rows) => energyDistance(points, others).item();
figure("energy distance of noise from data", toData(random.normal(kCloud, size)));
figure("energy distance of data from other data", toData(data.slice([[0, count]])));
for (const [name, fresh] of [["new noise in each step", 1], ["certain steps", 0]] as const) {
  for (const steps of [5, 20, 100]) {
    const make = jit((key: random.Key) => end(journey(key, plane.noiseIn, size, { steps, fresh })));
    figure(`energy distance, ${steps} ${name}`, toData(make(kWay)));
  }
}

const few = 100;
const way = jit((key: random.Key) => journey(key, plane.noiseIn, [few, 2], { fresh: 1 }))(kWay);
const window = { xDomain: [-3, 3], yDomain: [-2.5, 2.5], width: 250, height: 230 } as const;
await show(
  "journey",
  beside(
    [100, 40, 15, 0].map((t) =>
      scatterPlot(way.slice([T - t]).reshape([few, 2]), { title: `t = ${t}`, ...window })
    ),
    { columns: 4 },
  ),
);

// The score, -ε/σ, points to where there are more data.

/** An arrow as one line, with NaN at its end to break it off from the next. */
function arrow(x: number, y: number, u: number, v: number): [number, number][] {
  const barb = (turn: number): [number, number] => [
    x + u - 0.3 * (u * Math.cos(turn) - v * Math.sin(turn)),
    y + v - 0.3 * (u * Math.sin(turn) + v * Math.cos(turn)),
  ];
  return [[x, y], [x + u, y + v], barb(0.5), [x + u, y + v], barb(-0.5), [NaN, NaN]];
}

const [side, some] = [10, 40];
const [gridX, gridY] = meshgrid([linspace(-2, 2, side), linspace(-1.6, 1.6, side)]);
const grid = stack([gridX.flatten(), gridY.flatten()], 1);
const places = grid.toArray();
const fields = [60, 30, 10].map((time) => {
  const at = (rows: number) => zeros([rows], "int32").add(time);
  const arrows = plane.noiseIn(grid, at(side ** 2)).toArray().flatMap(([dx, dy], i) => {
    const length = -0.35 / Math.max(1, Math.hypot(dx, dy));
    return arrow(places[i][0], places[i][1], length * dx, length * dy);
  });
  const noise = random.normal(random.foldIn(kCloud, time), [some, 2]);
  const points = mixed(data.slice([[0, some]]), noise, at(some));
  return scatterPlot(points.reshape([some, 2]), {
    title: `the score at t = ${time}`,
    lines: { score: { x: arrows.map(([x]) => x), y: arrows.map(([, y]) => y) } },
    xDomain: [-2.2, 2.2],
    yDomain: [-1.8, 1.8],
    width: 280,
    height: 260,
  });
});
await show("score", beside(fields));

heading("Digits: which a network that has seen only drawn ones can read");
console.log("one network learns to name the noise, one of the same size the picture behind it");

const [kDrawn, kSeen, kReader, kModel, kMade] = random.split(kDigits, 5);

type Labels = Tensor<[number], "int32">;

/** Digits of 14 times 14 pixels, from -1 to 1. */
function digits(key: random.Key, n: number): { x: Rows; y: Labels } {
  const { x, y } = drawnDigits(key, n, { noise: 0 });
  const small = avgPool(x.reshape([n, 1, 28, 28]), { window: [2, 2] });
  return { x: small.reshape([n, 196]).mul(2).sub(1), y };
}
const drawn = digits(kDrawn, quick ? 2000 : 4000);
const unseenDigits = digits(kSeen, 500);

const reader = sequential(linear.of(196, 64), relu, linear.of(64, 10));
const { params: readerParams, history } = await fit({
  loss: supervised(reader, softmaxCrossEntropy),
  params: reader.init(kReader),
  optimizer: adam(0.003),
  data: drawn,
  batchSize: 100,
  epochs: 6,
  key: random.foldIn(kReader, 0),
  validation: unseenDigits,
  metrics: { accuracy },
  progress: false,
});
figure(
  "drawn digits that the reader reads right",
  history.epochs[5].validation?.metrics.accuracy ?? NaN,
);

const net = network(196, 256, 10);
const epochs = quick ? 12 : 20;
type Params = ReturnType<typeof net.init>;
const model = (params: Params, x: Rows, t: Times, y: Labels): Rows =>
  net.apply(params, concat([x, take(clock, t, 0), oneHot(y, 10)], 1));

/**
 * Learns to name the noise in a digit, or the picture behind the noise, which has less to it than
 * noise has (T. Li and K. He, "Back to basics: let denoising generative models denoise", 2025).
 */
async function learnDigits(named: "noise" | "picture") {
  const { params } = await fit({
    loss: (params: Params, batch: { x: Rows; y: Labels }, { key }) => {
      const { x, t, noise } = noised(key, batch.x);
      const says = model(params, x, t, batch.y);
      if (named === "noise") return meanSquaredError(says, noise);
      // An error in the picture is one (α/σ)² times as large in the noise, squared. That is taken
      // as its weight, but no more than 2 where there is hardly any noise, and no less than 0.3
      // where there is nothing else: every journey begins there.
      const weight = clip(alpha(t).div(sigma(t)).square(), 0.3, 2);
      return mean(says.sub(batch.x).square().mul(weight));
    },
    params: net.init(kModel),
    optimizer: adam(cosineDecay(0.004, epochs * drawn.y.size / 100)),
    data: drawn,
    batchSize: 100,
    epochs,
    key: random.foldIn(kModel, 0),
    progress: false,
  });
  return (y: Labels) => (x: Rows, t: Times): Rows => {
    const says = model(params, x, t, y);
    return named === "noise" ? says : x.sub(says.mul(alpha(t))).div(sigma(t));
  };
}

/** How far pixels are from the mean of their digit, squared: how much the digits of a kind differ. */
function spread(x: Rows, y: Labels): number {
  const of = oneHot(y, 10);
  const means = of.transpose().matmul(x).div(of.sum(0).expandDims(1));
  return mean(x.sub(take(means, y, 0)).square()).item();
}

const labels = mod(arange(200), 10).astype("int32");
for (const named of ["noise", "picture"] as const) {
  const noiseIn = (await learnDigits(named))(labels);
  const options = { steps: 50, limit: 1 };
  const way = jit((key: random.Key) => journey(key, noiseIn, [200, 196], options))(kMade);
  const made = end(way);
  const read = argmax(reader.apply(readerParams, made), 1);
  figure(`names the ${named}: read as asked`, mean(equal(read, labels)).item());
  figure(
    `names the ${named}: spread over that of drawn ones`,
    spread(made, labels) / spread(unseenDigits.x, unseenDigits.y),
  );
  if (named === "picture") {
    const pictures = (x: Rows) => x.slice([[0, 20]]).reshape([20, 14, 14]);
    const rows = unseenDigits.y.toArray();
    const some = [0, 1].flatMap((nth) =>
      Array.from({ length: 10 }, (_, digit) => rows.flatMap((y, i) => y === digit ? [i] : [])[nth])
    );
    const grid = { columns: 10, range: [-1, 1] } as const;
    await show(
      "digits",
      beside([
        imageGrid(take(unseenDigits.x, tensor(some, "int32"), 0).reshape([20, 14, 14]), {
          title: "drawn",
          ...grid,
        }),
        imageGrid(pictures(made), { title: "made of noise", ...grid }),
      ], { columns: 1 }),
    );
    const stops = [0, 20, 35, 50].map((step) => way.slice([step]).slice([[0, 10]]));
    await show(
      "digits-journey",
      imageGrid(concat(stops).reshape([40, 14, 14]), {
        title: "from noise, after 0, 20, 35 and 50 steps",
        ...grid,
        range: [-2, 2],
      }),
    );
  }
}
