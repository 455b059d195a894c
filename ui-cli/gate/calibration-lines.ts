/** A calibration as people read it. Pure. */
import type { SimulatedRate } from '../../contracts/gate-calibration.ts';
import type { CalibrationAnswer } from '../../contracts/local-gate.ts';
import { formatCount, formatMetric, formatPercent } from '../text/formats.ts';
import { formatTable, wrapLine } from '../text/table.ts';
import { settingsLine } from './settings-lines.ts';

const rateText = ({ rate, low, high }: SimulatedRate): readonly string[] => [
  formatPercent(rate),
  `${formatPercent(low)} to ${formatPercent(high)}`,
];

/** What the figures mean, in a sentence or two. */
const meaning = ({ calibration }: CalibrationAnswer): readonly string[] => {
  const { users, false_promotions: wrong, level, smallest_gain: smallest, required_gain: required } = calibration;
  const isTooHigh = wrong.low > level;
  return [
    isTooHigh
      ? `With your ${formatCount(users)} users the gate promotes without a gain more often than stated: raise gate.confidence, or test on more users.`
      : `Of a hundred candidates that are no better than the champion${required === 0 ? '' : ` by more than ${required}`}, the gate promotes ${formatMetric(
          wrong.rate * 100,
        )
          .replace(/0+$/, '')
          .replace(
            /\.$/,
            '',
          )} on your ${formatCount(users)} users; stated are at most ${Number((level * 100).toFixed(4))}.`,
    smallest === null
      ? 'No gain is large enough to be found four times in five with these users: test on more of them.'
      : `A candidate has to be better by ${formatMetric(smallest)} in NDCG@10 to be promoted four times in five; smaller gains are mostly missed.`,
  ];
};

export const calibrationLines = (answer: CalibrationAnswer, width: number): readonly string[] => {
  const { model, against, dataset, calibration } = answer;
  const { users, simulations, confidence, power, false_promotions: wrong, required_gain: required } = calibration;
  const rows = [
    [`${formatMetric(required)} (no gain)`, ...rateText(wrong)],
    ...power.map(({ gain, ...rate }) => [formatMetric(gain), ...rateText(rate)]),
  ];
  const columns = [
    { title: 'true gain', align: 'right' },
    { title: 'promoted', align: 'right' },
    { title: '95 % interval', align: 'right' },
  ] as const;
  return [
    `Gate at ${Number((confidence * 100).toFixed(4))} % confidence: ${formatCount(simulations)} simulated tests of ${formatCount(users)} users, drawn from the differences between ${model} and ${against} on the test part of ${dataset.version}`,
    settingsLine(answer.settings),
    '',
    ...formatTable(columns, rows).map((line) => `  ${line}`),
    '',
    ...meaning(answer),
    'Only the comparison with the champion is simulated: minimum, guards and earlier champions can only reject more. The interval of a rate is what that many tests leave to chance.',
  ].flatMap((line) => wrapLine(line, width));
};
