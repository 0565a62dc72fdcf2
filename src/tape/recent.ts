/**
 * A cache that does not grow without end.
 *
 * @module
 */

/** A map with room for so many entries: the one that was used longest ago goes first. */
export class Recent<V> {
  readonly #entries = new Map<string, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#most) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, value);
  }

  /** From the one that was used longest ago on. */
  values(): IterableIterator<V> {
    return this.#entries.values();
  }
}
