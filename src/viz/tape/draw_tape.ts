/**
 * `drawTape`: what a function computes, as a picture.
 *
 * @module
 */
import { isTensor } from "../../tensor/storage.ts";
import { Picture } from "../picture.ts";
import { type Direction, tapeDot } from "./dot.ts";
import { tapeGraph } from "./graph.ts";
import { printable } from "./node.ts";
import { railsText } from "./rails.ts";
import { recordTapes } from "./recording.ts";
import { layOut } from "./svg.ts";

/** How a computation is drawn. */
export interface TapeDrawingOptions {
  /**
   * Whether the gradient is drawn, too. Unless given: where the function gives a float scalar, and
   * the arguments to differentiate by are floats. A result that is no scalar has a cotangent, which
   * is drawn as a further input, as `vjp` takes it.
   */
  readonly backward?: boolean;
  /** Which arguments to differentiate by; 0, the first one, unless given. */
  readonly argnums?: number | readonly number[];
  /** What the arguments are called; as the function calls them unless given. */
  readonly names?: readonly string[];
  /**
   * Whether broadcasts, reshapes and conversions have no nodes, but edges that say how the shape
   * changes, as in `[8] → [4, 8]`; `true` unless given.
   */
  readonly fold?: boolean;
  /**
   * How deep tapes that are called (by `jit`, `checkpoint`, `customVjp`, `scan`, `cond`, `whileLoop`)
   * are opened: 0 leaves each call one node; all are opened unless given.
   */
  readonly depth?: number;
  /** Whether the computation goes down the page, or to the right; down unless given. */
  readonly direction?: Direction;
  /** A line above the picture. */
  readonly title?: string;
  /** The most nodes that are drawn; 400 unless given. */
  readonly maxNodes?: number;
}

/**
 * The computational graph of a function at some arguments, whose shapes and dtypes matter only, as
 * for `makeTape`. Every equation is a node with the value's name and how it is computed, such as
 * `c = a @ w`; arguments are named as in the function, or by their path in a tree; numbers stand in
 * the equations. The edges say which shape a value has, and which dtype where it is not float32; a
 * float32 scalar's edge says nothing.
 *
 * The way forward and the way back have two colours, and values that the way back reads from the
 * way forward are dashed. The way back is shown as it is run: without multiplications by one and
 * whatever else is computed in vain.
 *
 * As text, a line is an equation: `●` computes a value, `○` is an argument or a result, and the rails
 * lead from where a value is made down to where it is used.
 *
 * @throws {RangeError} Where the graph has more than `maxNodes` nodes.
 * @throws {TraceError} Where the function reads a traced value.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor.
 * @throws {DTypeError} Where `backward` is asked for by an argument that is not of floats.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "@katachi/katachi";
 * import { drawTape } from "@katachi/katachi/viz";
 *
 * const f = (x: Tensor<[]>) => x.add(2).add(x.square().exp().add(1)).sin();
 * const picture = drawTape(f, tensor(1), { title: "a composition" });
 * console.log(picture.text());
 * const svg = await picture.svg();
 * svg.startsWith("<svg"); // true
 * ```
 */
export function drawTape<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  ...args: [...A, ...[options?: TapeDrawingOptions]]
): Picture {
  const [given, options] = apart(args);
  const { backward, argnums = 0, names, fold = true, depth = Infinity } = options;
  const { direction = "down", maxNodes = 400 } = options;
  const title = options.title === undefined ? undefined : printable(options.title);
  const recording = recordTapes(f, given, { backward, argnums, names });
  const nodes = tapeGraph(recording, { fold, depth });
  if (nodes.length > maxNodes) {
    throw new RangeError(
      `drawTape: the graph has ${nodes.length} nodes, and maxNodes is ${maxNodes}; ` +
        `leave out what is inside calls with depth: 0 or the gradient with backward: false, ` +
        `draw a part of the function, or allow more`,
    );
  }
  return new Picture({
    svg: () =>
      layOut(
        tapeDot(nodes, title, direction),
        title ?? printable(`the computation of ${recording.name}`),
      ),
    text: (text) => railsText(nodes, { title, ...text }),
  });
}

const optionNames: ReadonlySet<string> = new Set<keyof TapeDrawingOptions>([
  "backward",
  "argnums",
  "names",
  "fold",
  "depth",
  "direction",
  "title",
  "maxNodes",
]);

/** The function's arguments, and the options behind them; a tree has nothing but tensors in it. */
function apart(args: readonly unknown[]): [args: readonly unknown[], options: TapeDrawingOptions] {
  const last = args.at(-1);
  if (typeof last !== "object" || last === null || isTensor(last)) return [args, {}];
  const parts = Object.entries(last);
  const isOptions = parts.length > 0 &&
    parts.every(([name, value]) => optionNames.has(name) && !holdsTensors(value));
  return isOptions ? [args.slice(0, -1), last] : [args, {}];
}

function holdsTensors(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) ||
    Array.isArray(value) && value.some((item) => typeof item === "object");
}
