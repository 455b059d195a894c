import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ComputeRunner,
  type ComputeRunnerOptions,
  createComputeRunner,
  createGpuSampler,
} from '../../../compute/index.ts';
import type { ModelSource, TrainJob } from '../../../contracts/trainer.ts';
import type { TrialSettings } from '../../../contracts/trial.ts';
import { builtScript } from '../../support/built.ts';

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

export const TYPESCRIPT = ['--import', import.meta.resolve('tsx')];

export const createTestRunner = (changes: Partial<ComputeRunnerOptions> = {}): ComputeRunner =>
  createComputeRunner({
    nodeExecutable: process.execPath,
    nodeArguments: TYPESCRIPT,
    childScript: fixture('job-child.ts'),
    plan: { backend: 'js', library: 'none', packageFolder: null, env: {}, gpuIds: [], announcements: [] },
    slots: 1,
    threadsPerSlot: 1,
    gpuIds: [],
    terminateGraceMs: 5_000,
    noProgressLimitMs: 60_000,
    lastEpochLimitMs: 60_000,
    environment: process.env,
    log: () => undefined,
    gpuSampler: createGpuSampler({ environment: process.env, log: () => undefined }),
    ...changes,
  });

/** Runs the real jobs, of the build. */
export const createModelRunner = (changes: Partial<ComputeRunnerOptions> = {}): ComputeRunner =>
  createTestRunner({
    nodeArguments: [],
    childScript: builtScript('compute-child'),
    ...changes,
  });

/** Trains for all epochs of the settings. */
export const trainModel = async (
  runner: ComputeRunner,
  {
    trialFolder,
    datasetFolder,
    settings,
  }: { readonly trialFolder: string; readonly datasetFolder: string; readonly settings: TrialSettings },
): Promise<ModelSource> => {
  await runner.train(
    {
      ...{ kind: 'train', trialFolder, checkpoints: [], datasetFolder, settings, device: 'cpu', preflight: false },
      epochBudget: settings.training.num_epochs,
    },
    () => undefined,
    { signal: new AbortController().signal },
  );
  return { modelFolder: join(trialFolder, 'model'), encoderFile: join(datasetFolder, 'encoder.json') };
};

/** The fixture child looks only at what it shall do (`trialFolder`) and at its argument (`datasetFolder`). */
export const trainJob = (act: string, argument = '', device: TrainJob['device'] = 'auto'): TrainJob => ({
  kind: 'train',
  trialFolder: act,
  checkpoints: [],
  datasetFolder: argument,
  settings: {} as TrainJob['settings'],
  epochBudget: 1,
  device,
  preflight: false,
});

/** A killed process is a zombie until its parent asks for it: as dead as gone. */
export const isRunning = async (pid: number): Promise<boolean> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text !== null && !/\) [ZX] /.test(text);
};
