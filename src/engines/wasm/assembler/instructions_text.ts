/**
 * The text of a function's instructions, by the tables with which they are written.
 *
 * @source https://webassembly.github.io/spec/core/text/instructions.html
 * @module
 */
import { shortestFloat32 } from "../../../tensor/format.ts";
import { control, lane, laneMemory, memory, noResult, plain, sixteen } from "./opcodes.ts";
import { Reader } from "./reader.ts";

type Control = keyof typeof control;

/** Reads what follows an opcode; gives the instruction's text. */
type Show = (code: Reader, state: State) => string;

interface State {
  /** The names of functions, by their numbers. */
  readonly names: readonly string[];
  /** The labels of the blocks around, from the outside in. */
  readonly labels: string[];
}

/** How each instruction is shown, by its opcode. */
const shown: ReadonlyMap<string, Show> = table();

/** A line for each instruction of a function, indented by the blocks around it. */
export function* instructionsText(code: Reader, names: readonly string[]): Generator<string> {
  const state: State = { names, labels: [] };
  while (true) {
    const before = state.labels.length;
    const show = shown.get(readOpcode(code));
    if (show === undefined) throw new Error("an instruction that is in no table");
    const text = show(code, state);
    // The end of the function itself is its closing parenthesis.
    if (text === "end" && before === 0) {
      if (!code.done) throw new Error("a function goes on after its end");
      return;
    }
    const depth = text === "else" ? before - 1 : Math.min(before, state.labels.length);
    yield `${"  ".repeat(depth)}${text}`;
  }
}

/** An instruction's opcode: a byte, or one that says which kind and a number. */
function readOpcode(code: Reader): string {
  const first = code.byte();
  return first < 0xfc ? `${first}` : `${first} ${code.unsigned()}`;
}

function table(): ReadonlyMap<string, Show> {
  const all = new Map<string, Show>();
  const add = (bytes: readonly number[], show: (own: Reader) => Show) => {
    const own = new Reader(Uint8Array.from(bytes));
    const opcode = readOpcode(own);
    if (all.has(opcode)) throw new Error(`two instructions with the opcode ${opcode}`);
    all.set(opcode, show(own));
  };
  for (const [name, code] of Object.entries(control)) {
    add([code], () => controlText(name as Control));
  }
  for (const [name, bytes] of Object.entries(plain)) {
    add(bytes, (own) => {
      let rest = 0;
      for (; !own.done; rest++) own.byte();
      return (code) => {
        code.all(rest);
        return name;
      };
    });
  }
  for (const [name, [bytes, natural]] of Object.entries(memory)) {
    add(bytes, () => (code) => name + placeText(code, natural));
  }
  for (const [name, [bytes, natural]] of Object.entries(laneMemory)) {
    add(bytes, () => (code) => `${name}${placeText(code, natural)} ${code.byte()}`);
  }
  for (const [name, bytes] of Object.entries(lane)) {
    add(bytes, () => (code) => `${name} ${code.byte()}`);
  }
  add(
    sixteen["v128.const"],
    () => (code) =>
      `v128.const i32x4 ${Array.from({ length: 4 }, () => hex(code.word(), 8)).join(" ")}`,
  );
  add(sixteen["i8x16.shuffle"], () => (code) => `i8x16.shuffle ${code.all(16).join(" ")}`);
  return all;
}

function controlText(name: Control): Show {
  switch (name) {
    case "block":
    case "loop":
    case "if":
      return (code, { labels }) => {
        if (code.byte() !== noResult) throw new Error("a block with a result");
        const label = `$${name}${labels.length}`;
        labels.push(label);
        return `${name} ${label}`;
      };
    case "end":
      return (_, { labels }) => {
        labels.pop();
        return name;
      };
    case "else":
      return () => name;
    case "br":
    case "br_if":
      return (code, { labels }) => `${name} ${labels.at(-1 - code.unsigned())}`;
    case "call":
      return (code, { names }) => `${name} $${names[code.unsigned()]}`;
    case "local.get":
    case "local.set":
    case "local.tee":
      return (code) => `${name} ${code.unsigned()}`;
    case "i32.const":
    case "i64.const":
      return (code) => `${name} ${code.signed()}`;
    case "f32.const":
      return (code) => {
        const word = code.word();
        const value = new Float32Array(Uint32Array.of(word).buffer)[0];
        return `${name} ${
          floatText(shortestFloat32(value), word >>> 31 === 1, BigInt(word & 0x7fffff))
        }`;
      };
    case "f64.const":
      return (code) => {
        const word = code.doubleWord();
        const value = new Float64Array(BigUint64Array.of(word).buffer)[0];
        return `${name} ${floatText(value, word >> 63n === 1n, BigInt.asUintN(52, word))}`;
      };
  }
}

/** A float, read back to the same bits; the payload of a NaN is its fraction. */
function floatText(value: number, negative: boolean, fraction: bigint): string {
  const size = Math.abs(value);
  const text = Number.isNaN(value)
    ? `nan:0x${fraction.toString(16)}`
    : size === Infinity
    ? "inf"
    : `${size}`;
  return `${negative ? "-" : ""}${text}`;
}

/** Offset and alignment of a load or a store, where they are not the usual ones. */
function placeText(code: Reader, natural: number): string {
  const [align, offset] = [code.unsigned(), code.unsigned()];
  return (offset === 0 ? "" : ` offset=${offset}`) +
    (align === natural ? "" : ` align=${2 ** align}`);
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
