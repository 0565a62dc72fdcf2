/**
 * Lesson 22: predicting in order to decide.
 *
 * A forecast is rarely the end: somebody orders, invests or stores by it. A model that is a little wrong
 * everywhere may be wrong where it matters. If the decision is made by a descent inside the program, the
 * gradient goes through that descent, and the forecast can be trained on what the decision costs.
 *
 * ```sh
 * deno run examples/22_decisions.ts
 * deno run examples/22_decisions.ts --quick
 * ```
 *
 * What you should see: a baker who loses four times as much on a loaf too few as on one too many learns
 * to cover demand on four days of five; an investor whose forecast was trained on the outcome earns more
 * than one whose forecast is closer to the truth; and the gradient through the inner descent is the
 * exact one, up to an error that shrinks by the same factor with every inner step.
 */
import {
  concat,
  type Dim,
  foriLoop,
  grad,
  greaterEqual,
  log,
  maximum,
  mean,
  random,
  type Tensor,
  tensor,
} from "@katachi/katachi";
import { trainTestSplit } from "@katachi/katachi/data";
import { solve } from "@katachi/katachi/linalg";
import { linear, softmax } from "@katachi/katachi/nn";
import { adam, cosineDecay } from "@katachi/katachi/optim";
import { fit, supervised } from "@katachi/katachi/train";
import { linePlot, scatterPlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const [demandKey, marketKey, initKey] = random.split(random.key(Number(option("seed") ?? 0)), 3);

// 1. The baker. Demand grows with the temperature, and so does its spread, to the upper side.

const days = quick ? 2000 : 4000;
const tooFew = 4;
const tooMany = 1;
const [temperatureKey, spreadKey] = random.split(demandKey);
const warmth = random.uniform(temperatureKey, [days, 1]); // 0 at 0 °C, 1 at 30 °C
const surprise = log(random.uniform(spreadKey, [days, 1], { minval: 1e-6 })).neg(); // exponential
const demand = warmth.mul(2).add(1).add(surprise.mul(warmth.mul(0.8).add(0.1))); // in hundreds

type Loaves<B extends Dim> = Tensor<[B, 1]>;
type Judgement = <B extends Dim>(order: Loaves<B>, demand: Loaves<B>) => Tensor<[]>;
const cost: Judgement = (order, demand) =>
  maximum(demand.sub(order), 0).mul(tooFew).add(maximum(order.sub(demand), 0).mul(tooMany)).mean();
const squares: Judgement = (order, demand) => order.sub(demand).square().mean();

const baker = linear.of(1, 1);
const { train: past, test: future } = trainTestSplit({ x: warmth, y: demand }, days / 2);

/** What the baker has learned from the days that were: an order for every temperature. */
async function learned(loss: Judgement) {
  const { params } = await fit({
    loss: supervised(baker, loss),
    params: baker.init(initKey),
    optimizer: adam(cosineDecay(0.05, 400)),
    data: past,
    epochs: 400,
    key: initKey,
    progress: false,
  });
  return <B extends Dim>(warmth: Tensor<[B, 1]>) => baker.apply(params, warmth);
}

const forecasting = await learned(squares);
const endToEnd = await learned(cost);
const [byForecast, byCost] = [forecasting(future.x), endToEnd(future.x)];
const covered = (order: Tensor<[number, 1]>) => mean(greaterEqual(order, future.y)).item();

heading("The baker: hundreds of loaves, on days to come");
figure("forecast: squared error", squares(byForecast, future.y).item());
figure("forecast: cost", cost(byForecast, future.y).item());
figure("forecast: share of days covered", covered(byForecast));
figure("end to end: squared error", squares(byCost, future.y).item());
figure("end to end: cost", cost(byCost, future.y).item());
figure("end to end: share of days covered", covered(byCost));
figure("best share, tooFew / (tooFew + tooMany)", tooFew / (tooFew + tooMany));

const ends = tensor([[0], [1]]);
await show(
  "baker",
  scatterPlot(
    concat([future.x.mul(30), future.y], 1).slice([[0, 300]]),
    {
      title: "What the baker orders",
      xLabel: "temperature in °C",
      yLabel: "hundreds of loaves",
      lines: {
        "by forecast": { x: [0, 30], y: forecasting(ends).flatten() },
        "end to end": { x: [0, 30], y: endToEnd(ends).flatten() },
      },
    },
  ),
);

// 2. The investor. Each day there are six assets; what they bring follows from four signals, but not
// along straight lines, as the forecast has it. The decision z spreads the money, so as to maximize
// r·z - risk z·z: it is found by steps of descent that stay on the simplex (each multiplies z by e to the
// gradient, and divides by the sum), inside the program.

const assets = 6;
const signals = 4;
const risk = 0.5;
const dtype = "float64";
const [signalKey, slopeKey, bendKey, noiseKey] = random.split(marketKey, 4);
const x = random.normal(signalKey, [days, signals], { dtype });
const slopes = random.normal(slopeKey, [signals, assets], { dtype }).mul(0.3);
const bends = random.normal(bendKey, [signals, assets], { dtype });
const noise = random.normal(noiseKey, [days, assets], { dtype }).mul(0.3);
const returns = x.matmul(slopes).add(x.square().sub(1).matmul(bends)).add(noise);

type Spread<B extends Dim> = Tensor<[B, 6], "float64">;

/** What a spread brings on average, less what its risk is worth. */
const worth = <B extends Dim>(z: Spread<B>, returns: Spread<B>) =>
  z.mul(returns).sub(z.square().mul(risk)).sum(1).mean();

/** The best spread for a forecast, by descent from an even one. */
function decide<B extends Dim>(forecast: Spread<B>): Spread<B> {
  return foriLoop(0, 30, (_, z: Spread<B>) => {
    const slope = forecast.sub(z.mul(2 * risk));
    return softmax(log(z.add(1e-12)).add(slope.mul(0.5)), 1);
  }, forecast.mul(0).add(1 / assets));
}

const investor = linear.of(signals, assets, { dtype });
const market = trainTestSplit({ x, y: returns }, days / 2);

async function forecasts(
  loss: <B extends Dim>(forecast: Spread<B>, returns: Spread<B>) => Tensor<[], "float64">,
) {
  const { params } = await fit({
    loss: supervised(investor, loss),
    params: investor.init(initKey),
    optimizer: adam(cosineDecay(0.05, 400)),
    data: market.train,
    epochs: quick ? 200 : 400,
    key: initKey,
    progress: false,
  });
  return investor.apply(params, market.test.x);
}
const nearTruth = await forecasts((forecast, returns) => forecast.sub(returns).square().mean());
const nearGain = await forecasts((forecast, returns) => worth(decide(forecast), returns).neg());
const error = (forecast: typeof nearTruth) => forecast.sub(market.test.y).square().mean().item();
const gain = (forecast: typeof nearTruth) => worth(decide(forecast), market.test.y).item();

heading("The investor, on days to come");
figure("forecast: squared error", error(nearTruth));
figure("forecast: gain", gain(nearTruth));
figure("end to end: squared error", error(nearGain));
figure("end to end: gain", gain(nearGain));
figure("even spread: gain", worth(market.test.y.mul(0).add(1 / assets), market.test.y).item());
figure("knowing the returns: gain", gain(market.test.y));

// 3. Is the gradient through the descent the right one? Where the inner problem is
// min ½ z·Az - b·z, the decision is A⁻¹b, and the derivative of ½|z - t|² by b is A⁻¹(z - t). What the
// unrolled descent gives comes closer by (κ - 1)/(κ + 1) with every inner step, κ = 10 here.

const a = tensor([[5.5, 4.5], [4.5, 5.5]], "float64"); // eigenvalues 1 and 10
const target = tensor([1, -2], "float64");
type Pair = Tensor<[2], "float64">;

const descended = (b: Pair, steps: number) =>
  foriLoop(0, steps, (_, z: Pair) => z.sub(a.matmul(z).sub(b).mul(2 / 11)), b.mul(0));
const missed = (z: Pair) => z.sub(target).square().sum().mul(0.5);

const b = tensor([3, 1], "float64");
const exact = solve(a, solve(a, b).sub(target));
const depths = [5, 10, 15, 20, 25, 30, 35, 40];
const errors = depths.map((steps) => {
  const unrolled = grad((b: Pair) => missed(descended(b, steps)))(b);
  return unrolled.sub(exact).abs().max().item();
});

heading("The gradient through the inner descent, against the exact one");
for (const [i, steps] of depths.entries()) {
  console.log(`${String(steps).padStart(3)} steps   error ${errors[i].toExponential(1)}`);
}
figure("error: factor per inner step", (errors[7] / errors[3]) ** (1 / 20));
figure("expected (κ - 1) / (κ + 1)", 9 / 11);

// And the investor's, against a finite difference in some direction.

const few = x.slice([[0, 8]]).matmul(slopes);
const brought = returns.slice([[0, 8]]);
const direction = random.normal(initKey, [8, assets], { dtype });
const along = (step: Tensor<[], "float64">) => worth(decide(few.add(direction.mul(step))), brought);
const slope = grad(along)(tensor(0, "float64")).item();
const h = 1e-5;
const rise = (along(tensor(h, "float64")).item() - along(tensor(-h, "float64")).item()) / (2 * h);
figure("investor: slope", slope);
figure("investor: slope, relative difference", Math.abs(slope - rise) / Math.abs(rise));

await show(
  "gradient",
  linePlot(
    { "unrolled": { x: depths, y: errors } },
    { title: "Error of the gradient", xLabel: "inner steps", yScale: "log" },
  ),
);
