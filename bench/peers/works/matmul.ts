/** Matrix products. */
import { jit, matmul, type Tensor } from "@katachi/katachi";
import { multiply } from "../loops.ts";
import { array, type Arrays, jaxJs, tensorFlow } from "../libraries.ts";
import { type Case, figures, sizeOf, values, work } from "../work.ts";

interface Product extends Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function product(m: number, n: number, k: number, transposed = ""): Product {
  const [transposeA, transposeB] = [
    transposed.includes("a"),
    transposed.includes("b"),
  ];
  return {
    m,
    n,
    k,
    transposeA,
    transposeB,
    flops: 2 * m * n * k,
    unit: "GFLOP/s",
  };
}

/** The shapes in which the operands lie. */
function shapes(
  { m, n, k, transposeA, transposeB }: Product,
): [[number, number], [number, number]] {
  return [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]];
}

const cases = {
  "matmul 64": product(64, 64, 64),
  "matmul 128": product(128, 128, 128),
  "matmul 256": product(256, 256, 256),
  "matmul 512": product(512, 512, 512),
  "matmul 1024": product(1024, 1024, 1024),
  "matmul 2048": product(2048, 2048, 2048),
  "matmul 512, left transposed": product(512, 512, 512, "a"),
  "matmul 512, right transposed": product(512, 512, 512, "b"),
  "matmul 77x131x55": product(77, 55, 131),
};

export default work(cases, {
  katachi(given) {
    const [shapeA, shapeB] = shapes(given);
    const [a, b] = [array(1, shapeA), array(2, shapeB)];
    const f = jit((a: Tensor<[number, number]>, b: Tensor<[number, number]>) =>
      matmul(
        given.transposeA ? a.transpose() : a,
        given.transposeB ? b.transpose() : b,
      )
    );
    return { run: () => f(a, b), check: () => figures(f(a, b).data) };
  },

  async jaxJs(given) {
    const { jax, np, array } = await jaxJs();
    const [shapeA, shapeB] = shapes(given);
    const [a, b] = [array(1, shapeA), array(2, shapeB)];
    const f = jax.jit((...[a, b]: Arrays) =>
      np.matmul(
        given.transposeA ? np.matrixTranspose(a) : a,
        given.transposeB ? np.matrixTranspose(b) : b,
      )
    );
    return {
      run: async () => (await jax.blockUntilReady(f(a.ref, b.ref))).dispose(),
      check: () => figures(f(a.ref, b.ref).dataSync()),
    };
  },

  async tensorFlow(given) {
    const { tf, array } = await tensorFlow();
    const [shapeA, shapeB] = shapes(given);
    const [a, b] = [array(1, shapeA), array(2, shapeB)];
    const f = () => tf.matMul(a, b, given.transposeA, given.transposeB);
    return { run: () => f().dispose(), check: () => figures(f().dataSync()) };
  },

  plain(given) {
    const { m, n, k } = given;
    const [shapeA, shapeB] = shapes(given);
    const [a, b] = [values(1, sizeOf(shapeA)), values(2, sizeOf(shapeB))];
    const out = new Float32Array(m * n);
    const run = () => multiply(a, b, out, [m, n, k], given);
    return {
      run,
      check: () => {
        run();
        return figures(out);
      },
    };
  },
});
