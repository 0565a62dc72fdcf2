/**
 * What the compiler pays for static shapes: generated models, type-checked, with the seconds and the
 * type instantiations that took.
 *
 * ```sh
 * deno task bench:types
 * ```
 *
 * @module
 */
import ts from "typescript";

const root = new URL("../", import.meta.url).pathname;

/** A convolutional network with residuals: every layer's channel count is another. */
function convolutional(layers: number): string {
  const lines = ["  const x0 = relu(conv2d(x, zeros([16, 3, 3, 3]), { padding: 1 }));"];
  let channels = 16;
  for (let i = 0; i < layers - 2; i++) {
    const next = i % 5 === 4 ? channels + 8 : channels;
    const stride = i % 16 === 15 ? 2 : 1;
    const kernel = `zeros([${next}, ${channels}, 3, 3])`;
    const call = `conv2d(x${i}, ${kernel}, { padding: 1, stride: ${stride} })`;
    lines.push(
      next === channels && stride === 1
        ? `  const x${i + 1} = relu(add(${call}, x${i}));`
        : `  const x${i + 1} = relu(${call});`,
    );
    channels = next;
  }
  lines.push(`  const rows = mean(x${layers - 2}, [2, 3]);`);
  lines.push(`  return add(matmul(rows, zeros([${channels}, 10])), zeros([10]));`);
  return program(
    "x: Tensor<[B, 3, 32, 32]>",
    "Tensor<[B, 10]>",
    lines,
    "model(zeros([64, 3, 32, 32]))",
    "[64, 10]",
  );
}

/** A transformer encoder: attention by einsum, layer norm, residuals, over any batch. */
function transformer(blocks: number): string {
  const lines = ["  const h0 = x;"];
  for (let i = 0; i < blocks; i++) {
    lines.push(
      `  const n${i} = layerNorm(h${i});`,
      `  const q${i} = einsum("btc,chd->bhtd", n${i}, zeros([768, 12, 64]));`,
      `  const k${i} = einsum("btc,chd->bhtd", n${i}, zeros([768, 12, 64]));`,
      `  const v${i} = einsum("btc,chd->bhtd", n${i}, zeros([768, 12, 64]));`,
      `  const s${i} = softmax(mul(einsum("bhtd,bhsd->bhts", q${i}, k${i}), 0.125));`,
      `  const a${i} = einsum("bhts,bhsd->bthd", s${i}, v${i});`,
      `  const o${i} = add(h${i}, einsum("bthd,hdc->btc", a${i}, zeros([12, 64, 768])));`,
      `  const f${i} = gelu(add(matmul(layerNorm(o${i}), zeros([768, 3072])), zeros([3072])));`,
      `  const h${i + 1} = add(o${i}, matmul(f${i}, zeros([3072, 768])));`,
    );
  }
  lines.push(`  return matmul(h${blocks}, zeros([768, 50257]));`);
  return program(
    "x: Tensor<[B, 128, 768]>",
    "Tensor<[B, 128, 50257]>",
    lines,
    "model(zeros([8, 128, 768]))",
    "[8, 128, 50257]",
    `function layerNorm<B extends Dim>(x: Tensor<[B, 128, 768]>): Tensor<[B, 128, 768]> {
  const centred = sub(x, mean(x, -1, { keepDims: true }));
  return div(centred, sqrt(add(mean(square(centred), -1, { keepDims: true }), 1e-5)));
}`,
  );
}

/** Layers one after the other, with activations and normalization, and a residual here and there. */
function sequence(layers: number): string {
  const members = Array.from({ length: layers }, (_, i) => {
    const [width, next] = [64 + 8 * Math.ceil(i / 3), 64 + 8 * Math.ceil((i + 1) / 3)];
    if (i % 3 === 0) return `linear.of(${width}, ${next})`;
    return i % 3 === 1
      ? `residual(sequential(layerNorm.of(${width}), linear.of(${width}, ${width})))`
      : "relu";
  });
  const width = 64 + 8 * Math.ceil(layers / 3);
  return `import { type Dim, random, type Tensor, zeros } from "../mod.ts";
import { layerNorm, linear, relu, residual, sequential } from "../src/nn/mod.ts";
const layers = sequential(
${members.map((member) => `  ${member},`).join("\n")}
);
const params = layers.init(random.key(0));
function model<B extends Dim>(x: Tensor<[B, 64]>): Tensor<[B, ${width}]> {
  return layers.apply(params, x);
}
export const output: Tensor<[32, ${width}]> = model(zeros([32, 64]));
export const used = [layerNorm, residual, relu];
`;
}

function program(
  parameter: string,
  result: string,
  lines: readonly string[],
  call: string,
  shape: string,
  before = "",
): string {
  return `import {
  add, conv2d, type Dim, div, einsum, matmul, mean, mul, softmax, sqrt, square, sub, type Tensor, zeros,
} from "../mod.ts";
import { gelu, relu } from "../src/nn/activations.ts";
${before}
function model<B extends Dim>(${parameter}): ${result} {
${lines.join("\n")}
}
export const output: Tensor<${shape}> = ${call};
export const used = [add, conv2d, div, einsum, gelu, matmul, mean, mul, relu, softmax, sqrt, square, sub];
`;
}

interface Cost {
  readonly seconds: number;
  readonly instantiations: number;
}

/** Type-checks a program that lies, for the compiler, in `bench/`. */
function check(source: string): Cost {
  const name = `${root}bench/generated.ts`;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === name || fileExists(path);
  host.readFile = (path) => path === name ? source : readFile(path);
  host.getSourceFile = (path, version, ...rest) =>
    path === name
      ? ts.createSourceFile(path, source, version)
      : getSourceFile(path, version, ...rest);
  const started = performance.now();
  const built = ts.createProgram([name], options, host);
  const problems = built.getSemanticDiagnostics(built.getSourceFile(name));
  const seconds = (performance.now() - started) / 1000;
  for (const { messageText } of problems) {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
  }
  return { seconds, instantiations: built.getInstantiationCount() };
}

const programs: Record<string, string> = {
  "one tensor": `import { zeros } from "../mod.ts";\nexport const x = zeros([2, 3]);\n`,
  "50-layer CNN": convolutional(50),
  "12-block transformer": transformer(12),
  "sequential of 50": sequence(50),
};

console.log(`TypeScript ${ts.version}, parsing and library included`);
check(programs["one tensor"]); // the compiler itself warms up
for (const [name, source] of Object.entries(programs)) {
  const { seconds, instantiations } = check(source);
  console.log(
    `${name.padEnd(22)} ${seconds.toFixed(2)} s  ${
      instantiations.toLocaleString("en").padStart(9)
    } instantiations`,
  );
}
