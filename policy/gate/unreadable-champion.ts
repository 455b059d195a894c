/** What becomes of a candidate that meets a champion which nobody can evaluate: each way ends in a verdict. */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { DecidedVerdict } from '../../contracts/gate.ts';
import { needsApproval } from './approval.ts';

/** Experiments of earlier versions do not say, and kept the champion. */
type UnreadableConfig = Parameters<typeof needsApproval>[0] &
  Pick<GateConfig, 'unreadable_champion' | 'supersede_reason'>;

/** Nothing could stand in for the champion, and a person has to say whether it is superseded. */
export const isUnansweredAbout = (
  config: UnreadableConfig,
  { decision, champion_problem: problem, champion_stand_in: standIn }: DecidedVerdict,
): boolean =>
  decision === 'awaiting_approval' &&
  problem !== null &&
  standIn === null &&
  (config.unreadable_champion ?? 'keep') === 'retrain';

export interface UnreadableChampion {
  /** null where there is none any more. */
  readonly version: string | null;
  readonly problem: string;
  /** Its recorded settings, trained on this data, gave the candidate itself. */
  readonly isRetrainedAsCandidate: boolean;
}

interface Judged {
  readonly decision: DecidedVerdict['decision'];
  readonly outcome: string;
}

export const judgeUnreadable = (
  config: UnreadableConfig,
  { version, problem, isRetrainedAsCandidate }: UnreadableChampion,
): Judged => {
  const { unreadable_champion: way = 'keep', supersede_reason: why = '' } = config;
  const champion = `the champion, version ${version}, cannot be compared with: ${problem}`;
  const pass = (because: string): Judged =>
    needsApproval(config)
      ? { decision: 'awaiting_approval', outcome: `Awaits approval: ${champion}; ${because}.` }
      : { decision: 'promoted', outcome: `Promoted: ${champion}; ${because}.` };
  if (way === 'supersede') {
    return pass(`it is superseded: ${why}`);
  }
  if (way === 'keep') {
    return { decision: 'rejected', outcome: `Not promoted: ${champion}.` };
  }
  return isRetrainedAsCandidate
    ? pass('its recorded settings, trained on this data, give this candidate')
    : { decision: 'awaiting_approval', outcome: `Awaits approval, which would supersede it: ${champion}.` };
};
