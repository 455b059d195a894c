/** Experiments online of a home: their definitions, and what its servers' logs say. */
import { join } from 'node:path';
import type { OnlinePort } from '../activities/ports.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { OnlineExperiment } from '../contracts/online-experiment.ts';
import type { MeasuredOnline, MeasureOnlineRequest } from '../contracts/online-steps.ts';
import { homeLayout } from '../host/home-layout.ts';
import { readObservations } from '../pipeline/online/read-observations.ts';
import { assignArm } from '../policy/online/assign-arm.ts';
import { summariseOnline } from '../policy/online/summarise-online.ts';
import { readBundleManifest } from '../registry/bundle/read-manifest.ts';
import { EVENTS_FILE } from '../serving/events/log-file.ts';
import {
  createDefinition,
  DEFINITION_FILE,
  readDefinition,
  removeDefinition,
} from '../serving/online/definition-file.ts';
import { IMPRESSIONS_FILE } from '../serving/online/impression-lines.ts';

/** After the time of a user is over, until everything of it is in the logs. */
const LATE_MS = 1_000;
const HOUR_MS = 3_600_000;

const takesPart = ({ id, mode, share }: OnlineExperiment, userId: string): boolean =>
  mode === 'split' || assignArm({ experimentId: id, userId, share }).arm === 'challenger';

/** By the labels of the first bundle that is still here: all of an experiment's are of one model. */
const positiveTypes = async (bundlesFolder: string, digests: readonly string[]): Promise<readonly string[]> => {
  let problem: unknown;
  for (const digest of digests) {
    try {
      const { manifest } = await readBundleManifest(join(bundlesFolder, digest));
      return Object.entries(manifest.labels).flatMap(([type, { label, weight }]) =>
        label > 0 && weight > 0 ? [type] : [],
      );
    } catch (error) {
      problem = error;
    }
  }
  throw new TtExpError(
    'MODEL_NOT_LOADING',
    'no bundle of the experiment is in this home, so its events cannot be read',
    {
      hint: 'Serve the model in this home, which builds them again.',
      cause: problem,
    },
  );
};

export const createOnlinePort = (homeFolder: string, nowMs: () => number): OnlinePort => {
  const { servingFolder, bundlesFolder } = homeLayout(homeFolder);
  const definitionOf = (model: string): string => join(servingFolder(model), DEFINITION_FILE);

  const measure = async ({ experiment, settings }: MeasureOnlineRequest): Promise<MeasuredOnline> => {
    const folder = servingFolder(experiment.model);
    const now = nowMs();
    const { users, losses } = await readObservations({
      experiment,
      impressionsFile: join(folder, IMPRESSIONS_FILE),
      eventsFile: join(folder, EVENTS_FILE),
      takesPart: (userId) => takesPart(experiment, userId),
      positiveTypes: (bundles) => positiveTypes(bundlesFolder, bundles),
    });
    const closedBefore = now - experiment.attribution_hours * HOUR_MS - LATE_MS;
    const report = summariseOnline({
      ...{ experiment, settings, nowMs: now },
      closed: users.filter(({ first_at_ms }) => first_at_ms <= closedBefore),
      open: users.filter(({ first_at_ms }) => first_at_ms > closedBefore),
    });
    return { report, losses };
  };

  return {
    define: (experiment) => createDefinition(definitionOf(experiment.model), experiment),
    defined: (model) => readDefinition(definitionOf(model)),
    remove: ({ model, id }) => removeDefinition(definitionOf(model), id),
    measure,
  };
};
