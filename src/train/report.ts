/**
 * What a training writes while it runs.
 *
 * @module
 */
import { type EpochRecord, figure, figuresOf } from "./history.ts";

/** Told what happens, it writes. */
export interface Report {
  /** A step was taken: how many of the epoch's are, and the mean of their losses. */
  step(epoch: number, taken: number, loss: number): void;
  /** An epoch is complete. */
  epoch(record: EpochRecord): void;
  /** The training has ended, for a reason that is worth a line or is none. */
  end(reason?: string): void;
}

/** A terminal, as Node's `process.stdout` may be. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How often a bar is drawn at most, in milliseconds, and how wide it is. */
const [pause, width] = [100, 24];

const silent: Report = { step() {}, epoch() {}, end() {} };

/** A line for every so many epochs, and, on a terminal, a bar in between. */
export function reportOf(
  progress: boolean | number,
  epochs: number,
  steps: number | undefined,
  out: Terminal | undefined = standardOutput(),
): Report {
  if (progress === false) return silent;
  const every = progress === true ? 1 : progress;
  const terminal = out?.isTTY === true ? out : undefined;
  let drawn = -Infinity;
  const clear = () => {
    if (drawn !== -Infinity) terminal?.write("\r\x1b[K");
    drawn = -Infinity;
  };
  return {
    step: (epoch, taken, loss) => {
      if (terminal === undefined || performance.now() - drawn < pause) return;
      drawn = performance.now();
      terminal.write(`\r\x1b[K${barLine(epoch, epochs, taken, steps, loss)}`);
    },
    epoch: (record) => {
      if (record.epoch % every !== 0 && record.epoch !== epochs) return;
      clear();
      console.log(epochLine(record, epochs));
    },
    end: (reason) => {
      clear();
      if (reason !== undefined) console.log(reason);
    },
  };
}

/** Where a program writes; Deno's own, since to look at Node's it asks for a permission. */
function standardOutput(): Terminal | undefined {
  const { Deno, process } = globalThis as {
    Deno?: { stdout?: { isTerminal(): boolean; writeSync(bytes: Uint8Array): number } };
    process?: { readonly stdout?: Terminal };
  };
  const stdout = Deno?.stdout;
  if (stdout === undefined) return process?.stdout;
  const write = (text: string) => stdout.writeSync(new TextEncoder().encode(text));
  return { isTTY: stdout.isTerminal(), write };
}

/** `epoch 3/10  ━━━━━━━━━━━━────────────  63/125  loss 0.1234` */
function barLine(
  epoch: number,
  epochs: number,
  taken: number,
  steps: number | undefined,
  loss: number,
): string {
  const done = steps === undefined ? 0 : Math.round(width * Math.min(1, taken / steps));
  const bar = steps === undefined ? "" : `${"━".repeat(done)}${"─".repeat(width - done)}  `;
  const count = steps === undefined ? `step ${taken}` : `${taken}/${steps}`;
  return `epoch ${epoch}/${epochs}  ${bar}${count}  loss ${figure(loss)}`;
}

/** `epoch 3/10  loss 0.1234  validation loss 0.2345  1.2 s` */
function epochLine(record: EpochRecord, epochs: number): string {
  const place = `${String(record.epoch).padStart(String(epochs).length)}/${epochs}`;
  const figures = figuresOf(record).map(([name, value]) => `${name} ${figure(value)}`);
  return [`epoch ${place}`, ...figures, `${record.seconds.toFixed(1)} s`].join("  ");
}
