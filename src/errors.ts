/**
 * The user's line in a stack trace, and errors that point at it.
 *
 * Frames of the library are told from the user's by the address of this very module. All of it rests
 * on V8's stack traces; elsewhere places are unknown and errors stay as they are.
 *
 * @module
 */

/** Every module of the library but its entry point lies below this address. */
const library = new URL(".", import.meta.url).href;

/** How many frames are looked at for one of the user's. */
const depth = 64;

/** Something that carries a stack trace. */
export interface Traced {
  /** The trace as text, made when it is first read. */
  stack?: string;
}

const capturing = Error as {
  stackTraceLimit?: number;
  captureStackTrace?: (target: Traced, below?: unknown) => void;
};

/** Captures the stack, deeper than usual, below the call of a function. */
export function captureStack(below: unknown = captureStack): Traced {
  const target: Traced = {};
  const limit = capturing.stackTraceLimit;
  capturing.stackTraceLimit = depth;
  if (capturing.captureStackTrace !== undefined) capturing.captureStackTrace(target, below);
  else target.stack ??= new Error().stack;
  capturing.stackTraceLimit = limit;
  return target;
}

/** The frames of a stack as lines of text, V8's way; empty elsewhere. */
function framesOf(stack: string | undefined): readonly string[] {
  return stack?.split("\n").filter((line) => /^ +at /.test(line)) ?? [];
}

function isUsers(frame: string): boolean {
  return /[/\\].*:\d+:\d+\)?$/.test(frame) && !frame.includes(library) &&
    !/\b(ext|node):/.test(frame);
}

/** The user's innermost line of a stack, as `file:///project/model.ts:12:7`. */
export function userPlace(stack: string | undefined): string | undefined {
  const frame = framesOf(stack).find(isUsers);
  return frame?.replace(/^ +at (.* \(|async )?/, "").replace(/\)$/, "");
}

/**
 * Takes the library's own frames off the top of an error's stack, so that it begins with the user's
 * line. Nothing changes where none of the frames is the user's.
 */
export function trimStack<E extends Error>(error: E): E {
  const { stack } = error;
  const frames = framesOf(stack);
  const first = frames.findIndex(isUsers);
  if (stack !== undefined && first > 0) {
    const head = stack.slice(0, stack.indexOf(frames[0]));
    error.stack = head + frames.slice(first).join("\n");
  }
  return error;
}

/** What the library's own errors have in common: their stack begins with the user's line. */
export class KatachiError extends Error {
  /** An error with this message. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    // Made into text when it is read, since by then the error has its name.
    const trace = captureStack(new.target);
    let text: string | undefined;
    Object.defineProperty(this, "stack", {
      get: (): string | undefined => text ??= withHead(this, trace.stack),
      set: (value: string) => text = value,
      configurable: true,
    });
  }
}

function withHead(error: Error, stack: string | undefined): string | undefined {
  const frames = framesOf(stack);
  const first = Math.max(0, frames.findIndex(isUsers));
  return frames.length === 0
    ? stack
    : [`${error.name}: ${error.message}`, ...frames.slice(first)].join("\n");
}
