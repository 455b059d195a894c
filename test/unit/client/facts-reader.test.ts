import { describe, expect, test } from 'vitest';
import { createFactsReader, type FactsConnection } from '../../../client/facts-reader.ts';
import { NOTHING_SINCE } from '../../../client/verdicts-since.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { GATE_NOT_RUN } from '../../../contracts/gate.ts';
import { SYSTEM_METRIC } from '../../../contracts/names.ts';
import type { RegistryRequest } from '../../../contracts/registry-owner.ts';
import { changeRegistry } from '../../../registry/ledger/change-registry.ts';
import { experimentInput } from '../../support/experiment-fixtures.ts';
import { asTrial, changed, completedView, DATASET, EXPERIMENT_ID, trialView } from '../../support/experiment-views.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';
import { modelArtifacts } from '../../support/model-artifacts.ts';
import { SMALL_CONFIG, SMALL_FACTS } from '../../support/small-sweep.ts';

const {
  dataset,
  parentRunId,
  tensorflow,
  test: tested,
  model,
} = completedView({ dataset: DATASET, parentRunId: 'parent' });
/** All that an experiment has found out by its end. */
const snapshot = changed(SMALL_FACTS.snapshot, { dataset, parentRunId, tensorflow, test: tested, model });

const unknown = (): never => {
  throw new TtExpError('EXPERIMENT_NOT_FOUND', 'Temporal has forgotten it');
};
const FORGETFUL = { view: async () => unknown(), input: async () => unknown() };
const REMEMBERING = {
  view: async () => ({ ...snapshot, progress: {} }),
  input: async () => ({ ...experimentInput(SMALL_CONFIG), extends: 'old-0123456789' }),
};

interface Server {
  /** Tags and sweep.json of parent runs, newest first. */
  readonly parents?: readonly { readonly tags?: Record<string, string>; readonly sweep: object | null }[];
  /** gate.json by run. */
  readonly verdicts?: Readonly<Record<string, object | null>>;
  readonly histories?: Readonly<Record<string, readonly { step: number; value: number; timestampMs?: number }[]>>;
}

/** An MLflow that counts its connections and the questions that are open at once. */
const serverWith = ({ parents = [], verdicts = {}, histories = {} }: Server) => {
  const counts = { opened: 0, closed: 0, asked: [] as unknown[], most: 0 };
  let open = 0;
  const tracking = {
    findExperiment: async (name: string) => (name === 'demo' ? '3' : null),
    findRuns: async (query: unknown) => {
      counts.asked.push(query);
      return parents.map(({ tags = {} }, index) => ({ runId: `parent-${index}`, tags }));
    },
    getArtifactText: async (runId: string, path: string) => {
      const sweep = parents[Number(runId.slice('parent-'.length))]?.sweep;
      const found = path === 'gate.json' ? verdicts[runId] : sweep;
      return found == null ? null : JSON.stringify(found);
    },
    metricHistory: async (runId: string, key: string) => {
      open += 1;
      counts.most = Math.max(counts.most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return histories[`${runId} ${key}`] ?? [];
    },
    metricHistories: async (runIds: readonly string[], key: string) => {
      counts.asked.push([key, runIds]);
      return new Map(
        runIds.flatMap((runId) => (histories[`${runId} ${key}`] ? [[runId, histories[`${runId} ${key}`]]] : [])),
      );
    },
    getRun: async (runId: string) => ({ tags: { of: runId } }),
    close: async () => {
      counts.closed += 1;
    },
  };
  const connect = (): FactsConnection => {
    counts.opened += 1;
    return tracking as unknown as FactsConnection;
  };
  return { counts, connect };
};

describe('client/facts-reader', () => {
  test('what Temporal knows is taken from there, without a word to MLflow', async () => {
    const { counts, connect } = serverWith({});
    const facts = await createFactsReader(REMEMBERING, connect).read(EXPERIMENT_ID);
    expect(facts).toEqual({ config: SMALL_CONFIG, snapshot, origin: 'temporal', extends: 'old-0123456789' });
    expect(counts.opened).toBe(0);
    const steps = [{ id: '7', name: 'blessing', attempt: 2, mostAttempts: 10, lastError: 'DISK_FULL: no room' }];
    const view = async () => ({ ...(await REMEMBERING.view()), steps });
    const waiting = await createFactsReader({ ...REMEMBERING, view }, connect).read(EXPERIMENT_ID);
    expect([waiting.steps, waiting.snapshot]).toEqual([steps, snapshot]);
  });

  test('what Temporal has forgotten comes from the newest parent run that kept its facts', async () => {
    const { counts, connect } = serverWith({
      parents: [
        { sweep: null },
        { sweep: { format: 1, config: SMALL_CONFIG, snapshot }, tags: { 'tt.extends': 'old-0123456789' } },
        { sweep: { format: 1, config: SMALL_CONFIG, snapshot: { ...snapshot, trials: [] } } },
      ],
    });
    const facts = await createFactsReader(FORGETFUL, connect).read(EXPERIMENT_ID);
    expect(facts).toEqual({ config: SMALL_CONFIG, snapshot, origin: 'mlflow', extends: 'old-0123456789' });
    expect(counts.asked).toEqual([
      { experimentId: '3', tags: { 'tt.experiment_id': EXPERIMENT_ID, 'tt.kind': 'experiment' } },
    ]);
    expect(counts).toMatchObject({ opened: 1, closed: 1 });
  });

  test('facts of an earlier version are brought up to date', async () => {
    const { objective: _, source: __, dataWarnings: ___, leftOut: ____, ...old } = snapshot;
    const { connect } = serverWith({ parents: [{ sweep: { format: 1, config: SMALL_CONFIG, snapshot: old } }] });
    const facts = await createFactsReader(FORGETFUL, connect).read(EXPERIMENT_ID);
    expect(facts.snapshot).toEqual(snapshot);
  });

  test.each([EXPERIMENT_ID, 'other-0123456789', 'no id at all'])(
    '%s, which neither knows, stays not found',
    async (id) => {
      const { counts, connect } = serverWith({});
      await expect(createFactsReader(FORGETFUL, connect).read(id)).rejects.toMatchObject({
        code: 'EXPERIMENT_NOT_FOUND',
      });
      expect(counts).toMatchObject({ opened: 1, closed: 1 });
    },
  );

  test('another failure of Temporal is no reason to ask MLflow', async () => {
    const { counts, connect } = serverWith({});
    const client = { ...REMEMBERING, view: async () => Promise.reject(new TtExpError('SERVICE_UNREACHABLE', 'gone')) };
    await expect(createFactsReader(client, connect).read(EXPERIMENT_ID)).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
    });
    expect(counts.opened).toBe(0);
  });

  test('curves have the metric at the best epoch so far, and none for a trial without a run', async () => {
    const [one, other] = snapshot.trials;
    if (one === undefined || other === undefined) {
      throw new Error('the small sweep has lost its trials');
    }
    const trials = [asTrial({ ...one, runId: 'run-a' }), asTrial({ ...other, runId: null })];
    const facts = {
      ...SMALL_FACTS,
      config: { ...SMALL_CONFIG, sweep: SMALL_CONFIG.sweep && { ...SMALL_CONFIG.sweep, metric: 'map' as const } },
      snapshot: changed(snapshot, { trials, objective: { metric: 'map', direction: 'maximise' } }),
    };
    const { connect } = serverWith({
      histories: {
        // The second epoch is no better by NDCG@10, so the first one's MAP counts on.
        'run-a val_ndcg_at_10': [
          { step: 1, value: 0.3 },
          { step: 2, value: 0.2 },
        ],
        'run-a val_map': [
          { step: 1, value: 0.1 },
          { step: 2, value: 0.9 },
        ],
      },
    });
    const curves = await createFactsReader(REMEMBERING, connect).curves(facts);
    expect(curves[one.trialId]).toEqual([
      { epoch: 1, value: 0.1 },
      { epoch: 2, value: 0.1 },
    ]);
    expect(curves[other.trialId]).toEqual([]);
  });

  test('timed curves have the same with the end of each epoch, of replicates too, in one question a metric', async () => {
    const { counts, connect } = serverWith({
      histories: {
        'run-a val_ndcg_at_10': [
          { step: 1, value: 0.3, timestampMs: 10 },
          { step: 2, value: 0.2, timestampMs: 20 },
        ],
        'run-a val_map': [
          { step: 1, value: 0.1, timestampMs: 11 },
          { step: 2, value: 0.9, timestampMs: 21 },
        ],
        'run-0 val_ndcg_at_10': [{ step: 1, value: 0.5, timestampMs: 30 }],
        'run-0 val_map': [{ step: 1, value: 0.4, timestampMs: 31 }],
      },
    });
    const curves = await createFactsReader(REMEMBERING, connect).timedCurves({
      objective: { metric: 'map', direction: 'maximise' },
      trials: [trialView(1, { runId: 'run-a' }), trialView(2, { runId: null }), trialView(3, { runId: 'run-b' })],
      replicates: { of: 2, trials: [trialView(0, { trialId: 'trial-001-replicate-2' })] },
    });
    expect(curves).toEqual({
      'trial-001': [
        { epoch: 1, value: 0.1, atMs: 10 },
        { epoch: 2, value: 0.1, atMs: 20 },
      ],
      'trial-001-replicate-2': [{ epoch: 1, value: 0.4, atMs: 30 }],
    });
    const runIds = ['run-a', 'run-b', 'run-0'];
    expect(counts.asked).toEqual([
      ['val_ndcg_at_10', runIds],
      ['val_map', runIds],
    ]);
  });

  test('usages are those of the last epoch: of trainings of its own, those that run first, a hundred at most', async () => {
    const { counts, connect } = serverWith({
      histories: {
        [`run-1 ${SYSTEM_METRIC.cpu}`]: [
          { step: 1, value: 90 },
          { step: 2, value: 150 },
        ],
        [`run-1 ${SYSTEM_METRIC.memory}`]: [{ step: 2, value: 512 }],
        [`run-2 ${SYSTEM_METRIC.cpu}`]: [{ step: 1, value: 80 }],
        // Recorded no more after the first epoch.
        [`run-1 ${SYSTEM_METRIC.gpu}`]: [{ step: 1, value: 99 }],
        [`run-119 ${SYSTEM_METRIC.cpu}`]: [{ step: 3, value: 70 }],
        [`run-119 ${SYSTEM_METRIC.memory}`]: [{ step: 3, value: 400 }],
        [`run-119 ${SYSTEM_METRIC.gpu}`]: [{ step: 3, value: 87 }],
        [`run-119 ${SYSTEM_METRIC.gpuMemory}`]: [{ step: 3, value: 30_000 }],
        [`run-119 ${SYSTEM_METRIC.gpuMemoryShare}`]: [{ step: 3, value: 37.5 }],
      },
    });
    const many = Array.from({ length: 120 }, (_, index) =>
      trialView(index, { trialId: `trial-${index}`, status: index === 119 ? 'running' : 'failed' }),
    );
    const usages = await createFactsReader(REMEMBERING, connect).usages({
      objective: { metric: 'map', direction: 'maximise' },
      trials: [trialView(1, { status: 'running' }), trialView(2), trialView(3, { status: 'cached' }), ...many],
    });
    expect(usages).toEqual({
      'trial-001': { cpuPercent: 150, memoryMegabytes: 512, epoch: 2 },
      'trial-119': {
        ...{ cpuPercent: 70, memoryMegabytes: 400, epoch: 3 },
        ...{ gpuPercent: 87, gpuMemoryMegabytes: 30_000, gpuMemoryPercent: 37.5 },
      },
    });
    const [[key, runIds = []] = []] = counts.asked as readonly [string, readonly string[]][];
    expect([key, runIds.length, ...runIds.slice(0, 3)]).toEqual([
      SYSTEM_METRIC.cpu,
      100,
      'run-1',
      'run-119',
      'run-118',
    ]);
  });

  test('histories of many trials are asked for eight at once, over one connection', async () => {
    const [first] = snapshot.trials;
    if (first === undefined) {
      throw new Error('the small sweep has lost its trials');
    }
    const trials = Array.from({ length: 40 }, (_, index) => ({
      ...first,
      trialId: `trial-${index}`,
      runId: `r${index}`,
    }));
    const { counts, connect } = serverWith({});
    const curves = await createFactsReader(REMEMBERING, connect).curves({
      ...SMALL_FACTS,
      snapshot: { ...snapshot, trials },
    });
    expect(Object.keys(curves)).toHaveLength(40);
    expect(counts).toMatchObject({ most: 8, opened: 1, closed: 1 });
  });

  test.each([
    ['promoted', { decision: 'promoted', reasons: ['Approved by ana: looks good'], was_promoted: true }],
    ['awaiting_approval', null],
    [null, null],
  ] as const)('a verdict that awaited approval and is %s by now', async (now, verdict) => {
    const recorded = { decision: now, reasons: ['Approved by ana: looks good'], candidate: null };
    const { counts, connect } = serverWith({ verdicts: { parent: now === null ? null : recorded } });
    const { verdictsSince } = createFactsReader(REMEMBERING, connect);
    const gate = { ...GATE_NOT_RUN, decision: 'awaiting_approval' } as const;
    const [answer] = await verdictsSince([{ gate, parentRunId: 'parent' }]);
    expect(answer).toMatchObject({ verdict, error: null });
    expect(counts).toMatchObject({ opened: 1, closed: 1 });
  });

  test('a gate that decided nothing is not asked for again', async () => {
    const { counts, connect } = serverWith({});
    const { verdictsSince } = createFactsReader(REMEMBERING, connect);
    const ended = { gate: GATE_NOT_RUN, parentRunId: 'parent' };
    expect(await verdictsSince([ended, { ...ended, parentRunId: null }])).toEqual([NOTHING_SINCE, NOTHING_SINCE]);
    expect(counts.opened).toBe(0);
  });

  test('a run that tells nothing costs the others no answer; where nobody answers, nobody is asked on', async () => {
    const verdict = { decision: 'promoted', reasons: ['Approved by ana: looks good'], candidate: null };
    const { counts, connect } = serverWith({ verdicts: { good: verdict } });
    const gate = { decision: 'awaiting_approval' } as const;
    const failing = (code: 'UPSTREAM_REJECTED' | 'SERVICE_UNREACHABLE') => {
      const asked: string[] = [];
      const reader = createFactsReader(REMEMBERING, () => {
        const connection = connect();
        const getArtifactText = async (runId: string, path: string): Promise<string | null> => {
          asked.push(runId);
          if (runId.startsWith('bad')) {
            throw new TtExpError(code, 'no answer');
          }
          return connection.getArtifactText(runId, path);
        };
        return { ...connection, getArtifactText };
      });
      const runIds = ['bad-1', 'good', ...Array.from({ length: 40 }, (_, place) => `bad-${place + 2}`)];
      return { asked, answers: () => reader.verdictsSince(runIds.map((parentRunId) => ({ gate, parentRunId }))) };
    };
    const [bad, good] = await failing('UPSTREAM_REJECTED').answers();
    expect(bad).toMatchObject({ verdict: null, error: { message: 'no answer' } });
    expect(good).toMatchObject({ verdict: { decision: 'promoted' }, error: null });
    const { asked, answers } = failing('SERVICE_UNREACHABLE');
    await expect(answers()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect(asked).toHaveLength(8);
    expect(counts.closed).toBe(counts.opened);
  });

  test('what the ledger says later of the version comes after the answer, also under another name of its model', async () => {
    const fake = createFakeTracking();
    const model = 'ranker';
    fake.addRun('run-1', { artifacts: modelArtifacts() });
    fake.addVersion(model, 'run-1');
    fake.addRun('parent', { tags: { 'tt.gate_model': model } });
    const candidate = { version: '1', run_id: 'run-1', ndcg_at_10: 0.4 };
    const gate = comparedVerdict({ candidate, decision: 'rejected', reasons: ['Not promoted: too low.'] });
    await fake.tracking.putArtifactText('parent', 'gate.json', JSON.stringify(gate));
    const readRecords: string[] = [];
    const connect = () =>
      ({
        ...fake.tracking,
        versionsOfRun: async () => [{ version: '1' }],
        getArtifactText: async (runId: string, path: string) => {
          readRecords.push(...(path.startsWith('ledger/') ? [path] : []));
          return fake.tracking.getArtifactText(runId, path);
        },
        close: async () => {},
      }) as unknown as FactsConnection;
    const { verdictsSince, lastAnswer, isRegistered } = createFactsReader(REMEMBERING, connect);
    const ended = { gate, parentRunId: 'parent' };
    const change = async (request: RegistryRequest, modelName: string) => {
      const at = '2026-11-01T12:00:00.000Z';
      await changeRegistry(fake.tracking, { modelName, request, at, known: null });
    };
    const evidence = { verdict_run_id: 'parent', experiment_id: EXPERIMENT_ID };
    const by = { actor: EXPERIMENT_ID, evidence, candidate: '1' };
    await change({ ...by, kind: 'reject', request: 'gate/1', reason: 'Not promoted: too low.' }, model);
    expect(await verdictsSince([ended])).toEqual([NOTHING_SINCE]);
    fake.renameModel(model, 'better ranker');
    const promote = { kind: 'promote', comparedWith: null, supersedes: false, request: 'ben/promote/u' } as const;
    await change({ ...by, ...promote, actor: 'ben', reason: 'I know better' }, 'better ranker');
    const sentence = 'Promoted by ben on 2026-11-01 12:00:00 UTC: I know better';
    readRecords.length = 0;
    const answers = await verdictsSince([ended, ended, ended]);
    expect(answers).toHaveLength(3);
    for (const { verdict } of answers) {
      expect(verdict).toMatchObject({ decision: 'promoted', reasons: ['Not promoted: too low.', sentence] });
    }
    expect(readRecords).toEqual(['ledger/000001.json', 'ledger/000002.json']);
    const about = { candidate: null, experimentId: EXPERIMENT_ID };
    expect(await lastAnswer('better ranker', about)).toMatchObject({ actor: 'ben', action: 'promote' });
    expect([await isRegistered(model), await isRegistered('better ranker')]).toEqual([false, true]);
  });

  test('tags of a run come from MLflow', async () => {
    const { connect } = serverWith({});
    expect(await createFactsReader(REMEMBERING, connect).runTags('run-a')).toEqual({ of: 'run-a' });
  });

  test('times of trials are those of the runs that carry their experiment, asked for at once', async () => {
    const asked: unknown[] = [];
    const { connect } = serverWith({});
    const reader = createFactsReader(REMEMBERING, () => ({
      ...connect(),
      findRuns: async (query) => {
        asked.push(query);
        const run = { experimentId: '7', status: 'FINISHED', tags: {} } as const;
        return [{ ...run, runId: 'run-a', startTimeMs: 1, endTimeMs: 2 }];
      },
    }));
    const times = await reader.trialTimes({ experimentId: 'demo-0123456789', mlflowExperimentId: '7' });
    expect([...times]).toEqual([['run-a', { startTimeMs: 1, endTimeMs: 2 }]]);
    expect(asked).toEqual([{ experimentId: '7', tags: { 'tt.experiment_id': 'demo-0123456789', 'tt.kind': 'trial' } }]);
    expect((await reader.trialTimes({ experimentId: 'demo-0123456789', mlflowExperimentId: null })).size).toBe(0);
    expect(asked).toHaveLength(1);
  });

  test('epochs are put together from the histories of a run; the best are those that beat all before', async () => {
    const points = (...values: readonly number[]) =>
      values.map((value, index) => ({ step: index + 1, value, timestampMs: 1000 + index }));
    const { counts, connect } = serverWith({
      histories: {
        'run-1 train_loss': points(0.9, 0.8, 0.7),
        // Of the last epoch only a part has arrived.
        'run-1 val_loss': points(0.6, 0.5),
        'run-1 val_ndcg_at_10': points(0.3, 0.2, 0.4),
        'run-1 val_map': points(0.1, 0.2, 0.3),
      },
    });
    const known = (epoch: number, [trainLoss, valLoss, ndcg, map]: readonly number[], isBest: boolean) => ({
      ...{ epoch, trainLoss, valLoss, isBest, finishedAtMs: 999 + epoch },
      validation: { ndcg_at_10: ndcg, map },
    });
    expect(await createFactsReader(REMEMBERING, connect).epochs('run-1', 'map')).toEqual([
      known(1, [0.9, 0.6, 0.3, 0.1], true),
      known(2, [0.8, 0.5, 0.2, 0.2], false),
    ]);
    expect(counts).toMatchObject({ opened: 1, closed: 1 });
  });
});
