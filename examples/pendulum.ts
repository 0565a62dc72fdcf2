/**
 * Physics from what is seen: how long is a pendulum, and how damped? The motion is simulated by a
 * `scan`, and the gradient goes through the whole simulation.
 *
 * ```sh
 * deno run examples/pendulum.ts
 * ```
 */
import { exp, jit, random, scan, sin, type Tensor, tensor, valueAndGrad } from "@katachi/katachi";
import { adam, applyUpdates } from "@katachi/katachi/optim";

const [gravity, dt, steps] = [9.81, 0.02, 200] as const;

// The logarithms of length and damping, which keep the two positive.
type Physics = { length: Tensor<[]>; damping: Tensor<[]> };
const physics = (length: number, damping: number): Physics => ({
  length: tensor(Math.log(length)),
  damping: tensor(Math.log(damping)),
});

/** The angle at 200 moments, let go at 1 radian (semi-implicit Euler). */
function swing({ length, damping }: Physics): Tensor<[200]> {
  const [pull, friction] = [exp(length.neg()).mul(gravity), exp(damping)];
  const move = (now: { angle: Tensor<[]>; speed: Tensor<[]> }) => {
    const force = sin(now.angle).mul(pull).add(now.speed.mul(friction)).neg();
    const speed = now.speed.add(force.mul(dt));
    const angle = now.angle.add(speed.mul(dt));
    return [{ angle, speed }, angle] as const;
  };
  return scan(move, { angle: tensor(1), speed: tensor(0) }, null, { length: steps })[1];
}

// What is seen: a pendulum of 2 m, with noise of 0.05 radians.
const seen = swing(physics(2, 0.3)).add(random.normal(random.key(0), [steps]).mul(0.05));
const loss = (guess: Physics) => swing(guess).sub(seen).square().mean();

const optimizer = adam(0.05);
const step = jit((guess: Physics, state: ReturnType<typeof optimizer.init<Physics>>) => {
  const [value, gradient] = valueAndGrad(loss)(guess);
  const [updates, next] = optimizer.update(gradient, state, guess);
  return { value, guess: applyUpdates(guess, updates), state: next };
});

let guess = physics(1.5, 1);
let state = optimizer.init(guess);
for (let i = 0; i <= 100; i++) {
  const next = step(guess, state);
  const [error, length, damping] = [next.value, exp(guess.length), exp(guess.damping)]
    .map((x) => x.item().toFixed(3));
  if (i % 20 === 0) console.log(`step ${i}: error ${error}, length ${length}, damping ${damping}`);
  ({ guess, state } = next);
}

// The motion that was found (o), through what is seen (.).
const column = (angle: number) => Math.round((angle + 1) * 28);
for (const [i, angle] of swing(guess).toArray().entries()) {
  if (i % 8 > 0) continue;
  const dot = " ".repeat(column(seen.toArray()[i])) + ".";
  const line = dot.padEnd(column(angle) + 1);
  console.log(`${line.slice(0, column(angle))}o${line.slice(column(angle) + 1)}`.trimEnd());
}
