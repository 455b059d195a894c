/** Whether the candidate of an experiment still awaits approval, which its end alone does not tell. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { decisionText } from '../../../inspect/gate-decisions.ts';
import type { FeedRequest } from '../../core/feeds.ts';
import type { DashboardState } from '../../core/state.ts';
import { knownQuestion, questionFeed } from '../known-models.ts';

const didAsk = ({ gate }: ExperimentView): boolean => gate.decision === 'awaiting_approval';

/** The owner of the model knows. */
export const questionFeeds = (view: ExperimentView): readonly FeedRequest[] =>
  didAsk(view) && view.model !== null ? [questionFeed(view.model.name)] : [];

/** Also as long as the owner has not said. */
export const awaitsApproval = (view: ExperimentView, state: DashboardState): boolean => {
  const known = view.model === null ? null : knownQuestion(view.model.name, state);
  return didAsk(view) && (known === null || known.open?.experimentId === view.experimentId);
};

export const gateText = (view: ExperimentView, state: DashboardState): string =>
  didAsk(view) && !awaitsApproval(view, state) ? 'awaited approval' : decisionText(view.gate.decision);
