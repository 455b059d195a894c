/** Does what keys ask for, through the same calls as the commands. */
import { newRequestId } from '../../../client/registry-client.ts';
import { makeRequest } from '../../steer/steering-request.ts';
import type { Action } from '../core/actions.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import type { Sources } from './sources.ts';

/** Answers what to tell about it. */
export const perform = async (runtime: DashboardRuntime, { platform }: Sources, action: Action): Promise<string> => {
  switch (action.kind) {
    case 'steer': {
      const { experimentIds, request } = action;
      const answers = await platform.use(({ experiments }) =>
        Promise.all(experimentIds.map((id) => makeRequest(experiments, id, request))),
      );
      const [only] = answers;
      return only !== undefined && answers.length === 1
        ? `${experimentIds[0]}: ${only.text}`
        : `${answers.length} experiments: ${only?.text ?? 'nothing to do'}`;
    }
    case 'approve':
    case 'reject': {
      const { kind, experimentId, reason } = action;
      return platform.use(async ({ experiments, registry }) => {
        const { config } = await experiments.input(experimentId);
        const by = runtime.environment().user;
        const { candidate, verdict } = await registry.decide(config.gate.model_name, {
          ...{ isApproved: kind === 'approve', reason, by, request: newRequestId(by, kind) },
          ...{ experimentId, candidate: null },
        });
        return `${config.gate.model_name}, version ${candidate}: ${verdict.decision}; ${verdict.reasons.at(-1) ?? ''}`;
      });
    }
  }
};
