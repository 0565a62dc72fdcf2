/**
 * The bodies of loops and branches, with what they close over.
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import { Tape } from "../../tape/tape.ts";
import { closeOver } from "../call.ts";

/** A tape that captures nothing traced, with what it captured as its first inputs. */
export function constantsFirst(
  tape: Tape,
): { readonly tape: Tape; readonly captured: readonly AnyTensor[] } {
  const { tape: closed, captured } = closeOver(tape);
  const own = tape.inputs.length;
  const inputs = [...closed.inputs.slice(own), ...closed.inputs.slice(0, own)];
  return { tape: new Tape({ ...closed, inputs }), captured };
}
