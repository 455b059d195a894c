/** The activity that blesses, with the real compute process, of which an attempt may kill a part. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createBlessingActivities } from '../../../activities/blessing.ts';
import { withFailures } from '../../../activities/errors.ts';
import type { DatasetPort } from '../../../activities/ports.ts';
import type { Blessing } from '../../../contracts/blessing.ts';
import type { ModelSource } from '../../../contracts/trainer.ts';
import { BUILDING } from '../../../registry/bundle/write-bundle.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createModelRunner, fixture, TYPESCRIPT } from './runner.ts';

/** Who is killed by SIGKILL: the compute process while it builds, or asks its server; or that server while it is asked. */
export type Victim = 'builder' | 'asker' | 'server' | null;

export interface KilledBlessing {
  readonly bundlesFolder: string;
  readonly building: string;
  /** What was recorded, in order. */
  readonly calls: readonly (readonly unknown[])[];
  /** Rejects with the failure that Temporal gets. */
  attempt(victim: Victim): Promise<Blessing>;
}

const filesOf = async (folder: string, prefix: string): Promise<readonly (readonly [string, Buffer])[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => [`${prefix}${file.slice(folder.length)}`, await readFile(file)] as const),
  );
};

export const createKilledBlessing = async (asked: {
  readonly model: ModelSource;
  readonly datasetFolder: string;
  readonly evaluatedNdcg: number;
}): Promise<KilledBlessing> => {
  const { model, datasetFolder, evaluatedNdcg } = asked;
  const folder = await temporaryFolder();
  const bundlesFolder = join(folder, 'bundles');
  const building = join(bundlesFolder, BUILDING);
  const { tracking, calls, addRun, addVersion } = createFakeTracking();
  const encoder = ['encoder.json', await readFile(model.encoderFile)] as const;
  addRun('run', { artifacts: new Map([...(await filesOf(model.modelFolder, 'model')), encoder]) });
  const version = addVersion('two-tower', 'run');
  const compute = (victim: Victim) =>
    createModelRunner({
      nodeArguments: TYPESCRIPT,
      childScript: fixture('bless-child.ts'),
      environment: { ...process.env, TEST_VICTIM: victim ?? '', TEST_BUILDING: building },
    });
  return {
    ...{ bundlesFolder, building, calls },
    attempt: (victim) => {
      const { blessCandidate } = withFailures(
        createBlessingActivities({
          datasets: { findLocal: async () => datasetFolder } as Partial<DatasetPort> as DatasetPort,
          ...{ tracking, compute: compute(victim), bundlesFolder },
          workspace: { trialFolder: async () => folder, modelFolder: async (runId) => join(folder, runId) },
        }),
        'here',
      );
      const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
      return environment.run(blessCandidate, {
        ...{ runId: 'run', modelName: 'two-tower', version, datasetVersion: 'ds-1', relevanceThreshold: 0.4 },
        ...{ evaluatedNdcg, p99BoundMs: 60_000, timestampMs: 1 },
      });
    },
  };
};
