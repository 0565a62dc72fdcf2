/**
 * Modes that are switched on and off.
 *
 * @module
 */

/**
 * The switch of a mode. It gives something that, when it is disposed of, puts the mode back to what
 * it was, so that `using` limits it to a block.
 *
 * @internal
 */
export type Switch = (on: boolean) => Disposable;

/** A switch from a function that sets the mode and says what it was before. */
export function switchOf(set: (on: boolean) => boolean): Switch {
  return (on) => {
    const before = set(on);
    return { [Symbol.dispose]: () => void set(before) };
  };
}
