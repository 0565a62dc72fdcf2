/** Prints by how many bytes the process grows over 100,000 steps: plain ones, and donated ones. */
import { jit, type JitOptions, ones, type Tensor, zeros } from "../../mod.ts";

function growth<N extends number>(size: N, options: JitOptions): number {
  const step = jit((p: { w: Tensor<[N]> }, x: Tensor<[N]>) => {
    const w = p.w.mul(0.99).add(x) as Tensor<[N]>;
    return { p: { w }, sum: p.w.sum() };
  }, options);
  let p: { w: Tensor<[N]> } = { w: zeros([size]) };
  const x = ones([size]);
  const steps = (count: number) => {
    for (let i = 0; i < count; i++) p = step(p, x).p;
    return Deno.memoryUsage().rss;
  };
  const before = steps(20_000);
  return steps(100_000) - before;
}

console.log(JSON.stringify([growth(16, {}), growth(300, {}), growth(20_000, { donate: [0] })]));
