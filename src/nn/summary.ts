/**
 * What a model is made of, as a table.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type DType,
  evalShape,
  type Mutable,
  random,
  type Shape,
  type ShapeDType,
} from "../../mod.ts";
import { bytesText, columnsText, grouped } from "../tape/amounts.ts";
import { allocate } from "../tensor/dtype.ts";
import { flattenTree } from "../tensor/tree.ts";
import { costOf } from "../transforms/cost.ts";
import { placeholders } from "../transforms/eval_shape.ts";
import {
  type AnyLayer,
  type Computed,
  type Layer,
  type LayerCall,
  type LayerTypes,
  observed,
  type OutputOf,
} from "./layer.ts";
import { runLayer } from "./sequential.ts";

/** A layer in a {@linkcode Summary}. */
export interface SummaryRow {
  /** Which part it is of the layer around it, such as `layer 0` or `inner`. */
  readonly part: string;
  /** What kind of layer it is. */
  readonly name: string;
  /** How many layers are around it. */
  readonly depth: number;
  /** The shape that comes in. */
  readonly input: Shape;
  /** The shape that goes out. */
  readonly output: Shape;
  /** Numbers in its parameters, those of the layers in it included. */
  readonly parameters: number;
  /** Operations on numbers to apply it, those of the layers in it included. */
  readonly flops: number;
  /** Whether there are operations that do not say how many they are: then `flops` is too low. */
  readonly uncounted: boolean;
}

/** What a model is made of; as text it is a table. */
export class Summary {
  /** The layers, each before those that it is made of. The first is the model. */
  readonly rows: readonly SummaryRow[];
  /** Numbers in the parameters. */
  readonly parameters: number;
  /** Numbers in the state. */
  readonly state: number;
  /** Bytes of the parameters. */
  readonly parameterBytes: number;
  /** Bytes of the state. */
  readonly stateBytes: number;
  /** Operations on numbers to apply the model. */
  readonly flops: number;

  /** A summary of these rows, for parameters and a state of these shapes. */
  constructor(rows: readonly SummaryRow[], params: unknown, state: unknown) {
    this.rows = rows;
    this.parameters = count(params);
    this.parameterBytes = bytes(params);
    this.state = count(state);
    this.stateBytes = bytes(state);
    this.flops = rows[0].flops;
  }

  /** A line for each layer, those inside another indented, and the totals. */
  toString(): string {
    const [model, ...inner] = this.rows;
    const shown = inner.length === 0 ? [model] : inner;
    const outermost = Math.min(...shown.map(({ depth }) => depth));
    const line = (row: SummaryRow, label: string) => [
      label,
      `[${row.output.join(", ")}]`,
      grouped(row.parameters),
      `${row.uncounted ? "≥ " : ""}${grouped(row.flops)}`,
    ];
    const label = ({ part, name, depth }: SummaryRow) =>
      "  ".repeat(depth - outermost) + (part === "" ? name : `${part}: ${name}`);
    const table = columnsText([
      ["layer", "output", "parameters", "FLOPs"],
      ...shown.map((row) => line(row, label(row))),
      line({ ...model, parameters: this.parameters }, "total"),
    ], (column) => column > 1);
    const rule = "─".repeat(Math.max(...table.map((text) => text.length)));
    const amount = (numbers: number, size: number) => `${grouped(numbers)} (${bytesText(size)})`;
    return [
      table[0],
      rule,
      ...table.slice(1, -1),
      rule,
      table[table.length - 1],
      `parameters ${amount(this.parameters, this.parameterBytes)}` +
      (this.state > 0 ? `, state ${amount(this.state, this.stateBytes)}` : "") +
      ` for an input [${model.input.join(", ")}]`,
    ].join("\n");
  }

  /** `console.log` shows the table. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** `console.log` shows the table in Node, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A Jupyter notebook shows the table, too. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

/** The tensors of a tree of shapes. */
const tensors = (tree: unknown) => flattenTree(placeholders(tree), "summary", "the model").leaves;

/** Numbers in a tree of shapes. */
const count = (tree: unknown) => tensors(tree).reduce((sum, { size }) => sum + size, 0);

/** Bytes in a tree of shapes. */
const bytes = (tree: unknown) =>
  tensors(tree).reduce(
    (sum, { size, dtype }) => sum + size * allocate(dtype, 0).BYTES_PER_ELEMENT,
    0,
  );

/** What {@linkcode summary} shall assume. */
export interface SummaryOptions {
  /** The dtype of the input, `float32` unless given; an embedding wants `int32`. */
  readonly dtype?: DType;
}

/**
 * What a model is made of: for each layer its output's shape, how many parameters it has and how many
 * operations it takes to apply it, counted as by {@linkcode cost}. Layers inside another are indented.
 * The names of parts are those of the messages of errors.
 *
 * Nothing is computed and no parameters are made: the model is recorded as it is applied in
 * prediction. A layer that is called twice has two rows, and its parameters count once in the total.
 *
 * @throws {ShapeError} Where a layer cannot take what it gets.
 *
 * @example
 * ```ts
 * import { linear, relu, sequential, summary } from "@katachi/katachi/nn";
 *
 * const model = sequential(linear.of(784, 128), relu, linear.of(128, 10));
 * console.log(summary(model, [32, 784]));
 * // layer            output     parameters      FLOPs
 * // ─────────────────────────────────────────────────
 * // layer 0: linear  [32, 128]     100,480  6,426,624
 * // layer 1: relu    [32, 128]           0      8,192
 * // layer 2: linear  [32, 10]        1,290     82,240
 * // ─────────────────────────────────────────────────
 * // total            [32, 10]      101,770  6,517,056
 * // parameters 101,770 (397.5 KiB) for an input [32, 784]
 * ```
 */
export function summary<
  F extends LayerTypes,
  const S extends Shape,
  K extends string = F["kind"],
>(
  model: Layer<F>,
  // The intersection tells the compiler, which does not know F yet, to look for dims.
  shape: Arg<OutputOf<F, Mutable<S>, K> & Shape, S>,
  options?: SummaryOptions,
): Summary {
  return summaryOf(model, shape as Shape, options);
}

function summaryOf(
  model: AnyLayer,
  shape: Shape,
  { dtype = "float32" }: SummaryOptions = {},
): Summary {
  const params = evalShape((key: random.Key) => model.init(key), random.key(0));
  const state = evalShape(() => model.initState());
  const calls: Call[] = [];
  let depth = 0;
  const apply = (params: unknown, x: unknown, state: unknown) =>
    runLayer(model, params, x as AnyTensor, state, undefined)[0];
  const record = ({ layer, part, params, x, state }: LayerCall, compute: () => Computed) => {
    const call: Call = {
      layer,
      part,
      depth,
      params: outline(params),
      x: form(x),
      state: outline(state),
    };
    calls.push(call);
    depth++;
    const computed = compute();
    depth--;
    call.output = computed[0].shape;
    return computed;
  };
  observed(record, () => evalShape(apply, params, { shape, dtype }, state));
  return new Summary(calls.map(rowOf), params, state);
}

/** A call of a layer, with shapes in the places of tensors. */
interface Call {
  readonly layer: AnyLayer;
  readonly part: string;
  readonly depth: number;
  readonly params: unknown;
  readonly x: Form;
  readonly state: unknown;
  output?: Shape;
}

function rowOf({ layer, part, depth, params, x, state, output = [] }: Call): SummaryRow {
  const apply = (params: unknown, x: unknown, state: unknown) =>
    runLayer(layer, params, x as AnyTensor, state, undefined)[0];
  const { flops, uncounted } = costOf("summary", apply, [params, x, state]);
  return {
    part,
    name: layer.name,
    depth,
    input: x.shape,
    output,
    parameters: count(params),
    flops,
    uncounted: uncounted.length > 0,
  };
}

type Form = ShapeDType<Shape, DType>;

const form = ({ shape, dtype }: AnyTensor): Form => ({ shape, dtype });

/** A tree of tensors with their shapes in their places. */
function outline(tree: unknown): unknown {
  const { leaves, structure } = flattenTree(tree, "summary", "the parameters");
  return structure.build(leaves.map(form));
}
