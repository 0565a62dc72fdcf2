import { KatachiError } from "../errors.ts";

/** A file that is not of the format it should be: the message says what was found and expected. */
export class FormatError extends KatachiError {
  /** Always `"FormatError"`. */
  override readonly name = "FormatError";
}
