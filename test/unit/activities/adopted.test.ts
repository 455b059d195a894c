import { beforeEach, describe, expect, it } from 'vitest';
import { createAdoptedActivities } from '../../../activities/adopted.ts';
import { recordedGate } from '../../../config/recorded-gate.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { changeRegistry } from '../../../registry/ledger/change-registry.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';
import { createFakeTracking, type FakeTracking } from '../../support/fake-tracking.ts';
import { modelArtifacts } from '../../support/model-artifacts.ts';

describe('activities/adopted', () => {
  let fake: FakeTracking;
  beforeEach(() => {
    fake = createFakeTracking();
    fake.addRun('run-1', { artifacts: modelArtifacts() });
    fake.addRun('run-2', { tags: { 'mlflow.parentRunId': 'trained' } });
    fake
      .modelOf('m')
      .versions.push(
        { version: '1', runId: 'run-1', tags: { 'tt.dataset_version': 'ds-1' } },
        { version: '2', runId: 'run-2', tags: { 'tt.dataset_version': 'ds-2' } },
        { version: '3', runId: '', tags: { 'tt.dataset_version': 'ds-3' } },
        { version: '4', runId: 'gone', tags: { 'tt.dataset_version': 'ds-4' } },
      );
  });

  const read = (version: string, against: string | null = '1', tracking = fake.tracking) =>
    createAdoptedActivities({ tracking, readGate: recordedGate }).readAdopted({ modelName: 'm', version, against });

  /** An experiment whose gate asks for this. */
  const addExperiment = (runId: string, confidence: number): void => {
    const config = resolvedConfig({ seed: 77 });
    const text = JSON.stringify({ ...config, gate: { ...config.gate, confidence } });
    fake.addRun(runId, { artifacts: new Map([['config.json', Buffer.from(text)]]) });
  };

  const promoteBy = async (verdictRunId: string): Promise<void> => {
    const { answer } = await changeRegistry(fake.tracking, {
      modelName: 'm',
      request: {
        ...{ kind: 'promote', candidate: '1', comparedWith: null, request: 'a', supersedes: false },
        ...{ actor: 'ana', reason: 'better', evidence: { verdict_run_id: verdictRunId } },
      },
      at: '2026-11-01T12:00:00.000Z',
      known: null,
    });
    expect(answer.kind).toBe('done');
  };

  it("is evaluated on its own dataset version, by the settings of the model's last gate", async () => {
    addExperiment('trained', 0.8);
    addExperiment('judged', 0.9);
    await promoteBy('judged');
    expect(await read('2')).toMatchObject({
      ...{ kind: 'known', runId: 'run-2', datasetVersion: 'ds-2' },
      settings: { gate: { confidence: 0.9 }, isDefault: false, seed: 77, relevanceThreshold: expect.any(Number) },
    });
  });

  it('by those of the experiment that trained it where no gate has decided, or its run is gone', async () => {
    addExperiment('trained', 0.8);
    expect(await read('2')).toMatchObject({ settings: { gate: { confidence: 0.8 } } });
    await promoteBy('gone');
    expect(await read('2')).toMatchObject({ settings: { gate: { confidence: 0.8 } } });
  });

  it('by the defaults where nothing is recorded', async () => {
    expect(await read('1', null)).toMatchObject({ settings: { gate: { confidence: 0.95 }, isDefault: true } });
  });

  it.each([
    ['a version that was deleted', '9', '1', 'it was deleted'],
    ['whose champion before it was deleted', '2', '9', 'version 9, champion before it, was deleted'],
    ['a version without a run', '3', '1', 'it names no run that has its model'],
    ['a run that is gone', '4', '1', 'its run gone is gone'],
  ])('says why it cannot be evaluated: %s', async (_case, version, against, reason) => {
    expect(await read(version, against)).toEqual({ kind: 'none', reason });
  });

  it('fails where MLflow is out of reach: it may answer later', async () => {
    const error = new TtExpError('SERVICE_UNREACHABLE', 'no answer');
    const failing = { ...fake.tracking, getVersion: () => Promise.reject(error) };
    await expect(read('2', '1', failing)).rejects.toBe(error);
  });

  it('the judgement is a tag of the version, and none is missed where the version is gone', async () => {
    const { noteByHand } = createAdoptedActivities({ tracking: fake.tracking, readGate: recordedGate });
    await noteByHand({ modelName: 'm', version: '2', text: 'would have been promoted: why' });
    await noteByHand({ modelName: 'm', version: '9', text: 'would have been promoted: why' });
    expect((await fake.tracking.getVersion('m', '2')).tags).toEqual({
      'tt.dataset_version': 'ds-2',
      'tt.gate_by_hand': 'would have been promoted: why',
    });
  });
});
