/**
 * `checkpoint`: less memory for more arithmetic.
 *
 * @module
 */
import { flattenTree } from "../tensor/tree.ts";
import { useKeysLike } from "../random/reuse.ts";
import { bind } from "../tape/recorder.ts";
import { checkpointPrimitive, closeOver } from "./call.ts";
import type { TreeFunction } from "./jit.ts";
import { trace } from "./trace.ts";

/**
 * A function that gives the same values and gradients, but whose intermediate results are not kept
 * for the reverse pass: only its arguments are, and the function is computed again on the way back.
 * A deep model needs the memory of one of its layers at a time, for about one more forward pass.
 *
 * Like `jit`, it records the function with abstract tensors, whose values cannot be read.
 *
 * @throws {TraceError} Where the function reads a traced value.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor.
 *
 * @source T. Chen et al., "Training deep nets with sublinear memory cost", 2016.
 *
 * @example
 * ```ts
 * import { checkpoint, grad, type Tensor, tensor } from "@katachi/katachi";
 *
 * const layer = checkpoint((x: Tensor<[2]>) => x.sin().exp().sin());
 * const loss = (x: Tensor<[2]>) => layer(layer(x)).sum();
 * grad(loss)(tensor([0.1, 0.2])).shape; // [2]
 * ```
 */
export function checkpoint<F extends TreeFunction>(f: F): F {
  const checkpointed = (...args: unknown[]): unknown => {
    const { leaves, structure } = flattenTree(args, "checkpoint", "argument ");
    const { tape, output, keyUses } = trace("checkpoint", f, structure, leaves);
    useKeysLike(keyUses, leaves);
    const closed = closeOver(tape);
    const inputs = [...leaves, ...closed.captured];
    return output.build(bind(checkpointPrimitive, inputs, { tape: closed.tape }));
  };
  return Object.defineProperty(checkpointed, "name", { value: f.name }) as unknown as F;
}
