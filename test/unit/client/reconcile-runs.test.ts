import { describe, expect, test } from 'vitest';
import { type ReconcileRequest, reconcileRuns } from '../../../client/reconcile-runs.ts';
import type { WorkflowState } from '../../../client/temporal-identity.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';

const HERE = 'database-here';

interface Run {
  readonly runId: string;
  readonly workflowId: string;
  readonly temporalId?: string;
}

interface Setup extends Partial<Pick<ReconcileRequest, 'temporalId' | 'lost' | 'isRepair'>> {
  readonly runs: readonly Run[];
  readonly workflows?: Readonly<Record<string, WorkflowState>>;
  /** Runs that end themselves after they were found. */
  readonly endedMeanwhile?: readonly string[];
  /** Runs that MLflow does not let anyone close. */
  readonly refused?: readonly string[];
}

/** Asks the reconciler, and lists what it did to MLflow and asked of Temporal. */
const reconcile = async ({ runs, workflows = {}, endedMeanwhile = [], refused = [], ...change }: Setup) => {
  const asked: string[] = [];
  const { tracking, calls, addRun, runOf } = createFakeTracking({
    beforeWrite: (method, runId) => {
      if (method === 'finishRun' && refused.includes(String(runId))) {
        throw new TtExpError('UPSTREAM_REJECTED', 'no permission');
      }
    },
  });
  for (const { runId, workflowId, temporalId } of runs) {
    const tags = { 'tt.workflow_id': workflowId, 'mlflow.runName': `name of ${runId}` };
    addRun(runId, { tags: { ...tags, ...(temporalId === undefined ? {} : { 'tt.temporal': temporalId }) } });
  }
  const report = await reconcileRuns({
    tracking: {
      ...tracking,
      findOpenRuns: async (experimentIds) => {
        const found = await tracking.findOpenRuns(experimentIds);
        for (const runId of endedMeanwhile) {
          runOf(runId).status = 'FINISHED';
        }
        return found;
      },
    },
    stateOf: async (workflowId) => {
      asked.push(workflowId);
      return workflows[workflowId] ?? 'missing';
    },
    ...{ temporalId: HERE, lost: [], isRepair: true, now: () => 99, ...change },
  });
  return { report, calls, asked, closed: report.abandoned.map(({ runId }) => runId) };
};

describe('client/reconcile-runs', () => {
  test('closes a run whose workflow does not exist, with the reason as a tag', async () => {
    const { report, calls } = await reconcile({ runs: [{ runId: 'a', workflowId: 'gone', temporalId: HERE }] });
    const reason = 'its workflow gone does not exist in Temporal';
    expect(report).toEqual({
      isRepaired: true,
      abandoned: [{ runId: 'a', name: 'name of a', workflowId: 'gone', temporalId: HERE, reason }],
      left: [],
    });
    expect(calls).toEqual([
      ['setTags', 'a', { 'tt.closed_reason': reason }],
      ['finishRun', 'a', 'KILLED', 99],
    ]);
  });

  test('leaves a running workflow its runs, and closes what an ended one left open', async () => {
    const runs = [
      { runId: 'parent', workflowId: 'open', temporalId: HERE },
      { runId: 'trial', workflowId: 'open', temporalId: HERE },
      { runId: 'left', workflowId: 'over', temporalId: HERE },
    ];
    const { report, closed, asked } = await reconcile({ runs, workflows: { open: 'open', over: 'ended' } });
    expect(closed).toEqual(['left']);
    expect(report.abandoned[0]?.reason).toBe('its workflow over has ended without closing it');
    expect(report.left).toEqual([]);
    expect(asked).toEqual(['open', 'over']);
  });

  test('a run of another database is left alone, whatever this one knows of its workflow', async () => {
    const runs = [
      { runId: 'elsewhere', workflowId: 'w', temporalId: 'database-elsewhere' },
      { runId: 'untold', workflowId: 'w' },
    ];
    const { report, calls, asked } = await reconcile({ runs });
    expect(report.abandoned).toEqual([]);
    expect(report.left.map(({ runId, temporalId }) => [runId, temporalId])).toEqual([
      ['elsewhere', 'database-elsewhere'],
      ['untold', null],
    ]);
    expect(calls).toEqual([]);
    expect(asked).toEqual([]);
    // A server that does not tell its id knows of no run that it is its own.
    expect(
      (await reconcile({ runs: [{ runId: 'a', workflowId: 'w', temporalId: HERE }], temporalId: null })).closed,
    ).toEqual([]);
  });

  test('a lost database takes its runs along, but for a workflow that runs here', async () => {
    const runs = [
      { runId: 'a', workflowId: 'w', temporalId: 'database-lost' },
      { runId: 'b', workflowId: 'again', temporalId: 'database-lost' },
    ];
    const { report, closed } = await reconcile({ runs, lost: ['database-lost'], workflows: { again: 'open' } });
    expect(closed).toEqual(['a']);
    expect(report.abandoned[0]?.reason).toBe('its workflow w is gone with its Temporal database (database-lost)');
  });

  test('a run that ended by itself in between keeps its end, and without repair nothing is written', async () => {
    const runs = [{ runId: 'a', workflowId: 'w', temporalId: HERE }];
    const late = await reconcile({ runs, endedMeanwhile: ['a'] });
    expect([late.closed, late.calls]).toEqual([[], []]);
    const looked = await reconcile({ runs, isRepair: false });
    expect([looked.closed, looked.calls, looked.report.isRepaired]).toEqual([['a'], [], false]);
  });

  test('one that MLflow does not let go is named, and the next is closed', async () => {
    const runs = ['a', 'b'].map((runId) => ({ runId, workflowId: 'w', temporalId: HERE }));
    const { report, closed } = await reconcile({ runs, refused: ['a'] });
    expect(closed).toEqual(['b']);
    expect(report.left).toMatchObject([
      { runId: 'a', reason: expect.stringContaining('MLflow refuses: no permission') },
    ]);
  });

  test('where Temporal does not answer nothing is closed', async () => {
    const calls: string[] = [];
    const asking = reconcileRuns({
      tracking: {
        experimentIds: async () => ['1'],
        findOpenRuns: async () => [
          {
            ...{ runId: 'a', experimentId: '1', status: 'RUNNING' as const, startTimeMs: 0, endTimeMs: null },
            tags: { 'tt.workflow_id': 'w', 'tt.temporal': HERE },
          },
        ],
        getRun: async () => Promise.reject(new Error('not asked')),
        setTags: async () => void calls.push('setTags'),
        finishRun: async () => void calls.push('finishRun'),
      },
      stateOf: async () => Promise.reject(new Error('14 UNAVAILABLE')),
      ...{ temporalId: HERE, lost: [], isRepair: true, now: () => 99 },
    });
    await expect(asking).rejects.toThrow('14 UNAVAILABLE');
    expect(calls).toEqual([]);
  });
});
