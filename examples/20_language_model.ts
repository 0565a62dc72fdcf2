/**
 * Lesson 20: a language model. A small GPT reads this library's documentation, learns which character
 * comes next, and then writes some of its own.
 *
 * ```sh
 * deno run examples/20_language_model.ts
 * deno run examples/20_language_model.ts --quick --seed 7
 * ```
 *
 * What you should see: the loss on text that was held out falls from log2 of the number of characters
 * below what the frequencies of characters tell, and, in the full run, of runs of three characters;
 * what the model writes turns from noise into something like words of the documentation; and what comes
 * later never changes what was predicted before.
 */
import {
  arange,
  einsum,
  jit,
  less,
  lessEqual,
  matmul,
  random,
  scan,
  softmax,
  type Tensor,
  tensor,
  topK,
  treeLeaves,
  where,
} from "@katachi/katachi";
import { slidingWindows } from "@katachi/katachi/data";
import { perplexity } from "@katachi/katachi/metrics";
import {
  embedding,
  gelu,
  initializers,
  layerNorm,
  linear,
  multiHeadAttention,
  rotary,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { adamw, chain, clipByGlobalNorm, warmupCosine } from "@katachi/katachi/optim";
import { evaluate, fit } from "@katachi/katachi/train";
import { beside, heatmap, linePlot } from "@katachi/katachi/viz";
import dtypes from "../docs/dtypes.md" with { type: "text" };
import engine from "../docs/engine.md" with { type: "text" };
import primitives from "../docs/primitives.md" with { type: "text" };
import transforms from "../docs/transforms.md" with { type: "text" };
import { figure, heading, option, quick, show } from "./lesson.ts";

const [initKey, fitKey, sampleKey] = random.split(random.key(Number(option("seed") ?? 0)), 3);

// The text: the last tenth of each document is held out. What only fills tables is left out.

const documents = [dtypes, engine, primitives, transforms].map((text) => [
  ...text.replaceAll(/ {3,}/g, "  ").replaceAll(/-{4,}/g, "---"),
]);
const cut = (text: readonly string[]) => Math.round(text.length * 0.9);
const trainText = documents.flatMap((text) => text.slice(0, cut(text)));
const testText = documents.flatMap((text) => text.slice(cut(text)));

const characters = [...new Set([...trainText, ...testText])].sort();
const V = characters.length;
const encode = (text: readonly string[]) => text.map((c) => characters.indexOf(c));
const decode = (tokens: readonly number[]) => tokens.map((token) => characters[token]).join("");
const [train, test] = [trainText, testText].map(encode);

heading("The text");
figure("characters to learn from", train.length);
figure("characters held out", test.length);
figure("different characters", V);

// What can be had without a network, in bits for each character that was held out: by how often each
// character comes, after any other, after the one before, or after the two before. What was never seen
// has a part of what the shorter context tells, so that nothing is impossible.

/** The probability of a character after those before it. */
type Guess = (context: readonly number[], next: number) => number;

/** By counts after `order` characters, mixed with a guess from fewer. (I. Witten, T. Bell, 1991.) */
function counted(order: number, fewer: Guess): Guess {
  const last = (context: readonly number[]) => order === 0 ? "" : context.slice(-order).join();
  const counts = new Map<string, Map<number, number>>();
  for (let i = order; i < train.length; i++) {
    const context = last(train.slice(i - order, i));
    const nexts = counts.get(context) ?? new Map<number, number>();
    counts.set(context, nexts.set(train[i], (nexts.get(train[i]) ?? 0) + 1));
  }
  return (context, next) => {
    const nexts = counts.get(last(context)) ?? new Map<number, number>();
    const total = nexts.values().reduce((sum, count) => sum + count, 0);
    const [kinds, rest] = [nexts.size, fewer(context, next)];
    return ((nexts.get(next) ?? 0) + kinds * rest) / (total + kinds || 1) || rest;
  };
}

/** Bits per character of the text that was held out: the mean of -log2 p. */
function bits(guess: Guess): number {
  const each = test.slice(2).map((next, i) => -Math.log2(guess(test.slice(i, i + 2), next)));
  return each.reduce((a, b) => a + b) / each.length;
}
const uniform: Guess = () => 1 / V;
const unigram = counted(0, uniform);
const bigram = counted(1, unigram);
const baselines = {
  "uniform, log2 of the characters": bits(uniform),
  "one character (unigram)": bits(unigram),
  "two characters (bigram)": bits(bigram),
  "three characters (trigram)": bits(counted(2, bigram)),
};

heading("Bits per character without a network");
for (const [name, value] of Object.entries(baselines)) figure(name, value);

// The model: a GPT whose attention knows positions by turning queries and keys (rotary).

const context = quick ? 64 : 128;
const [width, heads, depth] = [64, 4, quick ? 2 : 3];
const small = initializers.normal({ stddev: 0.02 });

type Block = ReturnType<typeof initBlock>;
function initBlock(key: random.Key) {
  const [kAttention, kUp, kDown] = random.split(key, 3);
  return {
    attentionNorm: layerNorm.init([width]),
    attention: multiHeadAttention.init(kAttention, width, heads),
    norm: layerNorm.init([width]),
    up: linear.init(kUp, width, 4 * width),
    down: linear.init(kDown, 4 * width, width),
  };
}

type Params = ReturnType<typeof init>;
function init(key: random.Key) {
  const [kTokens, kBlocks] = random.split(key);
  return {
    tokens: small(kTokens, [V, width]),
    blocks: random.split(kBlocks, depth).map(initBlock),
    norm: layerNorm.init([width]),
  };
}

type Features = Tensor<[number, number, typeof width]>;
const options = { causal: true, rotary: {} } as const;

/** What a block adds to its input: what other positions tell, and what a dense layer makes of it. */
function block(params: Block, x: Features): Features {
  const seen = layerNorm(params.attentionNorm, x);
  const y = x.add(multiHeadAttention(params.attention, seen, seen, seen, options));
  return y.add(dense(params, y));
}
const dense = ({ norm, up, down }: Block, x: Features) =>
  linear(down, gelu(linear(up, layerNorm(norm, x))));

/** The logits of what follows each of the tokens. */
function predict(params: Params, tokens: Tensor<[number, number], "int32">) {
  const x: Features = embedding({ weight: params.tokens }, tokens);
  return logits(params, params.blocks.reduce((x, each) => block(each, x), x));
}
const logits = ({ norm, tokens }: Params, x: Features) =>
  matmul(layerNorm(norm, x), tokens.transpose());

/** The loss of windows of text: the cross-entropy of each character but the first. */
function loss(params: Params, windows: Tensor<[number, number], "int32">) {
  const [seen, targets] = [windows.slice([null, [0, -1]]), windows.slice([null, [1, null]])];
  const predictions = predict(params, seen);
  return { loss: softmaxCrossEntropy(predictions, targets), predictions, targets };
}

// Writing: a character is drawn from the likeliest ones, and comes in as the next. The cache has the
// keys and values of what was written before, so that each character is computed once.

const initCaches = ({ blocks }: Params) =>
  blocks.map(({ attention }) => multiHeadAttention.initCache(attention, [1], context));
type Caches = ReturnType<typeof initCaches>;

/** The logits after some more tokens, and the caches with them. */
function next(params: Params, tokens: Tensor<[number, number], "int32">, caches: Caches) {
  let x: Features = embedding({ weight: params.tokens }, tokens);
  const after = params.blocks.map((each, i) => {
    const seen = layerNorm(each.attentionNorm, x);
    const [attended, cache] = multiHeadAttention.decode(each.attention, seen, caches[i], options);
    const y = x.add(attended);
    x = y.add(dense(each, y));
    return cache;
  });
  return { logits: logits(params, x), caches: after };
}

/** One of the `k` likeliest characters; the higher the temperature, the more often an unlikely one. */
function draw(key: random.Key, logits: Tensor<[number]>, temperature: number, k: number) {
  const least = topK(logits, k).values.min();
  return random.categorical(key, where(less(logits, least), -Infinity, logits.div(temperature)));
}

const prompt = tensor([encode([..."The "])], "int32");
const length = context - prompt.shape[1];

/** Writes as many characters as the cache has room for: one compiled loop. */
const writer = (temperature: number, k: number) =>
  jit((params: Params, key: random.Key) => {
    const start = next(params, prompt, initCaches(params));
    const [, tokens] = scan(
      ({ caches, logits, key }) => {
        const [now, later] = random.split(key);
        const token = draw(now, logits, temperature, k);
        const after = next(params, token.reshape([1, 1]), caches);
        return [{ caches: after.caches, logits: after.logits.slice([0, 0]), key: later }, token];
      },
      { caches: start.caches, logits: start.logits.slice([0, -1]), key },
      null,
      { length },
    );
    return tokens;
  });

const write = (params: Params, key: random.Key, by: ReturnType<typeof writer>) =>
  `The ${decode(by(params, key).toArray())}`.replaceAll("\n", "⏎");

const sample = writer(0.7, 20);

// Learning: windows of text in random order, Adam with decay of weights, a rate that rises and falls,
// and gradients of bounded size.

const windows = (tokens: readonly number[], stride: number) =>
  slidingWindows(tensor(tokens, "int32"), context + 1, { stride, horizon: 0 }).x;
const heldOut = windows(test, context);
const inBits = (loss: number) => loss / Math.LN2;

const [epochs, stepsPerEpoch] = quick ? [4, 40] : [10, 60];
const steps = epochs * stepsPerEpoch;
const rate = warmupCosine(quick ? 1e-2 : 5e-3, steps / 10, steps);
const start = init(initKey);
const samples = [{ step: 0, text: write(start, sampleKey, sample) }];

heading(`Learning in ${steps} steps of ${8 * context} characters`);
figure("parameters", treeLeaves(start).reduce((sum, leaf) => sum + leaf.size, 0));
const { params, history } = await fit({
  loss,
  params: start,
  optimizer: chain(clipByGlobalNorm(1), adamw(rate)),
  data: windows(train, 8),
  batchSize: 8,
  stepsPerEpoch,
  epochs,
  key: fitKey,
  metrics: { perplexity },
  validation: heldOut,
  progress: false,
  callbacks: [{
    onEpoch: ({ epoch, step, state }) => {
      if (epoch === 1 || epoch === epochs / 2 || epoch === epochs) {
        samples.push({ step, text: write(state().params, sampleKey, sample) });
      }
    },
  }],
});

const before = evaluate({ loss, params: start, data: heldOut });
console.log("step   bits per character: learned from   held out   perplexity");
for (const { step, loss, validation } of history.epochs) {
  const { metrics, loss: held } = validation ?? { loss: NaN, metrics: { perplexity: NaN } };
  const columns = [inBits(loss), inBits(held), metrics.perplexity].map((x) => x.toFixed(3));
  console.log(`${String(step).padEnd(26)}${columns.map((x) => x.padStart(12)).join("")}`);
}
const last = history.epochs.at(-1);
const end = evaluate({ loss, params, data: heldOut, metrics: { perplexity } });
figure("bits per character before", inBits(before.loss));
figure("bits per character after", inBits(end.loss));
figure("bits per character of what it learned from", inBits(last?.loss ?? NaN));
figure("perplexity after", end.metrics.perplexity);

const x = history.epochs.map(({ step }) => step);
const flat = (value: number) => ({ x, y: x.map(() => value) });
await show(
  "learning",
  linePlot(
    {
      "learned from": { x, y: history.epochs.map(({ loss }) => inBits(loss)) },
      "held out": { x, y: history.epochs.map(({ validation }) => inBits(validation?.loss ?? NaN)) },
      ...Object.fromEntries(
        Object.entries(baselines).slice(1).map(([name, value]) => [name, flat(value)]),
      ),
    },
    { title: "Bits per character", xLabel: "step" },
  ),
);

heading("What it writes, at temperature 0.7, one of the 20 likeliest characters each time");
for (const { step, text } of samples) console.log(`after ${step} steps: ${text}\n`);

heading("At other temperatures");
for (const temperature of [0.1, 0.5, 1, 2]) {
  const text = write(params, sampleKey, writer(temperature, V));
  console.log(`${temperature}: ${text}`);
  figure(`different characters at temperature ${temperature}`, new Set(text).size);
}

heading("What comes later changes nothing");

// The same text twice, but for its last quarter.
const text = test.slice(0, context);
const from = 3 * context / 4;
const other = text.map((token, i) => i < from ? token : (token + 1) % V);
const all = jit(predict)(params, tensor([text, other], "int32"));
const change = all.slice([0]).sub(all.slice([1])).abs();
figure("change of logits before", change.slice([[0, from]]).max().item());
figure("change of logits from there on", change.slice([[from, null]]).max().item());

// The cache gives what a pass over the whole text gives.
const [first, rest] = [text.slice(0, from), text.slice(from)].map((part) =>
  tensor([part], "int32")
);
const byCache = jit(next)(params, rest, jit(next)(params, first, initCaches(params)).caches);
const gap = all.slice([0, [from, null]]).sub(byCache.logits.slice([0])).abs().max().item();
figure("logits with a cache - without, at most", gap);

heading("Where it looks");

/** Attention by hand: softmax(q kᵀ / √H) over what came before, `[B, N, T, T]` for N heads, times v. */
function attention({ query, key, value, output }: Block["attention"], x: Features) {
  const project = ({ weight, bias }: typeof query) =>
    einsum("bte,enh->bnth", x, weight).add(bias.reshape([heads, 1, width / heads]));
  const [q, k, v] = [rotary(project(query)), rotary(project(key)), project(value)];
  const scores = einsum("bnth,bnsh->bnts", q, k).div(Math.sqrt(width / heads));
  const positions = arange(x.shape[1]);
  const isSeen = lessEqual(positions, positions.reshape([x.shape[1], 1]));
  const weights = softmax(where(isSeen, scores, -Infinity));
  const mixed = einsum("bnts,bnsh->bnth", weights, v);
  return { weights, result: einsum("bnth,nhe->bte", mixed, output.weight).add(output.bias) };
}

const phrase = [..."the shape of the shape"];
const [bottom] = params.blocks; // it sees characters, and not yet what other blocks make of them
const embedded: Features = embedding({ weight: params.tokens }, tensor([encode(phrase)], "int32"));
const seen = layerNorm(bottom.attentionNorm, embedded);
const { weights, result } = jit(attention)(bottom.attention, seen);
const theirs = multiHeadAttention(bottom.attention, seen, seen, seen, options);
figure("attention by hand - the library's, at most", result.sub(theirs).abs().max().item());
const T = phrase.length;
const positions = arange(T);
const isLater = less(positions.reshape([T, 1]), positions);
figure("most attention to what comes later", where(isLater, weights, 0).max().item());

const names = phrase.map((c) => c === " " ? "␣" : c);
await show(
  "attention",
  beside(
    weights.slice([0]).toArray().map((head, i) =>
      heatmap(tensor(head), {
        title: `head ${i + 1}`,
        xNames: names,
        yNames: names,
        range: [0, 1],
        width: 320,
        height: 300,
      })
    ),
    { columns: 2 },
  ),
);
