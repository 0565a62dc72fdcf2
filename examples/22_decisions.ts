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
  type Dim,
  foriLoop,
  grad,
  greaterEqual,
  jit,
  log,
  maximum,
  mean,
  random,
  type Tensor,
  tensor,
  vmap,
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

const days = quick ? 2000 : 8000;
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

/** What the baker orders on the days to come, after learning from those that were. */
async function orders(loss: Judgement) {
  const { params } = await fit({
    loss: supervised(baker, loss),
    params: baker.init(initKey),
    optimizer: adam(cosineDecay(0.05, 1000)),
    data: past,
    epochs: 1000,
    key: initKey,
    progress: false,
  });
  return baker.apply(params, future.x);
}

const byForecast = await orders(squares);
const byCost = await orders(cost);
const covered = (order: Tensor<[number, 1]>) => mean(greaterEqual(order, future.y)).item();

heading("The baker: hundreds of loaves, on days to come");
figure("forecast: squared error", squares(byForecast, future.y).item());
figure("forecast: cost", cost(byForecast, future.y).item());
figure("forecast: share of days covered", covered(byForecast));
figure("end to end: squared error", squares(byCost, future.y).item());
figure("end to end: cost", cost(byCost, future.y).item());
figure("end to end: share of days covered", covered(byCost));
figure("best share, tooFew / (tooFew + tooMany)", tooFew / (tooFew + tooMany));

// 2. The investor. Each day there are six assets; what they bring follows from four signals, but not
// along straight lines, as the forecast has it. The decision z spreads the money, so as to maximize
// r·z - risk z·z: it is found by steps of descent that stay on the simplex (each multiplies z by e to the
// gradient, and divides by the sum), inside the program.

const assets = 6;
const signals = 4;
const risk = 0.5;
const [signalKey, slopeKey, bendKey, noiseKey] = random.split(marketKey, 4);
const x = random.normal(signalKey, [days, signals]);
const slopes = random.normal(slopeKey, [signals, assets]).mul(0.3);
const bends = random.normal(bendKey, [signals, assets]);
const returns = x.matmul(slopes).add(x.square().sub(1).matmul(bends)).add(
  random.normal(noiseKey, [days, assets]).mul(0.3),
);

type Spread<B extends Dim> = Tensor<[B, 6]>;

/** What a spread brings on average, less what its risk is worth. */
const worth = <B extends Dim>(z: Spread<B>, returns: Spread<B>) =>
  z.mul(returns).sub(z.square().mul(risk)).sum(1).mean();

/** The best spread for a forecast, by descent from an even one. */
function decide<B extends Dim>(forecast: Spread<B>, steps = 30): Spread<B> {
  return foriLoop(0, steps, (_, z: Spread<B>) => {
    const slope = forecast.sub(z.mul(2 * risk));
    return softmax(log(z.add(1e-12)).add(slope.mul(0.5)), { axis: 1 });
  }, forecast.mul(0).add(1 / assets));
}

const investor = linear.of(signals, assets);
const market = trainTestSplit({ x, y: returns }, days / 2);

async function forecasts(loss: typeof worth) {
  const { params } = await fit({
    loss: supervised(investor, loss),
    params: investor.init(initKey),
    optimizer: adam(cosineDecay(0.05, 1000)),
    data: market.train,
    epochs: quick ? 200 : 1000,
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
