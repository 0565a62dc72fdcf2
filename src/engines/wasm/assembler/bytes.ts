/**
 * The encodings of numbers, names and sections in a WebAssembly module.
 *
 * @module
 */

/** Bytes that grow at the end. */
export class Bytes {
  #data = new Uint8Array(256);
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Those written so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#data.subarray(0, this.#length);
  }

  /** One byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#data[this.#length++] = value;
  }

  /** Several bytes. */
  all(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#data.set(values, this.#length);
    this.#length += values.length;
  }

  /** A whole number from 0 on, in as few bytes as it takes (LEB128). */
  unsigned(value: number): void {
    let rest = value;
    do {
      const low = rest % 128;
      rest = Math.floor(rest / 128);
      this.byte(rest === 0 ? low : low | 0x80);
    } while (rest !== 0);
  }

  /** A whole number of 32 bits, in as few bytes as it takes (signed LEB128). */
  signed(value: number): void {
    let rest = value | 0;
    while (true) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        return this.byte(low);
      }
      this.byte(low | 0x80);
    }
  }

  /** A whole number of 64 bits. */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (true) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        return this.byte(low);
      }
      this.byte(low | 0x80);
    }
  }

  /** A float of 32 bits. */
  float32(value: number): void {
    this.all(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** A float of 64 bits. */
  float64(value: number): void {
    this.all(new Uint8Array(Float64Array.of(value).buffer));
  }

  /** A name, with its length in front. */
  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  /** Bytes, with their number in front. */
  sized(values: ArrayLike<number>): void {
    this.unsigned(values.length);
    this.all(values);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#data.length, this.#length + count));
    larger.set(this.#data.subarray(0, this.#length));
    this.#data = larger;
  }
}
