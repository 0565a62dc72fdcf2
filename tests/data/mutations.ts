/** What happens to files: bytes flip, go missing, come twice, or were never of the format. */
import fc from "fast-check";

type Bytes = Uint8Array<ArrayBuffer>;

const some = fc.uint8Array({ maxLength: 12 });

function splice(bytes: Bytes, at: number, out: number, into: Uint8Array): Bytes {
  return new Uint8Array([...bytes.subarray(0, at), ...into, ...bytes.subarray(at + out)]);
}

/** Bytes that one to four mishaps made of the given ones. */
export function mutationsOf(bytes: Bytes): fc.Arbitrary<Bytes> {
  const place = fc.nat();
  const mishap: fc.Arbitrary<(bytes: Bytes) => Bytes> = fc.oneof(
    fc.tuple(place, fc.nat({ max: 255 })).map(([at, mask]) => (bytes: Bytes) =>
      bytes.map((byte, i) => i === at % bytes.length ? byte ^ mask : byte)
    ),
    place.map((length) => (bytes: Bytes) => bytes.slice(0, length % (bytes.length + 1))),
    some.map((more) => (bytes: Bytes) => splice(bytes, bytes.length, 0, more)),
    fc.tuple(place, fc.nat({ max: 9 }), some).map(([at, out, into]) => (bytes: Bytes) =>
      splice(bytes, at % (bytes.length + 1), out, into)
    ),
    // The beginning, where the headers are.
    fc.tuple(fc.nat({ max: 15 }), fc.constantFrom(0, 1, 2, 8, 127, 128, 255)).map((
      [at, value],
    ) =>
    (bytes: Bytes) => bytes.map((byte, i) => i === at ? value : byte)),
    fc.uint8Array({ maxLength: 64 }).map((other) => () => new Uint8Array(other)),
  );
  return fc.array(mishap, { minLength: 1, maxLength: 4 })
    .map((mishaps) => mishaps.reduce((bytes, mishap) => mishap(bytes), bytes));
}

/** The bytes gzipped. */
export async function gzip(bytes: Bytes): Promise<Bytes> {
  const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
