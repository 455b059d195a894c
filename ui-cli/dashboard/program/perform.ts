/** Does what keys ask for, through the same calls as the commands. */
import { newRequestId } from '../../../client/registry-client.ts';
import { findPage } from '../../open/find-page.ts';
import { assertWebAddress } from '../../open/open-subject.ts';
import { startExtended } from '../../run/extend-experiment.ts';
import { retryOne } from '../../run/retry-experiment.ts';
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
        Promise.all(
          experimentIds.map((id) =>
            request.kind === 'retry' ? retryOne(experiments, id) : makeRequest(experiments, id, request),
          ),
        ),
      );
      const [only] = answers;
      return only !== undefined && answers.length === 1
        ? `${experimentIds[0]}: ${only.text}`
        : `${answers.length} experiments: ${only?.text ?? 'nothing to do'}`;
    }
    case 'cancel-trials': {
      const { experimentId, trialIds } = action;
      await platform.use(({ experiments }) =>
        Promise.all(trialIds.map((trialId) => experiments.cancelTrial(experimentId, trialId))),
      );
      return `${experimentId}: ${trialIds.length === 1 ? `${trialIds[0]} is` : `${trialIds.length} trials are`} cancelled; results are kept`;
    }
    case 'extend': {
      const { experimentId: id, trials } = action;
      const change = { trials, epochs: null, set: [] };
      const { experimentId } = await platform.use(({ experiments }) => startExtended(experiments, id, change));
      return `${experimentId} is started, extends ${id}`;
    }
    case 'open': {
      const url = await findPage(runtime, action.what, false);
      assertWebAddress(url);
      const problem = await runtime.openPage(url);
      return problem === null ? `opened ${url}` : `${problem}; open it yourself: ${url}`;
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
