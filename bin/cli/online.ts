/** Experiments online as the servers of this home know them, for the commands. */
import { join } from 'node:path';
import { readEnvironment } from '../../config/env.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { ListServer, OnlineAudience } from '../../contracts/online-audience.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { MeasuredOnline } from '../../contracts/online-steps.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { describeProcess } from '../../host/processes/process-identity.ts';
import { keptReport } from '../../registry/kept-report.ts';
import { DEFINITION_FILE, readDefinition } from '../../serving/online/definition-file.ts';
import { ENDED_FILE, readEnded, writeEnded } from '../../serving/online/ended-file.ts';
import { IMPRESSIONS_FILE } from '../../serving/online/impression-lines.ts';
import { readLastListAt } from '../../serving/online/last-list.ts';
import { readServerRecords, SERVERS_FOLDER, type ServerRecord } from '../../serving/server-records.ts';
import type { OnlineHome } from '../../ui-cli/online/online-runtime.ts';
import { createHomeServices } from '../home-services.ts';
import { createOnlinePort } from '../online-port.ts';
import { openTracking } from '../open-tracking.ts';

/** A server that does not say so soon is stuck. */
const ANSWER_MS = 3_000;

const askServer = async (record: ServerRecord, { id }: OnlineExperiment): Promise<ListServer> => {
  const { url } = record;
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!response.ok) {
      return { url, isGiving: false, problems: [`/readyz answers with status ${response.status}`] };
    }
    const body: unknown = await response.json();
    const degraded = isObject(body) && Array.isArray(body.degraded) ? body.degraded.map(String) : [];
    return { url, isGiving: isObject(body) && body.experiment === id, problems: degraded };
  } catch {
    return { url, isGiving: false, problems: [`the server (${describeProcess(record.process)}) does not answer`] };
  }
};

const keepReport = async (experiment: OnlineExperiment, measured: MeasuredOnline): Promise<void> => {
  const environment = readEnvironment();
  const tracking = openTracking(environment, await createHomeServices(environment, () => undefined).mlflowAddress());
  try {
    const { path, text } = keptReport(experiment, measured);
    await tracking.putArtifactText(experiment.challenger.run_id, path, text);
  } finally {
    await tracking.close();
  }
};

export const openOnlineHome = (): OnlineHome => {
  const { homeFolder } = readEnvironment();
  const audience = async (experiment: OnlineExperiment): Promise<OnlineAudience> => {
    const folder = homeLayout(homeFolder).servingFolder(experiment.model);
    const defined = await readDefinition(join(folder, DEFINITION_FILE));
    const records = await readServerRecords(join(folder, SERVERS_FOLDER));
    return {
      isOfHome: defined?.id === experiment.id,
      servers: await Promise.all(records.map((record) => askServer(record, experiment))),
      last_list_at: await readLastListAt(join(folder, IMPRESSIONS_FILE), experiment.id),
    };
  };
  const endedOf = (model: string): string => join(homeLayout(homeFolder).servingFolder(model), ENDED_FILE);
  return {
    ...createOnlinePort(homeFolder, () => Date.now()),
    ...{ audience, keepReport },
    ended: (model) => readEnded(endedOf(model)),
    keepEnd: (ended) => writeEnded(endedOf(ended.experiment.model), ended),
  };
};
