import { describe, expect, test } from 'vitest';
import type { ListedExperiment } from '../../../../client/experiments-client.ts';
import type { FactsReader } from '../../../../client/facts-reader.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ExperimentSnapshot, ExperimentView } from '../../../../contracts/experiment.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { OpenPlatformOptions } from '../../../../ui-cli/platform/platform-runtime.ts';
import { resolveExperimentId } from '../../../../ui-cli/platform/resolve-id.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import { EXPERIMENT_ID, trainingView, trialView, viewOf } from '../../../support/experiment-views.ts';
import { createScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';

/** The first of the two experiments runs; what its workflow says of itself is `view`. */
const list = async (view: ExperimentView | null, ...flags: readonly string[]) => {
  const fake = createScriptedRuntime({ views: view === null ? [] : [view] });
  const asked: string[] = [];
  const openPlatform = async (options: OpenPlatformOptions) => {
    const platform = await fake.runtime.openPlatform(options);
    const snapshot = async (id: string): Promise<ExperimentSnapshot | null> => {
      asked.push(id);
      return view;
    };
    return { ...platform, experiments: { ...platform.experiments, snapshot } };
  };
  const now = (): number => Date.UTC(2024, 0, 2, 3, 5, 5);
  const exitCode = await runCli(['list', ...flags], { ...fake.runtime, openPlatform, now });
  await new Promise((done) => setImmediate(done));
  return { exitCode, asked, stdout: fake.stdout(), stderr: fake.stderr() };
};

const sweep = { isPaused: false, maxParallel: 2, halt: null, trialCount: 8 } as const;

/** One trial has ended at 0.31, one runs, one waits. */
const training = (change: Partial<ExperimentView> = {}): ExperimentView => trainingView({ sweep, ...change });

const cellsOf = (text: string): readonly string[] => text.split('\n')[1]?.split(/ {2,}/) ?? [];

describe('ui-cli/list', () => {
  test('ui-cli/list: shows the newest first, with progress and best value, also of those that have ended', async () => {
    const { exitCode, stdout, stderr } = await list(training());
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'experiment        status     progress                 best  gate  started (UTC)              time',
      'demo-0123456789   running    1 of 8 trials  NDCG@10 0.3100  –     2024-01-02 03:04:05  1 min 00 s',
      'other-abcdefabcd  cancelled  3 of 8 trials      map 0.2500  –     2024-01-01 00:00:00  1 h 00 min',
      '',
    ]);
  });

  test('ui-cli/list: asks only the experiments that run', async () => {
    expect((await list(training())).asked).toEqual([EXPERIMENT_ID]);
  });

  const judged = viewOf('gate', {
    trials: [trialView(0, { status: 'completed', result: trainingResult(0.25) })],
  });

  test.each([
    ['paused', 'paused', '1 of 8 trials', 'NDCG@10 0.3100', training({ sweep: { ...sweep, isPaused: true } })],
    ['one that is judged', 'running', 'gate', 'NDCG@10 0.2500', judged],
    ['one that reads its data', 'running', 'label', '–', viewOf('label')],
    [
      'one whose number of trials is open',
      'running',
      '1 trial',
      'NDCG@10 0.3100',
      training({ sweep: { ...sweep, trialCount: null } }),
    ],
  ])('ui-cli/list: tells %s', async (_what, status, progress, best, view) => {
    const { stdout } = await list(view);
    expect(cellsOf(stdout).slice(1, 4)).toEqual([status, progress, best]);
  });

  test('ui-cli/list: --json has status, phase, trials and best value', async () => {
    const { stdout } = await list(judged, '--json');
    expect(JSON.parse(stdout)).toEqual({
      experiments: [
        {
          experiment_id: EXPERIMENT_ID,
          workflow_id: 'tt-exp/demo/0123456789',
          status: 'running',
          phase: 'gate',
          trials: { ended: 1, total: null },
          best: 0.25,
          metric: 'ndcg_at_10',
          gate_decision: null,
          started_at: '2024-01-02T03:04:05.000Z',
          ended_at: null,
        },
        {
          experiment_id: 'other-abcdefabcd',
          workflow_id: 'tt-exp/other/abcdefabcd',
          status: 'cancelled',
          phase: null,
          trials: { ended: 3, total: 8 },
          best: 0.25,
          metric: 'map',
          gate_decision: null,
          started_at: '2024-01-01T00:00:00.000Z',
          ended_at: '2024-01-01T01:00:00.000Z',
        },
      ],
      total: 2,
    });
  });

  test.each([
    ['awaiting_approval', null, 'awaiting approval'],
    ['awaiting_approval', 'promoted', 'promoted'],
    ['promoted', 'superseded', 'superseded'],
    ['rejected', null, 'rejected'],
    ['not_run', null, '–'],
  ] as const)('ui-cli/list: an experiment that ended with %s, %s since', async (ended, since, shown) => {
    const fake = createScriptedRuntime({ views: [] });
    const asked: unknown[] = [];
    const openPlatform = async (options: OpenPlatformOptions) => {
      const platform = await fake.runtime.openPlatform(options);
      const outcome = { trials: { ended: 1, total: 1 }, best: 0.3, gate: { decision: ended }, parentRunId: 'parent' };
      const one = { experimentId: EXPERIMENT_ID, workflowId: 'w', startedAtMs: 0, endedAtMs: 1000, outcome };
      const verdictsSince: FactsReader['verdictsSince'] = async (ended) => {
        asked.push(...ended);
        const verdict = since === null ? null : { ...comparedVerdict(), decision: since, was_promoted: true };
        return ended.map(() => ({ verdict, error: null }));
      };
      const experiments = { ...platform.experiments, list: async () => [{ ...one, status: 'COMPLETED' as const }] };
      return { ...platform, experiments, facts: { ...platform.facts, verdictsSince } };
    };
    await runCli(['list'], { ...fake.runtime, openPlatform });
    await runCli(['list', '--json'], { ...fake.runtime, openPlatform });
    await new Promise((done) => setImmediate(done));
    const [table = '', json = ''] = fake.stdout().split(/(?=^\{$)/m);
    expect(cellsOf(table)[4]).toBe(shown);
    expect(JSON.parse(json).experiments[0].gate_decision).toBe(since ?? ended);
    const question = { experimentId: EXPERIMENT_ID, gate: { decision: ended }, parentRunId: 'parent' };
    expect(asked).toEqual([question, question]);
  });

  test('ui-cli/list: asks about all at once, and says of how many MLflow does not tell', async () => {
    const fake = createScriptedRuntime({ views: [] });
    let asked = 0;
    const openPlatform = async (options: OpenPlatformOptions) => {
      const platform = await fake.runtime.openPlatform(options);
      const outcome = { trials: { ended: 1, total: 1 }, best: 0.3, gate: { decision: 'promoted' } } as const;
      const rows = [1, 2, 3].map((number) => ({
        ...{ experimentId: `demo-000000000${number}`, workflowId: 'w', status: 'COMPLETED' as const },
        ...{ startedAtMs: -number, endedAtMs: 1000, outcome: { ...outcome, parentRunId: `parent-${number}` } },
      }));
      const verdictsSince: FactsReader['verdictsSince'] = async (ended) => {
        asked += 1;
        const superseded = { ...comparedVerdict(), decision: 'superseded', was_promoted: true } as const;
        const error = new TtExpError('UPSTREAM_REJECTED', 'run is gone');
        return ended.map(({ parentRunId }) =>
          parentRunId === 'parent-2' ? { verdict: superseded, error: null } : { verdict: null, error },
        );
      };
      const experiments = { ...platform.experiments, list: async () => rows };
      return { ...platform, experiments, facts: { ...platform.facts, verdictsSince } };
    };
    await runCli(['list'], { ...fake.runtime, openPlatform });
    await new Promise((done) => setImmediate(done));
    expect(fake.stdout().match(/promoted|superseded/g)).toEqual(['promoted', 'superseded', 'promoted']);
    expect(fake.stderr()).toBe('note: what became of 2 of 3 candidates since is not known: run is gone\n');
    expect(asked).toBe(1);
  });

  test('ui-cli/list: an experiment that no worker answers for is listed, with a note', async () => {
    const { exitCode, stdout, stderr } = await list(null);
    expect(exitCode).toBe(0);
    expect(cellsOf(stdout).slice(0, 4)).toEqual([EXPERIMENT_ID, 'running', '–', '–']);
    expect(stderr).toBe('note: 1 running experiment has no worker that answers; start one with `tt-exp up`\n');
  });
});

describe('ui-cli/resolve-id', () => {
  const of = (...ids: readonly string[]) => ({
    list: async () => ids.map((experimentId) => ({ experimentId }) as ListedExperiment),
  });

  test('ui-cli/platform/resolve-id: an exact name wins over the beginnings of other ids', async () => {
    const experiments = of('sweep-0123456789', 'sweep-large-0123456789', 'sweep-large-abcdefabcd');
    expect(await resolveExperimentId(experiments, 'sweep')).toBe('sweep-0123456789');
    expect(await resolveExperimentId(experiments, 'sweep-large-a')).toBe('sweep-large-abcdefabcd');
  });

  test('ui-cli/platform/resolve-id: a name or a beginning of several experiments is refused with their ids', async () => {
    const experiments = of('sweep-0123456789', 'sweep-large-0123456789', 'sweep-large-abcdefabcd');
    await expect(resolveExperimentId(experiments, 'sweep-large')).rejects.toMatchObject({
      code: 'EXPERIMENT_NOT_FOUND',
      message: 'experiment: got sweep-large, the name of 2 experiments, expected the id of one experiment',
      hint: 'One of: sweep-large-0123456789, sweep-large-abcdefabcd.',
    });
    await expect(resolveExperimentId(experiments, 'swe')).rejects.toMatchObject({
      message: 'experiment: got swe, the beginning of the ids of 3 experiments, expected the id of one experiment',
    });
  });
});

describe('ui-cli/list of many', () => {
  /** 5,000, the newest first number 0; every fifth runs, and every tenth of all is paused. */
  const MANY: readonly ListedExperiment[] = Array.from({ length: 5_000 }, (_, index) => ({
    experimentId: `many-${String(index).padStart(10, '0')}`,
    workflowId: `tt-exp/many/${String(index).padStart(10, '0')}`,
    status: index % 5 === 0 ? 'RUNNING' : index % 5 === 1 ? 'TERMINATED' : 'COMPLETED',
    startedAtMs: Date.UTC(2024, 0, 2) - index * 1000,
    endedAtMs: index % 5 === 0 ? null : Date.UTC(2024, 0, 3),
    outcome: null,
  }));

  const listMany = async (...flags: readonly string[]) => {
    const fake = createScriptedRuntime({ views: [] });
    const asked: string[] = [];
    const openPlatform = async (options: OpenPlatformOptions) => {
      const platform = await fake.runtime.openPlatform(options);
      const snapshot = async (id: string): Promise<ExperimentSnapshot> => {
        asked.push(id);
        return training({ sweep: { ...sweep, isPaused: Number(id.slice('many-'.length)) % 10 === 0 } });
      };
      return { ...platform, experiments: { ...platform.experiments, snapshot, list: async () => MANY } };
    };
    const exitCode = await runCli(['list', ...flags], { ...fake.runtime, openPlatform });
    await new Promise((done) => setImmediate(done));
    const ids = [...fake.stdout().matchAll(/many-0*(\d+)/g)].map(([, id]) => Number(id));
    return { exitCode, asked, ids, stdout: fake.stdout(), stderr: fake.stderr() };
  };

  test('shows a page of 100, asks about no other, and says where the rest is', async () => {
    const { ids, asked, stderr } = await listMany();
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(asked).toHaveLength(20);
    expect(stderr).toBe('note: 1 to 100 of 5000 experiments: --page 2 has more, --limit 5000 all, --state fewer\n');
    expect((await listMany('--limit', '3', '--page', '2')).ids).toEqual([3, 4, 5]);
    expect((await listMany('--page', '51')).stderr).toContain(
      'none on page 51 of 5000 experiments: --page 50 is the last, ',
    );
    expect((await listMany('--page', '50')).stderr).toContain(
      '4901 to 5000 of 5000 experiments: --page 50 is the last, ',
    );
  });

  test('--state filters before pages are made; a terminated one has failed', async () => {
    expect((await listMany('--state', 'failed', '--limit', '2')).ids).toEqual([1, 6]);
    expect((await listMany('--state', 'failed', '--limit', '2')).asked).toEqual([]);
    expect((await listMany('--state', 'paused', '--limit', '2')).ids).toEqual([0, 10]);
    expect((await listMany('--state', 'running,failed', '--limit', '4')).ids).toEqual([1, 5, 6, 11]);
    expect((await listMany('--state', 'running,paused', '--limit', '2')).asked).toHaveLength(2);
    expect((await listMany('--state', 'cancelled')).stdout).toBe('no experiment is cancelled\n');
  });

  test('--json has all of them unless a limit is given, and their number', async () => {
    const all = JSON.parse((await listMany('--json', '--state', 'completed')).stdout) as { experiments: object[] };
    expect([all.experiments.length, all]).toEqual([3000, expect.objectContaining({ total: 3000 })]);
    const two = JSON.parse((await listMany('--json', '--limit', '2')).stdout) as { experiments: object[] };
    expect([two.experiments.length, two]).toEqual([2, expect.objectContaining({ total: 5000 })]);
  });

  test('an unknown state is told which there are', async () => {
    const { exitCode, stderr } = await listMany('--state', 'runing');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('--state: got "runing", expected one of running, paused, completed, failed, cancelled');
  });
});
