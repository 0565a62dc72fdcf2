/**
 * The part of an object that another one speaks of.
 *
 * @module
 */

type Seen = Map<object, { readonly by: object; readonly result: object }>;

/**
 * What is left of `actual` when only the properties, the members and the first elements that
 * `expected` has are kept, all the way down. Instances become plain objects.
 */
export function matchable(actual: object, expected: object): unknown {
  return keep(actual, expected, new Map());
}

function keep(actual: unknown, expected: unknown, seen: Seen): unknown {
  if (!isTree(actual) || !isTree(expected)) return actual;
  const before = seen.get(actual);
  if (before?.by === expected) return before.result;
  const remember = <R extends object>(result: R): R => {
    seen.set(actual, { by: expected, result });
    return result;
  };
  if (Array.isArray(actual) && Array.isArray(expected)) {
    const result = remember<unknown[]>([]);
    const length = Math.min(actual.length, expected.length);
    for (let i = 0; i < length; i++) result.push(keep(actual[i], expected[i], seen));
    return result;
  }
  if (actual instanceof Map && expected instanceof Map) {
    const result = remember(new Map());
    for (const [key, value] of actual) {
      if (expected.has(key)) result.set(key, keep(value, expected.get(key), seen));
    }
    return result;
  }
  if (actual instanceof Set && expected instanceof Set) return actual.intersection(expected);
  const result = remember<Record<PropertyKey, unknown>>({});
  const names = Reflect.ownKeys(actual);
  const wanted = new Set(Reflect.ownKeys(expected));
  const common = names.filter((name) => wanted.has(name));
  // Nothing in common: all is kept, so that the difference shows what is there.
  for (const name of common.length > 0 || wanted.size === 0 ? common : names) {
    const value = actual[name as never];
    const kept = wanted.has(name) ? keep(value, expected[name as never], seen) : value;
    Object.defineProperty(result, name, {
      value: kept,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return result;
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof RegExp) &&
    !(value instanceof Date);
}
