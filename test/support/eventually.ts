/** Waits for what happens in its own time: in another process, a server, a child. */
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * Looks again and again until `isSo` holds of what is seen, and returns that. What `look` throws is thrown.
 *
 * For a value of which a matcher says everything there is `expect.poll`; this is for hooks and scripts too, and returns.
 * @param what is waited for, for the error
 * @throws Error naming `what` and what was seen last, when it does not hold `withinMs` later
 */
export const eventually = async <T>(
  what: string,
  look: () => T | Promise<T>,
  isSo: (seen: T) => boolean,
  { withinMs = 90_000, everyMs = 50 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<T> => {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) {
      return seen;
    }
    if (performance.now() > endMs) {
      const last = typeof seen === 'string' ? `\n${seen}` : ` ${inspect(seen, { depth: 6 })}`;
      throw new Error(`waited ${withinMs} ms in vain for: ${what}; seen last:${last}`);
    }
    await pause(everyMs);
  }
};
