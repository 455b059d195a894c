import { describe, expect, test } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { followedViews } from '../../../../ui-cli/dashboard/program/followed-views.ts';
import { EXPERIMENT_ID, trainingView, viewOf } from '../../../support/experiment-views.ts';

describe('ui-cli/dashboard/program/followed-views', () => {
  test('whoever asks gets the last view at once and those that come, until nobody wants them', async () => {
    const [first, second, third] = [viewOf('extract'), viewOf('train'), trainingView()];
    const views = followedViews(first);
    views.tell(second);
    const told: ExperimentView[] = [];
    const asking = new AbortController();
    const answer = views.ask(EXPERIMENT_ID, { signal: asking.signal, tell: (view) => told.push(view) });
    expect(told).toEqual([second]);
    views.tell(third);
    expect(told).toEqual([second, third]);
    asking.abort();
    expect(await answer).toBe(third);
    views.tell(first);
    expect(told).toHaveLength(2);
  });
});
