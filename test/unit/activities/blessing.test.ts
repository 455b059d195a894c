import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createBlessingActivities } from '../../../activities/blessing.ts';
import type { ComputePort, DatasetPort } from '../../../activities/ports.ts';
import type { Blessing } from '../../../contracts/blessing.ts';
import type { BlessCandidateRequest } from '../../../contracts/steps.ts';
import type { BlessJob } from '../../../contracts/trainer.ts';
import { onlyCopies } from '../../../registry/bundle/only-copies.ts';
import { blessed } from '../../support/blessed.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const REQUEST: BlessCandidateRequest = {
  ...{ runId: 'new', modelName: 'm', version: '4', datasetVersion: 'ds-1', relevanceThreshold: 0.4 },
  ...{ evaluatedNdcg: 0.4, p99BoundMs: 250, timestampMs: 1 },
};

const blessWith = async (change: Partial<Blessing>) => {
  const folder = await temporaryFolder();
  const built = await writeSmallBundle(folder);
  const fake = createFakeTracking();
  fake.modelOf('m').versions.push({ version: '4', runId: 'new', tags: {} });
  const files = ['model/manifest.json', 'encoder.json'];
  const run = fake.addRun('new', { artifacts: new Map(files.map((path) => [path, Buffer.from('{}')])) });
  const jobs: BlessJob[] = [];
  const bless: ComputePort['bless'] = async (job) => {
    jobs.push(job);
    return { ...built, blessing: blessed({ bundle: built.digest, ...change }) };
  };
  const { blessCandidate } = createBlessingActivities({
    datasets: { findLocal: async () => '/data' } as Partial<DatasetPort> as DatasetPort,
    tracking: fake.tracking,
    compute: { bless } as Partial<ComputePort> as ComputePort,
    workspace: { trialFolder: async () => folder, modelFolder: async (runId) => join(folder, runId) },
    bundlesFolder: join(folder, 'bundles'),
  });
  const ask = (): Promise<Blessing> => new MockActivityEnvironment().run(blessCandidate, REQUEST);
  const first = await ask();
  const only = (): Promise<ReadonlySet<string>> => onlyCopies(join(folder, 'bundles'));
  return { ask, first, jobs, run, only, tagsOf: () => fake.modelOf('m').versions[0]?.tags, ...built };
};

describe('activities/blessing', () => {
  it('keeps the bundle with the run and its digest on the version; repeated, it asks the same bundle', async () => {
    const { ask, first, jobs, run, only, tagsOf, digest, folder } = await blessWith({});
    expect(first.outcome).toBe('agrees');
    expect(jobs).toMatchObject([
      {
        ...{ kind: 'bless', bundleFolder: null, evaluatedNdcg: 0.4, datasetFolder: '/data' },
        identity: { name: 'm', version: '4', run_id: 'new' },
      },
    ]);
    expect([...run.artifacts.keys()].filter((path) => path.startsWith('bundle/'))).toEqual(
      expect.arrayContaining(['bundle/items.f32', 'bundle/model/manifest.json', 'bundle/manifest.json']),
    );
    expect(tagsOf()).toEqual({ 'tt.bundle': digest });
    expect(run.tags).toMatchObject({ 'tt.bundle': digest, 'tt.blessing': 'agrees' });
    expect([...(await only())]).toEqual([]);
    await ask();
    expect(jobs[1]?.bundleFolder).toBe(folder);
  });

  it('records of a bundle that does not agree what was found, and nothing that a server goes by', async () => {
    const { run, tagsOf, digest } = await blessWith({ outcome: 'ids_shifted' });
    expect([...run.artifacts.keys()].filter((path) => path.startsWith('bundle/'))).toEqual([]);
    expect(tagsOf()).toEqual({});
    expect(run.tags).toMatchObject({ 'tt.bundle': digest, 'tt.blessing': 'ids_shifted' });
  });

  it('keeps no bundle that is too large with the run, but its digest, and notes that it lies in the home alone', async () => {
    const { run, tagsOf, digest, only } = await blessWith({ bundle_mb: 1_025 });
    expect([...run.artifacts.keys()].filter((path) => path.startsWith('bundle/'))).toEqual([]);
    expect(tagsOf()).toEqual({ 'tt.bundle': digest });
    expect([...(await only())]).toEqual([digest]);
  });
});
