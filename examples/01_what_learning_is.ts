/**
 * What learning is: an ice-cream shop has written down how warm each day was and how many cones it
 * sold. A rule with two numbers in it, a line, is to say how many a day will sell. Learning is to find
 * the two numbers with which the rule is least wrong.
 *
 * ```sh
 * deno run examples/01_what_learning_is.ts
 * deno run examples/01_what_learning_is.ts --seed 7
 * ```
 *
 * What you should see: the slope of the error worked out by hand is what `grad` gives; downhill, along
 * it, is the one best line, which is near to how the sales were made; and that line is about as wrong
 * on days that it has never seen.
 */
import {
  grad,
  jit,
  ones,
  random,
  scan,
  stack,
  type Tensor,
  tensor,
  unstack,
} from "@katachi/katachi";
import { iceCream, iceCreamTruth } from "@katachi/katachi/data";
import { solve } from "@katachi/katachi/linalg";
import { meanSquaredError } from "@katachi/katachi/nn";
import { linePlot, optimizerPaths, scatterPlot } from "@katachi/katachi/viz";
import { figure, heading, option, show } from "./lesson.ts";

type Scalar = Tensor<[], "float64">;
type Days = Tensor<[60], "float64">;

// The rule: so many cones for each degree, and so many more.
type Rule = { w: Scalar; b: Scalar };
const rule = (w: number, b: number): Rule => ({ w: tensor(w, "float64"), b: tensor(b, "float64") });
const predict = ({ w, b }: Rule, degrees: Days): Days => degrees.mul(w).add(b);

/** The mean squared error, 1/n Σ (w x + b - y)². */
const error = (rule: Rule, degrees: Days, cones: Days): Scalar =>
  predict(rule, degrees).sub(cones).square().mean();

/** Sixty days of the shop, in float64. */
function visit(key: random.Key): { degrees: Days; cones: Days } {
  const { x, y } = iceCream(key, 60); // [60, 1] each
  return { degrees: x.flatten().astype("float64"), cones: y.flatten().astype("float64") };
}
const [firstSummer, nextSummer] = random.split(random.key(Number(option("seed") ?? 0)));
const { degrees, cones } = visit(firstSummer);

heading("Sixty days, and three guesses");
const some = (days: Days) =>
  days.toArray().slice(0, 8).map((x) => x.toFixed(0).padStart(6)).join("");
console.log(`°C    ${some(degrees)} …`);
console.log(`cones ${some(cones)} …\n`);
for (const [w, b] of [[0, 200], [5, 0], [10, 0]]) {
  const wrong = error(rule(w, b), degrees, cones).item();
  console.log(`${w} x + ${b}: mean squared error ${wrong.toFixed(0)}`);
}
const guess = rule(10, 0);
figure(
  "by hand less the library's",
  error(guess, degrees, cones).sub(meanSquaredError(predict(guess, degrees), cones)).item(),
);

heading("Which way is better? The slope of the error at 10 x + 0");
// dE/dw = 2/n Σ (w x + b - y) x   and   dE/db = 2/n Σ (w x + b - y)
const tooMany = predict(guess, degrees).sub(cones);
const byHand = { w: tooMany.mul(degrees).mean().mul(2), b: tooMany.mean().mul(2) };
const byGrad = grad(error)(guess, degrees, cones);
for (const name of ["w", "b"] as const) {
  const [hand, automatic] = [byHand[name].item(), byGrad[name].item()];
  console.log(`by ${name}: ${hand.toFixed(12)} by hand, ${automatic.toFixed(12)} by grad`);
  figure(`slope by ${name}: by hand over grad, less 1`, hand / automatic - 1);
}

heading("Learning: downhill, a tenth of the slope at a time");
// Degrees counted from their mean, in units of their spread: w and b are then equally steep.
const mean = degrees.mean();
const spread = degrees.sub(mean).square().mean().sqrt();
const scaled = degrees.sub(mean).div(spread);
/** The rule for scaled degrees as one for °C. */
function inDegrees({ w, b }: Rule): Rule {
  const perDegree = w.div(spread);
  return { w: perDegree, b: b.sub(perDegree.mul(mean)) };
}

const learn = jit((start: Rule) =>
  scan(
    (now: Rule) => {
      const slope = grad(error)(now, scaled, cones);
      const next = { w: now.w.sub(slope.w.mul(0.1)), b: now.b.sub(slope.b.mul(0.1)) };
      return [next, { ...inDegrees(now), error: error(now, scaled, cones), scaled: now }];
    },
    start,
    null,
    { length: 201 },
  )[1]
);
const history = learn(rule(0, 0));
const rows = { w: history.w.toArray(), b: history.b.toArray(), error: history.error.toArray() };
const text = (w: number, b: number) =>
  `${w.toFixed(4)} x ${b < 0 ? "-" : "+"} ${Math.abs(b).toFixed(3)}`;
console.log("step   mean squared error   rule");
for (const step of [0, 1, 2, 5, 10, 20, 50, 200]) {
  console.log(
    String(step).padStart(4) + rows.error[step].toFixed(3).padStart(21) + "   " +
      text(rows.w[step], rows.b[step]),
  );
}
const learned = rule(rows.w[200], rows.b[200]);
const excess = rows.error.map((error) => error - rows.error[200]);
console.log(
  "\nWhat a step leaves of w and b's distance is 1 - 2 · 0.1, and of the error its square:",
);
figure("left of the needless error by a step", excess[10] / excess[9]);

const lineAt = (step: number) => {
  const x = [degrees.min().item(), degrees.max().item()];
  return { x, y: x.map((x) => rows.w[step] * x + rows.b[step]) };
};
await show(
  "days",
  scatterPlot(stack([degrees, cones], 1), {
    title: "Sixty days, and the rule after some steps",
    xLabel: "°C",
    yLabel: "cones",
    lines: { "step 1": lineAt(1), "step 5": lineAt(5), "step 200": lineAt(200) },
  }),
);
const way = stack([history.scaled.w, history.scaled.b], 1); // [201, 2]
const height = (at: Tensor<[2]>) => {
  const [w, b] = unstack(at.astype("float64"));
  return error({ w, b }, scaled, cones);
};
await show(
  "way",
  optimizerPaths(height, { "the way down": way }, {
    title: "The error over the two numbers",
    xLabel: "w, of scaled degrees",
    yLabel: "b",
    xDomain: [-170, 330],
    yDomain: [-40, 460],
  }),
);
await show(
  "error",
  linePlot({ error: excess.slice(0, 41) }, {
    title: "The needless error: more than that of the best line",
    xLabel: "step",
    yScale: "log",
  }),
);

heading("The best line has a formula, too");
// The normal equations: AᵀA [w, b] = Aᵀy, where A has the columns x and 1.
const a = stack([degrees, ones([60], "float64")], 1);
const [w, b] = solve(a.transpose().matmul(a), a.transpose().matmul(cones)).toArray();
console.log(`The normal equations give ${text(w, b)}.`);
figure("w learned", learned.w.item());
figure("w learned less w of the formula", learned.w.item() - w);
figure("b learned", learned.b.item());
figure("b learned less b of the formula", learned.b.item() - b);

heading("Has it learned how the sales come about?");
const { slope, intercept, noise } = iceCreamTruth;
const truth = rule(slope, intercept);
console.log(`The data was made as ${text(slope, intercept)}, and a deviation of ${noise} cones.`);
// The standard error of w is noise / (spread √n).
figure(
  "w learned less the true one, in standard errors",
  (learned.w.item() - slope) * spread.item() * Math.sqrt(60) / noise,
);
const unseen = visit(nextSummer);
const root = (rule: Rule, { degrees, cones }: { degrees: Days; cones: Days }) =>
  Math.sqrt(error(rule, degrees, cones).item());
figure("cones wrong on the days learned from", root(learned, { degrees, cones }));
figure("cones wrong on sixty new days", root(learned, unseen));
figure("cones wrong on the new days by the true rule", root(truth, unseen));
