/** Steps of an experiment online: servers learn of it, it is measured, servers are told to forget it. */

import { ALIAS } from '../contracts/names.ts';
import type { OnlineArm, OnlineExperiment } from '../contracts/online-experiment.ts';
import type { CloseOnlineRequest, MeasureOnlineRequest, MeasureOnlineResult } from '../contracts/online-steps.ts';
import { keptReport } from '../registry/kept-report.ts';
import type { OnlinePort, TrackingPort } from './ports.ts';

export interface OnlineActivityDeps {
  readonly tracking: TrackingPort;
  readonly online: OnlinePort;
}

export const createOnlineActivities = ({ tracking, online }: OnlineActivityDeps) => {
  const movedAlias = async (
    model: string,
    alias: 'champion' | 'challenger',
    arm: OnlineArm,
  ): Promise<string | null> => {
    const found = await tracking.findByAlias(model, ALIAS[alias]);
    return found?.version === arm.version && found.runId === arm.run_id
      ? null
      : `version ${arm.version} is not ${alias} any more`;
  };

  const otherDefinition = async ({ id, model }: OnlineExperiment): Promise<string | null> => {
    const defined = await online.defined(model);
    if (defined === null) {
      return 'the definition that servers read was removed';
    }
    return defined.id === id ? null : `servers read experiment ${defined.id}`;
  };

  return {
    /** The definition that servers read now: another one where somebody came first. */
    defineOnline: (experiment: OnlineExperiment): Promise<OnlineExperiment> => online.define(experiment),

    measureOnline: async (request: MeasureOnlineRequest): Promise<MeasureOnlineResult> => {
      const { experiment } = request;
      const { model, champion, challenger } = experiment;
      const broken =
        (await movedAlias(model, 'champion', champion)) ??
        (await movedAlias(model, 'challenger', challenger)) ??
        (await otherDefinition(experiment));
      const measured = await online.measure(request);
      // An alias may have come back since; servers give lists no more all the same.
      return { ...measured, broken: broken ?? measured.losses.voided };
    },

    /** What was measured stays with the challenger's run. */
    closeOnline: async ({ experiment, measured }: CloseOnlineRequest): Promise<void> => {
      await online.remove(experiment);
      if (measured !== null) {
        const { path, text } = keptReport(experiment, measured);
        await tracking.putArtifactText(experiment.challenger.run_id, path, text);
      }
    },
  };
};
