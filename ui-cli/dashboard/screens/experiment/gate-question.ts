/** What became of the candidate of an experiment, which its end alone does not tell. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { decisionText } from '../../../inspect/gate-decisions.ts';
import { type FeedRequest, fedOf } from '../../core/feeds.ts';
import type { DashboardState } from '../../core/state.ts';
import { knownQuestion, questionFeed } from '../known-models.ts';

const didAsk = ({ gate }: ExperimentView): boolean => gate.decision === 'awaiting_approval';

/** Also as long as the owner of the model has not said. */
export const awaitsApproval = (view: ExperimentView, state: DashboardState): boolean => {
  const known = view.model === null ? null : knownQuestion(view.model.name, state);
  return didAsk(view) && (known === null || known.open?.experimentId === view.experimentId);
};

/** Asked again once the question has been answered. */
const sinceRequest = (view: ExperimentView, state: DashboardState): FeedRequest<'since'> => ({
  feed: 'since',
  of: view.experimentId,
  version: awaitsApproval(view, state) ? 'open' : 'answered',
});

export const gateFeeds = (view: ExperimentView, state: DashboardState): readonly FeedRequest[] => [
  ...(didAsk(view) && view.model !== null ? [questionFeed(view.model.name)] : []),
  ...(view.status === 'running' || view.gate.decision === 'not_run' ? [] : [sinceRequest(view, state)]),
];

export const gateText = (view: ExperimentView, state: DashboardState): string => {
  if (awaitsApproval(view, state)) {
    return decisionText(view.gate.decision);
  }
  const since = fedOf(state.data, sinceRequest(view, state))?.value?.decision ?? null;
  return since === null && didAsk(view) ? 'awaited approval' : decisionText(since ?? view.gate.decision);
};
