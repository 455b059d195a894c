import { expect, test } from 'vitest';
import { readSnapshot } from '../../../contracts/read-snapshot.ts';
import { sweepSettings } from '../../support/experiment-fixtures.ts';
import { completedView } from '../../support/experiment-views.ts';

test('contracts/read-snapshot: what trials of an old snapshot were compared by is read from its config', () => {
  const { objective: _, progress: __, ...old } = completedView();
  const { objective } = readSnapshot(old, { sweep: sweepSettings({ metric: 'map' }) });
  expect(objective).toEqual({ metric: 'map', direction: 'maximise' });
  expect(readSnapshot(old, { sweep: null }).objective).toEqual({ metric: 'ndcg_at_10', direction: 'maximise' });
});
