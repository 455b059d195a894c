/** Steps around the MLflow parent run of one experiment execution. */
import { RUN_KIND, TAG } from '../contracts/names.ts';
import { objectiveOf } from '../contracts/objective.ts';
import type {
  CloseExperimentRequest,
  OpenExperimentRequest,
  OpenExperimentResult,
  Provenance,
} from '../contracts/steps.ts';
import { tryEach } from '../contracts/try-each.ts';
import { completeOrClose } from './close-refused.ts';
import type { TrackingPort } from './ports.ts';

/** Tags that every run of an experiment carries. */
export const provenanceTags = (provenance: Provenance): Readonly<Record<string, string>> => ({
  [TAG.experimentId]: provenance.experimentId,
  [TAG.workflowId]: provenance.workflowId,
  [TAG.configDigest]: provenance.configDigest,
  ...(provenance.gitCommit === null ? {} : { [TAG.gitCommit]: provenance.gitCommit }),
  ...(provenance.temporalId === undefined ? {} : { [TAG.temporal]: provenance.temporalId }),
});

const experimentNote = ({ name, description, sweep }: OpenExperimentRequest['config']): string =>
  [
    ...(description === '' ? [] : [description]),
    `tt-exp experiments named \`${name}\`: one run per execution, with its trials nested below it. Sort by \`best_val_${objectiveOf({ sweep }).metric}\` to see the best first.`,
  ].join('\n\n');

export const createExperimentRunActivities = (deps: {
  readonly tracking: TrackingPort;
  readonly now: () => number;
}) => ({
  openExperiment: async (request: OpenExperimentRequest): Promise<OpenExperimentResult> => {
    const { provenance, config, startTimeMs } = request;
    const mlflowExperimentId = await deps.tracking.ensureExperiment(config.name);
    await deps.tracking.describeExperiment(mlflowExperimentId, experimentNote(config));
    const parentRunId = await deps.tracking.ensureRun({
      experimentId: mlflowExperimentId,
      runKey: `${provenance.workflowId}@${provenance.executionId}`,
      runName: provenance.experimentId,
      user: provenance.user,
      gitCommit: provenance.gitCommit,
      tags: {
        ...provenanceTags(provenance),
        [TAG.kind]: RUN_KIND.parent,
        ...(request.extends === undefined ? {} : { [TAG.extends]: request.extends }),
        ...(config.description === '' ? {} : { 'mlflow.note.content': config.description }),
      },
      startTimeMs,
    });
    await completeOrClose(deps, parentRunId, () =>
      deps.tracking.putArtifactText(parentRunId, 'config.json', `${JSON.stringify(config, null, 2)}\n`),
    );
    return { mlflowExperimentId, parentRunId };
  },

  closeExperiment: ({ parentRunId, status, tags, endTimeMs }: CloseExperimentRequest): Promise<void> =>
    tryEach(
      () => deps.tracking.setTags(parentRunId, tags),
      () => deps.tracking.finishRun(parentRunId, status, endTimeMs),
    ),
});
