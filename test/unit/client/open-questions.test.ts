import { expect, test } from 'vitest';
import { openQuestions } from '../../../client/open-questions.ts';
import { TAG } from '../../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../../contracts/registered-models.ts';
import type { RunRecord } from '../../../contracts/runs.ts';

const parent = (experimentId: string, model: string | undefined, startTimeMs: number): RunRecord => ({
  ...{ runId: `run-${experimentId}`, experimentId: '1', status: 'FINISHED', startTimeMs, endTimeMs: null },
  tags: { [TAG.experimentId]: experimentId, ...(model === undefined ? {} : { [TAG.gateModel]: model }) },
});

test('each model with a challenger has the question that was asked last, by its name and by its experiment', async () => {
  const models: Readonly<Record<string, object>> = {
    shoes: { champion: '2', challenger: '3' },
    hats: { challenger: '1' },
    // Its question was settled by a move of the alias.
    gloves: { champion: '4' },
  };
  const asked: (readonly string[])[] = [];
  const names = await openQuestions(
    {
      findAwaiting: async (experimentIds) => {
        asked.push(experimentIds);
        return [
          parent('old-0123456789', 'shoes', 1),
          parent('new-0123456789', 'shoes', 5),
          parent('mid-0123456789', 'shoes', 3),
          parent('hat-0123456789', 'hats', 2),
          parent('glove-0123456789', 'gloves', 2),
          parent('gone-0123456789', 'deleted', 2),
          // Of an earlier version.
          parent('early-0123456789', undefined, 9),
        ];
      },
      findModel: async (name) =>
        name in models ? ({ aliases: models[name] } as unknown as RegisteredModelRecord) : null,
    },
    ['1', '2'],
  );
  expect(names).toEqual(['shoes', 'new-0123456789', 'hats', 'hat-0123456789']);
  expect(asked).toEqual([['1', '2']]);
});
