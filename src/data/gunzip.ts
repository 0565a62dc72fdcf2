import { FormatError } from "./format_error.ts";
import { join } from "./read_bytes.ts";

/** So many bytes are inflated at a time, to at most 1032 times as many. */
const step = 2 ** 14;

/** Whether bytes begin as gzip data do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates gzip data that tell by their first bytes how many they are. `lengthFrom` is asked with
 * the bytes there are so far, until it knows. Nothing is allocated that the data cannot fill, and
 * inflating stops at the first byte too many, so that a few bytes that would become gigabytes do
 * no harm: deflate makes of a byte at most 1032 (RFC 1951; https://zlib.net/zlib_tech.html).
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  limit: number,
  lengthFrom: (head: Uint8Array) => number | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  let at = 0;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, at += step));
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(new DecompressionStream("gzip")).getReader();
  const next = async () => {
    try {
      return (await reader.read()).value;
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : cause;
      throw new FormatError(
        `the gzip data is damaged or cut off within its first ${at} bytes: ${said}`,
        { cause },
      );
    }
  };
  try {
    let inflated: Uint8Array<ArrayBuffer> = new Uint8Array();
    let length: number | undefined;
    let filled = 0;
    for (let piece = await next(); piece !== undefined; piece = await next()) {
      if (length === undefined) {
        inflated = join([inflated, piece], filled + piece.length);
        filled = inflated.length;
        length = lengthFrom(inflated);
        if (length === undefined) continue;
        checkLength(length, bytes.length, limit);
        const head = inflated.subarray(0, length);
        if (filled <= length) (inflated = new Uint8Array(length)).set(head);
      } else {
        if (filled + piece.length <= length) inflated.set(piece, filled);
        filled += piece.length;
      }
      if (filled > length) {
        throw new FormatError(
          `the gzip data goes on after the ${length} bytes that the header inside it asks for`,
        );
      }
    }
    return inflated.subarray(0, filled);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function checkLength(length: number, zipped: number, limit: number): void {
  if (length > limit) {
    throw new FormatError(
      `the header inside the gzip data asks for ${length} bytes, more than maxBytes (${limit})`,
    );
  }
  if (length > 1032 * zipped) {
    throw new FormatError(
      `the header inside the gzip data asks for ${length} bytes, which ${zipped} bytes of gzip ` +
        `cannot hold (at most 1032 each)`,
    );
  }
}
