/** A report of an experiment online as lines for people. */
import { countOf } from '../../contracts/count-of.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { OnlineComparison, OnlineEstimate, OnlineGroup, OnlineReport } from '../../contracts/online-report.ts';
import { percentText, probabilityText } from '../gate/rules/gate-text.ts';

const DIGITS = 4;

const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(DIGITS)}`;

const estimateText = ({ mean, low, high, is_anytime_valid: isAnytime }: OnlineEstimate): string =>
  `${mean.toFixed(DIGITS)} (${low.toFixed(DIGITS)} to ${high.toFixed(DIGITS)}${isAnytime ? '' : ', for one look'})`;

const NAMES = { champion: 'Champion', challenger: 'Challenger' } as const;

const groupLines = ({
  arm,
  users,
  lists,
  precision_at_10: precision,
  interactions,
}: OnlineGroup): readonly string[] => [
  `${arm === null ? 'Drafted by both' : NAMES[arm]}: ${countOf(users, 'user')}, ${countOf(lists, 'list')}, online precision@10 ${estimateText(precision)}`,
  ...Object.entries(interactions).map(
    ([type, rates]) =>
      `  ${type}: share of users ${estimateText(rates.users)}${rates.per_user === null ? '' : `, per user ${estimateText(rates.per_user)}`}`,
  ),
];

const MEASURES = { precision_at_10: 'Difference in online precision@10', preference: 'Preference' } as const;

const furtherText = ({ further_users: further }: OnlineComparison): string =>
  further === null
    ? 'too alike for any number of users to decide'
    : `about ${countOf(further, 'further user')} to decide, if this is the truth`;

const comparisonLine = (comparison: OnlineComparison, { settings, decision }: OnlineReport): string => {
  const { measure, users, undecided_users: undecided, estimate, p_value: p } = comparison;
  const { mean, low, high } = estimate;
  const interval = `${percentText(settings.confidence)} interval ${signed(low)} to ${signed(high)}, valid at every look`;
  const basis = measure === 'preference' ? ` over ${countOf(users, 'user')}, ${undecided} more met nothing listed` : '';
  const further = decision === 'continue' ? `; ${furtherText(comparison)}` : '';
  return `${MEASURES[measure]}: ${signed(mean)} (${interval}; p ${probabilityText(p)})${basis}${further}`;
};

const ratioLine = ({ sample_ratio: ratio, mode }: OnlineReport): readonly string[] => {
  if (ratio === null) {
    return [];
  }
  const { expected_share: expected, users, challenger_users: challenger, p_value: p, is_broken: isBroken } = ratio;
  const what = mode === 'interleave' ? 'first picks by the challenger' : "the challenger's users";
  return [
    `Sample ratio: ${what} ${challenger} of ${users}, expected ${percentText(expected)} (p ${probabilityText(p)}): ${isBroken ? 'broken' : 'as planned'}`,
  ];
};

export interface OnlineStanding {
  /** Begun by `serve --ab`: nobody decides it, and it has no planned end and no smallest number of users. Default: false. */
  readonly isUndecided?: boolean;
  /** How it ended, as a clause, in place of the decision; null: it goes on, or ended by the decision. */
  readonly ended?: string | null;
}

const lastLine = ({ decision, reason }: OnlineReport, model: string, standing: OnlineStanding): string => {
  const { isUndecided = false, ended = null } = standing;
  if (ended !== null) {
    return `Ended: ${ended}`;
  }
  return isUndecided
    ? `Nobody decides it: it runs until \`tt-exp ab stop ${model} --reason …\``
    : `Decision: ${decision}. ${reason}`;
};

/** The decision and its reason stand last, or how it ended. */
export const describeOnline = (
  report: OnlineReport,
  { model, champion, challenger }: Pick<OnlineExperiment, 'model' | 'champion' | 'challenger'>,
  standing: OnlineStanding = {},
): readonly string[] => {
  const { experiment_id: id, mode, settings, days, users, open_users: open, groups, comparison } = report;
  const { overlap_at_10: overlap } = report;
  const end = standing.isUndecided === true ? '' : ` of ${settings.max_days}`;
  return [
    `Experiment ${id}: ${model} version ${challenger.version} against champion version ${champion.version}, ${mode}`,
    `Day ${Math.floor(days)}${end}: ${countOf(users, 'user')} observed in full, ${open} still open`,
    ...groups.flatMap(groupLines),
    ...(comparison === null ? [] : [comparisonLine(comparison, report)]),
    ...(overlap === null ? [] : [`Overlap@10 with the challenger's lists: ${estimateText(overlap)}`]),
    ...ratioLine(report),
    lastLine(report, model, standing),
  ];
};
