/** Folders of one home: where each kind of state lies. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkspacePort } from '../activities/ports.ts';
import { joinBelow } from '../contracts/join-below.ts';

export const homeFolders = (homeFolder: string) => ({
  data: join(homeFolder, 'data'),
  trials: join(homeFolder, 'trials'),
  models: join(homeFolder, 'models'),
});

export const createWorkspace = (homeFolder: string): WorkspacePort => {
  const folders = homeFolders(homeFolder);
  const ensure = async (folder: string): Promise<string> => {
    await mkdir(folder, { recursive: true });
    return folder;
  };
  return {
    trialFolder: async (key) => ensure(joinBelow(folders.trials, key, 'MLflow run')),
    modelFolder: async (runId) => ensure(joinBelow(folders.models, runId, 'MLflow run')),
  };
};
