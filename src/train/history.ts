/**
 * What happened while a model was trained, as plain data.
 *
 * @module
 */

/** A loss, and metrics by name. */
export interface Scores {
  /** The mean of the loss over all rows. */
  readonly loss: number;
  /** The metrics by name; none where none were asked for. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What happened in an epoch. */
export interface EpochRecord extends Scores {
  /** Which epoch it was, from 1 on. */
  readonly epoch: number;
  /** How many steps there had been at its end, those of earlier epochs included. */
  readonly step: number;
  /** The mean of the losses of its steps, each before the step. */
  readonly loss: number;
  /** The metrics over its batches, each before the step. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The learning rate of its last step, where the optimizer has one. */
  readonly learningRate?: number;
  /** Loss and metrics on the validation data at its end. */
  readonly validation?: Scores;
  /** How long it took, in seconds. Nothing else in a history depends on the clock. */
  readonly seconds: number;
}

/** What happened in a step. */
export interface StepRecord {
  /** Which step it was, from 1 on, counted through all epochs. */
  readonly step: number;
  /** The loss of its batch, before the step. */
  readonly loss: number;
  /** The learning rate, where the optimizer has one. */
  readonly learningRate?: number;
}

/** What happened while a model was trained: plain JSON, which a Jupyter notebook shows as a table. */
export interface History {
  /** The epochs, in order. */
  readonly epochs: readonly EpochRecord[];
  /** The steps, in order, where `recordSteps` asks for them. */
  readonly steps?: readonly StepRecord[];
}

/**
 * A history of these records.
 *
 * @internal
 */
export function historyOf(epochs: readonly EpochRecord[], steps?: readonly StepRecord[]): History {
  const history: History = steps === undefined ? { epochs } : { epochs, steps };
  return Object.defineProperty(history, Symbol.for("Jupyter.display"), {
    value: () => ({ "text/html": tableOf(epochs), "application/json": history }),
  });
}

/** The epochs as an HTML table, a row for each. */
function tableOf(epochs: readonly EpochRecord[]): string {
  const rows = epochs.map((record) => Object.fromEntries(cellsOf(record)));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  return [
    "<table>",
    cells("th", columns),
    ...rows.map((row) => cells("td", columns.map((column) => row[column] ?? ""))),
    "</table>",
  ].join("\n");
}

/** The cells of an epoch's row, by the names of their columns. */
function cellsOf(record: EpochRecord): readonly (readonly [column: string, text: string])[] {
  const { epoch, step, learningRate, seconds } = record;
  const figures = [...figuresOf(record)];
  if (learningRate !== undefined) figures.push(["learning rate", learningRate]);
  return [
    ["epoch", String(epoch)],
    ["step", String(step)],
    ...figures.map(([name, value]) => [name, figure(value)] as const),
    ["seconds", seconds.toFixed(1)],
  ];
}

/**
 * The figures of an epoch, by the names that people read.
 *
 * @internal
 */
export function figuresOf(
  { loss, metrics, validation }: EpochRecord,
): readonly (readonly [name: string, value: number])[] {
  const figures = Object.entries({ loss, ...metrics });
  if (validation !== undefined) {
    for (const [name, value] of Object.entries({ loss: validation.loss, ...validation.metrics })) {
      figures.push([`validation ${name}`, value]);
    }
  }
  return figures;
}

/**
 * A figure with four digits.
 *
 * @internal
 */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return String(value);
  return size >= 1e-3 && size < 1e4 ? value.toFixed(4) : value.toExponential(3);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
