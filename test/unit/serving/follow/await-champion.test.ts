import { expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { awaitChampion } from '../../../../serving/follow/await-champion.ts';

it('await-champion: says what MLflow answered, not that the last moment was too short for an answer', async () => {
  let nowMs = 0;
  const waits: number[] = [];
  const awaiting = awaitChampion({
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      },
    },
    signal: new AbortController().signal,
    log: () => undefined,
    source: {
      champion: async (waitMs) => {
        waits.push(waitMs);
        nowMs += 1_000;
        throw new TtExpError('SERVICE_UNREACHABLE', waitMs > 3_500 ? 'connection refused' : 'no answer within 0 s');
      },
    },
  });
  await expect(awaiting).rejects.toMatchObject({ message: 'connection refused' });
  expect(nowMs).toBeLessThanOrEqual(31_000);
  expect(waits.length).toBeGreaterThan(5);
});
