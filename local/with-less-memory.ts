/** Tries again with less where memory runs out. */
import { TtExpError } from '../contracts/errors.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import { type MemoryFallback, memoryFallbacks } from '../policy/memory-fallbacks.ts';

const isOutOfMemory = (error: unknown): boolean => error instanceof TtExpError && error.code === 'OUT_OF_MEMORY';

/** Throws what `attempt` throws, OUT_OF_MEMORY only after the last fallback. */
export const withLessMemory = async <Result>(
  settings: TrialSettings,
  attempt: (fallback: MemoryFallback) => Promise<Result>,
): Promise<Result> => {
  const fallbacks = memoryFallbacks(settings);
  for (const [index, fallback] of fallbacks.entries()) {
    try {
      return await attempt(fallback);
    } catch (error) {
      if (!isOutOfMemory(error) || index === fallbacks.length - 1) {
        throw error;
      }
    }
  }
  throw new TtExpError('INTERNAL', 'training: there was no attempt');
};
