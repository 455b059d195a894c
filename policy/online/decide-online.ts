/** Whether an experiment online goes on, and if not, what becomes of the challenger. */
import type { OnlineDecision, OnlineReport } from '../../contracts/online-report.ts';
import { formatter, percentText, probabilityText } from '../gate/rules/gate-text.ts';
import { SAMPLE_RATIO_LEVEL } from './sample-ratio.ts';

type Evidence = Omit<OnlineReport, 'decision' | 'reason'>;
type Decided = Pick<OnlineReport, 'decision' | 'reason'>;

const decided = (decision: OnlineDecision, reason: string): Decided => ({ decision, reason });

const isEnded = ({ days, settings }: Evidence): boolean => days >= settings.max_days;

const plannedEnd = ({ settings }: Evidence): string => `the planned end after ${settings.max_days} days`;

const decideComparison = (evidence: Evidence): Decided => {
  const { comparison, settings } = evidence;
  const { confidence, min_effect: bound } = settings;
  if (comparison === null) {
    return isEnded(evidence)
      ? decided('clear', `Nothing could be compared by ${plannedEnd(evidence)}.`)
      : decided('continue', 'Nothing can be compared yet.');
  }
  const { low, high } = comparison.estimate;
  const what = comparison.measure === 'preference' ? 'preference for the challenger' : 'difference to the champion';
  const text = formatter([low, bound], [high, bound]);
  const interval = `the ${percentText(confidence)} interval of the ${what}, ${text(low)} to ${text(high)},`;
  if (low > bound) {
    return decided('promote', `The challenger is better: ${interval} lies above ${bound}.`);
  }
  if (high < bound) {
    const worse = bound === 0 ? 'worse' : `not better by ${bound}`;
    return decided('clear', `The challenger is ${worse}: ${interval} lies below ${bound}.`);
  }
  return isEnded(evidence)
    ? decided('clear', `No better was shown by ${plannedEnd(evidence)}: ${interval} contains ${bound}.`)
    : decided('continue', `Nothing is shown yet: ${interval} contains ${bound}.`);
};

/**
 * A broken division of users comes before everything else, then too few users. A shadow is seen by nobody, so it shows how
 * far two models agree, never which is better.
 */
export const decideOnline = (evidence: Evidence): Decided => {
  const { sample_ratio: ratio, mode, users, settings } = evidence;
  if (ratio?.is_broken) {
    return decided(
      'invalid',
      `Users were not divided as planned: ${ratio.challenger_users} of ${ratio.users} for the challenger, expected ${percentText(ratio.expected_share)} (p ${probabilityText(ratio.p_value, SAMPLE_RATIO_LEVEL)} < ${SAMPLE_RATIO_LEVEL}). Users are missing on one side, or counted on the wrong one; nothing else is concluded.`,
    );
  }
  if (mode === 'shadow') {
    return isEnded(evidence)
      ? decided(
          'clear',
          `The shadow reached ${plannedEnd(evidence)}. Nobody saw its lists, so nothing says which model is better.`,
        )
      : decided('continue', 'The shadow runs to its planned end.');
  }
  if (users < settings.minimum_users) {
    const few = `${users} of at least ${settings.minimum_users} users were observed in full`;
    return isEnded(evidence)
      ? decided('clear', `Too few users by ${plannedEnd(evidence)}: ${few}.`)
      : decided('continue', `Too few users yet: ${few}.`);
  }
  return decideComparison(evidence);
};
