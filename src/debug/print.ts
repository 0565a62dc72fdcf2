/**
 * Printing values from inside a program.
 *
 * @module
 */
import { formatValues } from "../tensor/format.ts";
import { sizeOf } from "../tensor/storage.ts";
import { flattenTree } from "../tensor/tree.ts";
import { showShape } from "../shape/fail.ts";
import { noFlops } from "../tape/flops.ts";
import { definePrimitive, type Elements, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { indexAt } from "./position.ts";

/** Up to here, values follow their name on the same line. */
const lineWidth = 100;

/** @internal */
interface PrintParams {
  /** What the value is called. */
  readonly label: string;
  /** How many leading axes are batches of examples; none unless given. */
  readonly batchAxes?: number;
}

/** Writes its operand to the console. */
export const printPrimitive: Primitive<PrintParams> = definePrimitive<PrintParams>({
  name: "print",
  family: "debug",
  summary: "writes the operand to the console; no result",
  effect: true,
  infer: () => [],
  flops: noFlops,
  meaning: { kind: "kernel", run: ([x], params) => console.log(printed(x, params)) },
  vjp: { notDifferentiable: "no result" },
  batch: { params: ({ label, batchAxes = 0 }) => ({ label, batchAxes: batchAxes + 1 }) },
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    return {
      operands: [{ shape, dtype: draw.pick([float, "int32", "bool"] as const) }],
      params: { label: "x", batchAxes: draw.integer(0, shape.length) },
    };
  },
});

function printed({ shape, dtype, data }: Elements, { label, batchAxes = 0 }: PrintParams): string {
  const [batch, own] = [shape.slice(0, batchAxes), shape.slice(batchAxes)];
  const name = label === "" ? "" : `${label}: `;
  const type = `${dtype}${showShape(own)}`;
  const size = sizeOf(own);
  if (batchAxes === 0) return beside(`${name}${type}`, formatValues(own, dtype, data));
  const examples = Array.from({ length: sizeOf(batch) }, (_, i) => {
    const values = formatValues(own, dtype, data.slice(i * size, (i + 1) * size));
    return beside(`  ${showShape(indexAt(batch, i))}`, values);
  });
  return [`${name}${batch.join(" x ")} examples of ${type}`, ...examples].join("\n");
}

/** A heading and values: on one line if they fit there, else below. */
function beside(heading: string, values: string): string {
  const line = `${heading} ${values.replace(/\n+ */g, " ")}`;
  if (line.length <= lineWidth) return line;
  const indent = " ".repeat(heading.search(/\S|$/) + 2);
  return `${heading}\n${indent}${values.replaceAll("\n", `\n${indent}`)}`;
}

/**
 * Writes a tensor, or every tensor of a tree, to the console when the program runs: at once, or each
 * time a compiled function is called, in the order of the calls. In a differentiated function it
 * prints once, on the way forward; a batched one prints its examples one below the other.
 *
 * @throws {TreeError} Where a leaf is not a tensor.
 *
 * @example
 * ```ts
 * import { debug, jit, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = jit((x: Tensor<[2]>) => {
 *   const y = x.mul(2);
 *   debug.print(y, "y");
 *   return y.sum();
 * });
 * f(tensor([1, 2])); // prints y: float32[2] [2, 4]
 * ```
 */
export function print(value: unknown, label = ""): void {
  const { leaves, structure } = flattenTree(value, "debug.print", "the value");
  for (const [i, leaf] of leaves.entries()) {
    bind(printPrimitive, [leaf], { label: `${label}${structure.paths[i]}` });
  }
}
