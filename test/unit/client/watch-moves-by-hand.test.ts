import { describe, expect, it } from 'vitest';
import { watchMovesByHand } from '../../../client/watch-moves-by-hand.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { RegisteredModelRecord } from '../../../contracts/registered-models.ts';

const model = (name: string, champion: string | null, recorded: string | null): RegisteredModelRecord => ({
  ...{ name, createdAtMs: 1, tags: recorded === null ? {} : { 'tt.champion': recorded } },
  aliases: champion === null ? {} : { champion },
});

/** As many looks as there are answers. */
const watch = async (
  looks: readonly (readonly RegisteredModelRecord[] | Error)[],
  reconcile: (name: string) => Promise<void> = async () => undefined,
) => {
  const stop = new AbortController();
  const asked: string[] = [];
  const logged: string[] = [];
  const left = [...looks];
  await watchMovesByHand({
    models: async () => {
      const look = left.shift() ?? [];
      if (look instanceof Error) {
        throw look;
      }
      return look;
    },
    reconcile: async (name) => {
      asked.push(name);
      await reconcile(name);
    },
    log: (_level, message) => logged.push(message),
    everyMs: 10_000,
    sleep: async () => {
      if (left.length === 0) {
        stop.abort();
      }
    },
    signal: stop.signal,
  });
  return { asked, logged };
};

describe('client/watch-moves-by-hand', () => {
  it('asks the owners of those models alone whose champion is not the recorded one', async () => {
    const look = [
      model('same', '3', '3'),
      model('moved', '4', '3'),
      model('removed', null, '3'),
      model('set', '1', ''),
      model('never', null, ''),
      model('without a ledger', '1', null),
    ];
    expect(await watch([look, [model('same', '3', '3')]])).toEqual({ asked: ['moved', 'removed', 'set'], logged: [] });
  });

  it('asks once for each candidate that awaits approval, so that an owner who lost the question finds it again', async () => {
    const waiting = (challenger: string): RegisteredModelRecord => ({
      ...model('m', '3', '3'),
      ...{ tags: { 'tt.champion': '3', 'tt.ledger_run': 'r' }, aliases: { champion: '3', challenger } },
    });
    const foreign = { ...waiting('4'), name: 'without a ledger', tags: {} };
    let isDown = true;
    const { asked } = await watch(
      [[waiting('4'), foreign], [waiting('4')], [waiting('4')], [waiting('5')]],
      async () => {
        if (isDown) {
          isDown = false;
          throw new TtExpError('TIMED_OUT', 'its owner does not answer');
        }
      },
    );
    expect(asked).toEqual(['m', 'm', 'm']);
  });

  it('outlives an outage of MLflow, names it once, and again after the next one', async () => {
    const down = new TtExpError('SERVICE_UNREACHABLE', 'MLflow does not answer');
    const { asked, logged } = await watch([down, down, [model('m', '4', '3')], down]);
    expect(asked).toEqual(['m']);
    expect(logged).toEqual([1, 2].map(() => expect.stringContaining('MLflow does not answer')));
  });

  it('goes on with the other models where one owner does not answer', async () => {
    const look = [model('broken', '4', '3'), model('moved', '4', '3')];
    const { asked, logged } = await watch([look, look], async (name) => {
      if (name === 'broken') {
        throw new TtExpError('TIMED_OUT', 'its owner does not answer');
      }
    });
    expect(asked).toEqual(['broken', 'moved', 'broken', 'moved']);
    expect(logged).toEqual([expect.stringMatching(/^registered model broken: .*its owner does not answer$/)]);
  });
});
