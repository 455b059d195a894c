import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { followedViews } from '../../../../ui-cli/dashboard/program/followed-views.ts';
import { EXPERIMENT_ID, trainingView, viewOf } from '../../../support/experiment-views.ts';

const unasked = (): Promise<ExperimentView> => Promise.reject(new Error('the command is followed'));

afterEach(() => {
  vi.useRealTimers();
});

describe('ui-cli/dashboard/program/followed-views', () => {
  test('whoever asks gets the last view at once and those that come, until nobody wants them', async () => {
    const [first, second, third] = [viewOf('extract'), viewOf('train'), trainingView()];
    const views = followedViews(first, () => 0);
    views.tell(second);
    const told: ExperimentView[] = [];
    const asking = new AbortController();
    const answer = views.askOr(unasked)(EXPERIMENT_ID, { signal: asking.signal, tell: (view) => told.push(view) });
    expect(told).toEqual([second]);
    views.tell(third);
    expect(told).toEqual([second, third]);
    asking.abort();
    expect(await answer).toBe(third);
    views.tell(first);
    expect(told).toHaveLength(2);
  });

  test('where no view comes any more, others are asked until one comes again', async () => {
    vi.useFakeTimers();
    let clockMs = 0;
    const views = followedViews(viewOf('extract'), () => clockMs);
    const ask = views.askOr(async () => trainingView());
    const asking = { signal: new AbortController().signal, tell: () => undefined };
    const quiet = expect(ask(EXPERIMENT_ID, asking)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    clockMs = 5_000;
    await vi.advanceTimersByTimeAsync(5_000);
    await quiet;
    expect(vi.getTimerCount()).toBe(0);
    expect(await ask(EXPERIMENT_ID, asking)).toEqual(trainingView());
    const told: ExperimentView[] = [];
    views.tell(viewOf('gate'));
    const leaving = new AbortController();
    const again = ask(EXPERIMENT_ID, { signal: leaving.signal, tell: (view) => told.push(view) });
    leaving.abort();
    expect([told, await again]).toEqual([[viewOf('gate')], viewOf('gate')]);
  });
});
