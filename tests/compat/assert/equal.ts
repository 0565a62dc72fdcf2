/**
 * Structural equality as `@std/assert` has it.
 *
 * @module
 */

/** Pairs that are being compared further up, so that cyclic values come to an end. */
type Open = Map<object, object>;

/**
 * Whether two values are alike through and through: `0` is `-0`, NaN is NaN, prototypes are the same
 * (a null prototype counts as a plain object's), and a missing property is not an undefined one.
 */
export function equal(a: unknown, b: unknown): boolean {
  return alike(a, b, new Map());
}

function alike(a: unknown, b: unknown, open: Open): boolean {
  if (sameElement(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return sameElement(a.getTime(), b.getTime());
  if (prototype(a) !== prototype(b)) return false;
  if (isTypedArray(a)) return sameElements(a, b as Indexed);
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return sameElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a[Symbol.toStringTag]} instances`);
  }
  if (a instanceof WeakRef) return alike(a.deref(), (b as WeakRef<object>).deref(), open);
  if (open.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  open.set(a, b);
  if (a instanceof Set) return sameMembers(members(a), members(b as Set<unknown>), open);
  if (a instanceof Map) return sameMembers(a, b as Map<unknown, unknown>, open);
  if (comparedAsText.has(prototype(a))) return String(a) === String(b);
  return propertyNames(a, b).every((name) =>
    name in a === name in b && alike(a[name as never], b[name as never], open)
  );
}

function sameElement(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

type Indexed = ArrayLike<number | bigint>;

function sameElements(a: Indexed, b: Indexed): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameElement(a[i], b[i])) return false;
  return true;
}

/** Order does not count; keys that are objects are compared by their contents. */
function sameMembers(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  open: Open,
): boolean {
  return a.size === b.size &&
    [...a].every(([key, value]) =>
      isObject(key)
        ? [...b].some(([other, its]) => alike(key, other, open) && alike(value, its, open))
        : b.has(key) && alike(value, b.get(key), open)
    );
}

function members(set: Set<unknown>): Map<unknown, unknown> {
  return new Map([...set].map((member) => [member, true]));
}

/** Enumerable own properties of plain objects and arrays; all, and inherited ones, of other objects. */
function propertyNames(a: object, b: object): PropertyKey[] {
  const own = prototype(a) === Object.prototype || prototype(a) === Array.prototype;
  return own ? Reflect.ownKeys({ ...a, ...b }) : [...new Set([...chain(a), ...chain(b)])];
}

function chain(value: object | null): PropertyKey[] {
  if (value === null || value === Object.prototype || value === Array.prototype) return [];
  return [...Reflect.ownKeys(value), ...chain(Object.getPrototypeOf(value))];
}

/** Objects that keep what they are out of their properties, and tell it as text. */
const comparedAsText: ReadonlySet<object> = new Set([
  RegExp.prototype,
  URL.prototype,
  URLSearchParams.prototype,
  Intl.Locale.prototype,
]);

function prototype(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isTypedArray(value: object): value is Indexed & object {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
