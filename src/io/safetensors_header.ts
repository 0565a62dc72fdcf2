/**
 * The header of a safetensors file: eight bytes with its length, then JSON that says which tensors
 * there are, and where. Nothing it says is believed before it has been checked.
 *
 * (https://github.com/huggingface/safetensors#format)
 *
 * @module
 */
import { FormatError } from "../data/format_error.ts";
import { elementTypes } from "./element_types.ts";

/** A tensor of a file. */
export interface Entry {
  /** Its name. */
  readonly name: string;
  /** Its element type, as the format calls it. */
  readonly type: string;
  /** Its dims, outermost first. */
  readonly shape: readonly number[];
  /** Where its data starts in the file. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/** What a header says. */
export interface Header {
  /** The tensors, in the header's order. */
  readonly entries: readonly Entry[];
  /** What else it says. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The key of the metadata, which no tensor can have as its name. */
export const metadataKey = "__metadata__";

/** The longest header that the format allows. */
export const longestHeader = 100_000_000;

/** A value as a message shows it: as JSON, cut where it is too long to be read. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Refuses a file. */
export function refuse(what: string, options?: ErrorOptions): never {
  throw new FormatError(`safetensors: ${what}`, options);
}

/** Reads and checks the header of a file. */
export function parseHeader(bytes: Uint8Array): Header {
  const text = headerText(bytes);
  const header = parseJson(text);
  const from = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const { [metadataKey]: metadata = {}, ...rest } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    refuse(`${metadataKey} is an object of strings, found ${quoted(metadata)}`);
  }
  const entries = Object.entries(rest).map(([name, entry]) => parseEntry(name, entry, from));
  requireCover(entries, from, bytes.length);
  return { entries, metadata: metadata as Record<string, string> };
}

function headerText(bytes: Uint8Array): string {
  if (bytes.length < 8) {
    refuse(`a file starts with eight bytes, the header's length; it has ${bytes.length}`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > longestHeader) refuse(`a header has at most ${longestHeader} bytes, not ${length}`);
  const end = 8 + Number(length);
  if (end > bytes.length) {
    refuse(`the header ends at byte ${end}, the file at ${bytes.length}: it is cut off`);
  }
  if (bytes[8] !== 0x7b || length === 0n) refuse(`the header starts with "{"`);
  try {
    // A copy, since memory that is shared cannot be decoded.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(8, end));
  } catch (cause) {
    refuse("the header is not UTF-8", { cause });
  }
}

function parseJson(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    refuse(`the header is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  if (!isRecord(header)) refuse(`the header is an object, found ${quoted(header)}`);
  requireStrict(text);
  return header;
}

/**
 * Refuses what JSON.parse passes over: a key that is there twice, numbers written in another way than
 * a count, and half a surrogate pair. The text is known to be JSON.
 */
function requireStrict(text: string): void {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length;) {
    const start = at++;
    const first = text[start];
    if (first === "{" || first === "[") open.push(new Set());
    else if (first === "}" || first === "]") open.pop();
    else if (first === '"') {
      for (; text[at] !== '"'; at++) if (text[at] === "\\") at++;
      const name: string = JSON.parse(text.slice(start, ++at));
      if (!name.isWellFormed()) refuse(`${quoted(name)} has half a surrogate pair`);
      while (isSpace(text[at])) at++;
      if (text[at] !== ":") continue;
      const names = open[open.length - 1];
      if (names.has(name)) refuse(`the header has ${quoted(name)} twice`);
      names.add(name);
    } else if (first === "-" || isDigit(first)) {
      while (isDigit(text[at])) at++;
      if (first === "-" || ".eE".includes(text[at])) {
        refuse(`the header has a number that is no count: ${quoted(text.slice(start, at + 1))}`);
      }
    }
  }
}

function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

function parseEntry(name: string, entry: unknown, from: number): Entry {
  const wrong = (what: string): never => refuse(`${quoted(name)}: ${what}`);
  if (!isRecord(entry)) {
    return wrong(`needs { dtype, shape, data_offsets }, found ${quoted(entry)}`);
  }
  const { dtype: type, shape, data_offsets: offsets } = entry;
  if (typeof type !== "string" || !Object.hasOwn(elementTypes, type)) {
    return wrong(
      `the dtype ${quoted(type)} is not read; there are ${Object.keys(elementTypes).join(", ")}`,
    );
  }
  if (!areCounts(shape)) return wrong(`a shape is a list of whole numbers, found ${quoted(shape)}`);
  if (!areCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return wrong(`data_offsets are a start and an end, found ${quoted(offsets)}`);
  }
  let size = elementTypes[type].bytes;
  for (const dim of shape) {
    size *= dim;
    if (!Number.isSafeInteger(size)) return wrong(`the shape ${quoted(shape)} is too large`);
  }
  const [start, end] = offsets;
  if (size !== end - start) {
    return wrong(
      `${type} ${quoted(shape)} takes ${size} bytes, its data has ${end - start}`,
    );
  }
  return { name, type, shape, start: from + start, end: from + end };
}

/** Refuses data that overlaps, has holes, or is not all there is. */
function requireCover(entries: readonly Entry[], from: number, length: number): void {
  let end = from;
  for (const entry of entries.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end) {
      refuse(
        `the data of ${quoted(entry.name)} starts at byte ${entry.start}, ` +
          `what comes before it ends at ${end}`,
      );
    }
    end = entry.end;
  }
  if (end > length) refuse(`the data ends at byte ${end}, the file at ${length}: it is cut off`);
  if (end < length) refuse(`the data ends at byte ${end}, the file at ${length}`);
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
