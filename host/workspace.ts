/** Folders of one home that are made when they are needed. */
import { mkdir } from 'node:fs/promises';
import { joinBelow } from '../contracts/join-below.ts';
import { homeLayout } from './home-layout.ts';

export interface Workspace {
  trialFolder(key: string): Promise<string>;
  /** Where the model of a run is kept after a download, which makes it. */
  modelFolder(runId: string): Promise<string>;
}

const ensure = async (folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  return folder;
};

export const createWorkspace = (homeFolder: string): Workspace => {
  const { trialsFolder, modelsFolder } = homeLayout(homeFolder);
  return {
    trialFolder: async (key) => ensure(joinBelow(trialsFolder, key, 'MLflow run')),
    modelFolder: async (runId) => joinBelow(modelsFolder, runId, 'MLflow run'),
  };
};
