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

const percent = (share: number): string => `${Number((share * 100).toFixed(4))} %`;

/** Beside what is stated. */
const findingOf = ({ low, high }: SimulatedRate, level: number): string => {
  if (low > level) {
    return 'more than stated, beyond chance';
  }
  return high < level ? 'fewer than stated' : 'as stated, within chance';
};

/** What the level does not hold for with certainty; nothing where all users differ one way. */
const unevenMeaning = (uneven: SimulatedRate | null, level: number): readonly string[] =>
  uneven === null
    ? []
    : [
        `Of candidates that are no better on average, and as uneven over users as these two models, ${formatPercent(uneven.rate)} passed (95 % interval ${formatPercent(uneven.low)} to ${formatPercent(uneven.high)}), ${findingOf(uneven, level)}.`,
        ...(uneven.low > level
          ? [
              'It follows that small gains for many users may hide large losses of few: no test sees losses of users whom it has not drawn. Look at the slices, guard them (gate.guards), or test on more users.',
            ]
          : []),
      ];

/** What is stated, what was measured, and what follows. */
const meaning = ({ calibration }: CalibrationAnswer): readonly string[] => {
  const { users, false_promotions: wrong, level, smallest_gain: smallest, required_gain: required } = calibration;
  const noBetter = required === 0 ? 'no better than the champion' : `better than the champion by ${required} at most`;
  return [
    `Stated: a candidate that is ${noBetter} passes one test with a probability of at most ${percent(level)}.`,
    `Measured: ${formatPercent(wrong.rate)} of such candidates passed (95 % interval ${formatPercent(wrong.low)} to ${formatPercent(wrong.high)}), ${findingOf(wrong, level)}.`,
    ...(wrong.low > level
      ? ['It follows that this gate promotes too easily on these users: raise gate.confidence, or test on more users.']
      : []),
    ...unevenMeaning(calibration.uneven_false_promotions, level),
    smallest === null
      ? `It follows that your ${formatCount(users)} users show no gain four times in five, however large: test on more of them.`
      : `It follows that a candidate has to be better by ${formatMetric(smallest)} in NDCG@10 to be promoted four times in five. Smaller gains are mostly missed: more users find them.`,
  ];
};

export const calibrationLines = (answer: CalibrationAnswer, width: number): readonly string[] => {
  const { model, against, dataset, calibration } = answer;
  const { users, simulations, confidence, power, required_gain: required } = calibration;
  const { false_promotions: wrong, uneven_false_promotions: uneven } = calibration;
  const rows = [
    [`${formatMetric(required)} (no gain)`, ...rateText(wrong)],
    ...(uneven === null ? [] : [[`${formatMetric(required)} (no gain, uneven)`, ...rateText(uneven)]]),
    ...power.map(({ gain, ...rate }) => [formatMetric(gain), ...rateText(rate)]),
  ];
  const columns = [
    { title: 'true gain', align: 'right' },
    { title: 'promoted', align: 'right' },
    { title: '95 % interval', align: 'right' },
  ] as const;
  return [
    `Measured: ${formatCount(simulations)} tests of ${formatCount(users)} users each, drawn from the differences between ${model} and ${against} on the test part of ${dataset.version}, and judged at ${percent(confidence)} confidence, as at a first look`,
    settingsLine(answer.settings),
    '',
    ...formatTable(columns, rows).map((line) => `  ${line}`),
    '',
    ...meaning(answer),
    'Left out: minimum, guards and earlier champions, which can only reject more, and seed noise. The intervals say what that many tests leave to chance.',
  ].flatMap((line) => wrapLine(line, width));
};
