/**
 * The part of papaparse that is used here, since the package has no types of its own and
 * `@types/papaparse` brings those of Node along. (https://www.papaparse.com/docs)
 *
 * @module
 */

/** What is wrong with a row. */
export interface ParseError {
  /** Which mistake it is. */
  readonly code: string;
  /** The mistake in words. */
  readonly message: string;
  /** Where it is in the text. */
  readonly index: number;
}

/** A row as it is read. */
export interface ParseStep {
  /** The cells. */
  readonly data: readonly string[];
  /** What is wrong with it. */
  readonly errors: readonly ParseError[];
  /** Where reading is. */
  readonly meta: {
    /** Where the row ends in the text. */
    readonly cursor: number;
  };
}

/** How a text is read, and what is done with each row. */
export interface ParseConfig {
  /** What stands between cells. */
  readonly delimiter: string;
  /** What stands between rows. */
  readonly newline: string;
  /** Is handed one row after the other. */
  readonly step: (row: ParseStep) => void;
}

/** The package. */
declare const Papa: {
  /** Reads a text. */
  parse(text: string, config: ParseConfig): void;
};
export default Papa;
