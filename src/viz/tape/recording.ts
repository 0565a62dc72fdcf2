/**
 * A function and its gradient as two tapes: the way forward, and the way back that reads from it.
 *
 * @module
 */
import { tracingKeys } from "../../random/reuse.ts";
import { ones } from "../../primitives/create.ts";
import { optimize } from "../../tape/passes/optimize.ts";
import { withRecorder } from "../../tape/recorder.ts";
import { isLiteral, Tape, type Variable } from "../../tape/tape.ts";
import { isFloating } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { flattenTree } from "../../tensor/tree.ts";
import { linearizeReverse } from "../../transforms/pullback.ts";
import { trace } from "../../transforms/trace.ts";
import { differentiable } from "../../transforms/vjp.ts";
import { argumentNames } from "./argument_names.ts";

/** What is recorded. */
export interface RecordingOptions {
  /** Whether the way back is recorded, too; for a function that gives a float scalar unless told. */
  readonly backward?: boolean;
  /** The arguments to differentiate by. */
  readonly argnums: number | readonly number[];
  /** What the arguments are called. */
  readonly names?: readonly string[];
}

/** A function's tapes, and what the values at their ends are called. */
export interface Recording {
  /** What the function is called. */
  readonly name: string;
  /** From the arguments to the results. */
  readonly forward: Tape;
  /** From values of the way forward, and from the results' cotangents, to the gradients. */
  readonly backward?: Tape;
  /** The names of the arguments' leaves and of cotangents. */
  readonly inputs: ReadonlyMap<Variable, string>;
  /** The names of the results, in order. */
  readonly results: readonly string[];
  /** The names of the gradients, in order. */
  readonly gradients: readonly string[];
}

/** Records a function at some arguments, of which shapes and dtypes matter only. */
export function recordTapes(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  options: RecordingOptions,
): Recording {
  const call = f as (...args: unknown[]) => unknown;
  const { leaves, structure } = flattenTree(args, operation, "argument ");
  const plain = trace(operation, f, structure, leaves);
  const name = f.name || "result";
  const results = plain.output.paths.map((path) => name + path);
  const leafNames = namesOf(structure.paths, options.names ?? argumentNames(f));

  const { argnums } = options;
  const chosen = typeof argnums === "number" ? [argnums] : argnums;
  const { backward = isFloatScalar(plain.tape) && chosen.every((i) => areFloats(args[i])) } =
    options;
  if (!backward) {
    const inputs = new Map(plain.tape.inputs.map((input, i) => [input, leafNames[i]]));
    return { name, forward: plain.tape, inputs, results, gradients: [] };
  }

  return tracingKeys(() =>
    withRecorder(operation, { abstract: true }, (recorder) => {
      const traced = leaves.map((leaf) => recorder.input(leaf));
      const given = structure.build(traced) as readonly unknown[];
      const by = differentiable(operation, given, chosen);
      const { outputs, pullback } = linearizeReverse(
        operation,
        by.leaves,
        (leaves) => flattenTree(call(...by.build(leaves)), operation, "the result").leaves,
      );
      const inputs = [...recorder.inputs];
      const named = new Map(inputs.map((input, i) => [input, leafNames[i]]));
      const count = recorder.equations.length;
      const seeds = outputs.map((output, i) => {
        if (!isFloating(output.dtype)) return undefined;
        if (outputs.length === 1 && output.shape.length === 0) return ones([], output.dtype);
        const seed = recorder.input(output);
        named.set(recorder.variableOf(seed)!, `∂/∂${results[i]}`);
        return seed;
      });
      const gradients = pullback(seeds);
      const whole = recorder.tape([...outputs, ...gradients]);
      const numerator = outputs.length === 1 && outputs[0].shape.length === 0 ? results[0] : "";
      return {
        name,
        forward: new Tape({
          inputs,
          constants: whole.constants,
          equations: whole.equations.slice(0, count),
          outputs: whole.outputs.slice(0, outputs.length),
        }),
        backward: wayBack(whole, count, outputs.length),
        inputs: named,
        results,
        gradients: by.leaves.map((leaf) =>
          `∂${numerator}/∂${leafNames[traced.indexOf(leaf as AnyTensor)]}`
        ),
      };
    })
  );
}

const operation = "drawTape";

/**
 * The equations of the way back as a tape of its own, in which nothing is multiplied by one and
 * nothing is computed in vain. Its inputs are all values of the way forward.
 */
function wayBack(whole: Tape, count: number, results: number): Tape {
  const before = whole.equations.slice(0, count).flatMap(({ outputs }) => outputs);
  const captured = whole.constants.map(({ variable }) => variable);
  return optimize(
    new Tape({
      inputs: [...whole.inputs, ...captured, ...before],
      constants: [],
      equations: whole.equations.slice(count),
      outputs: whole.outputs.slice(results),
    }),
  );
}

function isFloatScalar({ outputs }: Tape): boolean {
  return outputs.length === 1 && outputs[0].shape.length === 0 && isFloating(outputs[0].dtype) &&
    !isLiteral(outputs[0]);
}

/** Whether an argument is a tree of floats, with at least one. */
function areFloats(tree: unknown): boolean {
  const { leaves } = flattenTree(tree, operation, "an argument");
  return leaves.length > 0 && leaves.every(({ dtype }) => isFloating(dtype));
}

/**
 * What the leaves of the arguments are called: an argument that is a tensor by its own name, a leaf
 * of a tree by its path in it, and by the argument's name as well where two would be called the same.
 */
function namesOf(
  paths: readonly string[],
  args: readonly (string | undefined)[],
): readonly string[] {
  const parts = paths.map((path) => {
    const [first] = path.match(/^\[\d+\]/)!;
    const index = Number(first.slice(1, -1));
    return { argument: args[index] ?? `argument${index}`, rest: path.slice(first.length) };
  });
  const short = parts.map(({ argument, rest }) =>
    rest.startsWith(".") ? rest.slice(1) : argument + rest
  );
  return parts.map(({ argument, rest }, i) =>
    short.indexOf(short[i]) === short.lastIndexOf(short[i]) ? short[i] : argument + rest
  );
}
