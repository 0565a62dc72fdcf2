import { FormatError } from "./format_error.ts";

/** How much a reader takes at most. */
export interface ReadOptions {
  /**
   * The most bytes that a file may have, and its contents if it is compressed; 2^30 (1 GiB) unless
   * told.
   */
  readonly maxBytes?: number;
}

/** What {@linkcode ReadOptions} say, or the default. */
export function byteLimit(operation: string, { maxBytes = 2 ** 30 }: ReadOptions = {}): number {
  if (!(maxBytes >= 0)) {
    throw new RangeError(`${operation}: maxBytes must be a number from 0 on, got ${maxBytes}`);
  }
  return maxBytes;
}

/** A file piece by piece, for as long as it stays within so many bytes. */
export async function* readPieces(
  path: string | URL,
  limit: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  // Deno, Node and Bun all have it; where there are no files, this module loads all the same.
  const { createReadStream } = await import("node:fs");
  let read = 0;
  for await (const piece of createReadStream(path)) {
    read += piece.length;
    if (read > limit) {
      throw new FormatError(`the file has more than maxBytes (${limit}) bytes`);
    }
    yield piece;
  }
}

/** The bytes of a file that may have so many at most. */
export async function readBytes(
  path: string | URL,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of readPieces(path, limit)) pieces.push(piece);
  return join(pieces, pieces.reduce((sum, { length }) => sum + length, 0));
}

/** One array with the bytes of several, `length` together. */
export function join(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Names the file in what a reader says of its contents. */
export async function inFile<T>(path: string | URL, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError) {
      throw new FormatError(`${path}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
