/**
 * Reading back the encodings of numbers, names and sections.
 *
 * @module
 */

/** Goes through bytes from the front. */
export class Reader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether all bytes are read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** One byte. */
  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  /** Several bytes. */
  all(count: number): Uint8Array<ArrayBuffer> {
    if (this.#at + count > this.#bytes.length) throw new RangeError("the bytes end too early");
    return this.#bytes.subarray(this.#at, this.#at += count);
  }

  /** A whole number from 0 on. */
  unsigned(): number {
    let [value, place] = [0, 1];
    while (true) {
      const byte = this.byte();
      value += (byte & 0x7f) * place;
      if (byte < 0x80) return value;
      place *= 128;
    }
  }

  /** A whole number of up to 64 bits, with a sign. */
  signed(): bigint {
    let [value, bits] = [0n, 0n];
    while (true) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << bits;
      bits += 7n;
      if (byte < 0x80) return BigInt.asIntN(Number(bits), value);
    }
  }

  /** A number of 32 bits, as it lies. */
  word(): number {
    return this.#view.getUint32((this.#at += 4) - 4, true);
  }

  /** A number of 64 bits, as it lies. */
  doubleWord(): bigint {
    return this.#view.getBigUint64((this.#at += 8) - 8, true);
  }

  /** A name, with its length in front. */
  name(): string {
    return new TextDecoder().decode(this.all(this.unsigned()));
  }

  /** Bytes with their number in front, to be read on their own. */
  part(): Reader {
    return new Reader(this.all(this.unsigned()));
  }

  /** Things with their number in front. */
  list<T>(read: (index: number) => T): T[] {
    return Array.from({ length: this.unsigned() }, (_, i) => read(i));
  }
}
