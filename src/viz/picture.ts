/**
 * What every drawing function gives: a picture, as SVG, as text, or inline in a notebook.
 *
 * @module
 */

/** How a picture is written as text. */
export interface TextOptions {
  /** How many characters wide, at most; 72 unless given. */
  readonly columns?: number;
  /** Whether colours are written, as ANSI escape sequences; not unless asked for. */
  readonly colors?: boolean;
}

/** The two ways to draw a picture. */
export interface Drawing {
  /** The picture as the text of an SVG document. */
  svg(): Promise<string>;
  /** The picture in Unicode characters, for a terminal. */
  text(options?: TextOptions): string;
}

/**
 * A picture. It is drawn when it is asked for, each time from the same immutable description. A
 * Jupyter notebook shows it inline.
 */
export class Picture implements Drawing {
  readonly #drawing: Drawing;

  /** A picture that is drawn so. */
  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  /** The picture as the text of an SVG document. */
  svg(): Promise<string> {
    return this.#drawing.svg();
  }

  /** The picture in Unicode characters, for a terminal: 72 columns, no colours unless asked for. */
  text(options: TextOptions = {}): string {
    return this.#drawing.text(options);
  }

  /** What a Jupyter notebook shows: the SVG, and the text where it cannot. */
  async [Symbol.for("Jupyter.display")](): Promise<Record<string, string>> {
    return { "image/svg+xml": await this.svg(), "text/plain": this.text() };
  }
}
