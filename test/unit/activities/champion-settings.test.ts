import { beforeEach, describe, expect, it } from 'vitest';
import { createChampionSettingsActivities } from '../../../activities/champion-settings.ts';
import { recordedSettings } from '../../../config/recorded-settings.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { trialSettings } from '../../../policy/trial-plan.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';
import { createFakeTracking, type FakeTracking } from '../../support/fake-tracking.ts';

const SETTINGS = { ...trialSettings(resolvedConfig({ sweep: null }), {}), seed: 77 };

describe('activities/champion-settings', () => {
  let fake: FakeTracking;
  beforeEach(() => {
    fake = createFakeTracking();
    fake.modelOf('m').versions.push({ version: '3', runId: 'run', tags: {} }, { version: '4', runId: '', tags: {} });
  });

  const read = (version: string, tracking = fake.tracking) =>
    createChampionSettingsActivities({ tracking, readSettings: recordedSettings }).readChampionSettings({
      ...{ modelName: 'm', version },
    });

  const record = (text: string): void => {
    fake.addRun('run', { artifacts: new Map([['config.json', Buffer.from(text)]]) });
  };

  it('gives back what the run of the version was trained with', async () => {
    record(JSON.stringify(SETTINGS));
    expect(await read('3')).toEqual({ kind: 'recorded', settings: SETTINGS });
  });

  it.each([
    ['a version that was deleted', '9', null, '9'],
    ['a version without a run', '4', null, 'names no run'],
    ['a run that is gone', '3', null, 'run'],
    ['a text that is no JSON', '3', '{', 'no JSON object'],
    ['a setting that nobody knows', '3', JSON.stringify({ ...SETTINGS, model: { depth: 3 } }), 'depth'],
  ])('says why there is nothing to train: %s', async (_case, version, text, reason) => {
    if (text !== null) {
      record(text);
    }
    expect(await read(version)).toEqual({ kind: 'none', reason: expect.stringContaining(reason) });
  });

  it('a run without its settings has none', async () => {
    fake.addRun('run');
    expect(await read('3')).toEqual({ kind: 'none', reason: 'its run run has no config.json' });
  });

  it('fails where MLflow is out of reach: it may answer later', async () => {
    const down = new TtExpError('SERVICE_UNREACHABLE', 'MLflow does not answer');
    const tracking = { ...fake.tracking, getVersion: () => Promise.reject(down) };
    await expect(read('3', tracking)).rejects.toBe(down);
  });
});
