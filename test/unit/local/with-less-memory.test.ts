import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../contracts/errors.ts';
import { withLessMemory } from '../../../local/with-less-memory.ts';
import type { MemoryFallback } from '../../../policy/memory-fallbacks.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';

const { model, training } = resolvedConfig();
const settings = { seed: 7, relevanceThreshold: 0.4, model, training: { ...training, batch_size: 64 } };

const outOfMemory = (): TtExpError => new TtExpError('OUT_OF_MEMORY', 'CUDA out of memory');

/** Fails as often as there are errors, then succeeds; what it was tried with. */
const attempting = async (errors: readonly Error[]) => {
  const tried: MemoryFallback[] = [];
  const outcome = await withLessMemory(settings, async (attempt) => {
    tried.push(attempt);
    const error = errors[tried.length - 1];
    if (error !== undefined) {
      throw error;
    }
    return 'trained';
  }).catch((error: unknown) => error);
  return {
    outcome,
    tried: tried.map(({ settings: used, device, note }) => [used.training.batch_size, device, note]),
  };
};

describe('bin/with-less-memory', () => {
  it('what fits is trained as it was asked for', async () => {
    expect(await attempting([])).toEqual({ outcome: 'trained', tried: [[64, 'auto', null]] });
  });

  it('first half the batch, then the CPU, and each says so', async () => {
    const { outcome, tried } = await attempting([outOfMemory(), outOfMemory()]);
    expect(outcome).toBe('trained');
    expect(tried).toEqual([
      [64, 'auto', null],
      [32, 'auto', 'batch_size halved to 32'],
      [32, 'cpu', 'batch_size halved to 32, trained on the CPU'],
    ]);
  });

  it('where nothing fits the last error is told', async () => {
    const last = outOfMemory();
    const { outcome, tried } = await attempting([outOfMemory(), outOfMemory(), last]);
    expect(outcome).toBe(last);
    expect(tried).toHaveLength(3);
  });

  it('another failure is not tried again', async () => {
    const diverged = new TtExpError('TRAINING_DIVERGED', 'got a loss of NaN');
    const { outcome, tried } = await attempting([outOfMemory(), diverged]);
    expect(outcome).toBe(diverged);
    expect(tried).toHaveLength(2);
  });
});
