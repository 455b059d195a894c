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

/** Of a true difference that must not pass. */
const notToPass = (required: number): string => {
  if (required === 0) {
    return 'no better than the champion';
  }
  return required > 0
    ? `better than the champion by ${required} at most`
    : `worse than the champion by ${-required} or more`;
};

/** The same as a remark. */
const requiredText = (required: number): string => {
  if (required === 0) {
    return 'no gain';
  }
  return required > 0 ? 'the required gain' : 'the accepted loss';
};

const foundText = (smallest: number): string =>
  smallest < 0
    ? `It follows that a candidate that is worse by no more than ${formatMetric(-smallest)} in NDCG@10 is promoted at least four times in five; between that and the accepted loss, less often: more users tell them apart.`
    : `It follows that a candidate has to be better by ${formatMetric(smallest)} in NDCG@10 to be promoted four times in five. Smaller gains are mostly missed: more users find them.`;

/** What the level does not hold for with certainty; nothing where all users differ one way. */
const unevenMeaning = (uneven: SimulatedRate | null, level: number, required: number): readonly string[] =>
  uneven === null
    ? []
    : [
        `Of candidates that are ${notToPass(required)} on average, and as uneven over users as these two models, ${formatPercent(uneven.rate)} passed (95 % interval ${formatPercent(uneven.low)} to ${formatPercent(uneven.high)}), ${findingOf(uneven, level)}.`,
        ...(uneven.low > level
          ? [
              'It follows that small gains for many users may hide large losses of few: no test sees losses of users whom it has not drawn. Look at the slices, guard them (gate.guards), or test on more users.',
            ]
          : []),
      ];

/** What is stated, what was measured, and what follows. */
const meaning = ({ calibration }: CalibrationAnswer): readonly string[] => {
  const { users, false_promotions: wrong, level, smallest_gain: smallest, required_gain: required } = calibration;
  return [
    `Stated: a candidate that is ${notToPass(required)} passes one test with a probability of at most ${percent(level)}.`,
    `Measured: ${formatPercent(wrong.rate)} of such candidates passed (95 % interval ${formatPercent(wrong.low)} to ${formatPercent(wrong.high)}), ${findingOf(wrong, level)}.`,
    ...(wrong.low > level
      ? ['It follows that this gate promotes too easily on these users: raise gate.confidence, or test on more users.']
      : []),
    ...unevenMeaning(calibration.uneven_false_promotions, level, required),
    smallest === null
      ? `It follows that your ${formatCount(users)} users ${required < 0 ? 'rule out no such loss' : 'show no gain'} four times in five, however ${required < 0 ? 'good the candidate' : 'large'}: test on more of them.`
      : foundText(smallest),
  ];
};

export const calibrationLines = (answer: CalibrationAnswer, width: number): readonly string[] => {
  const { model, against, dataset, calibration } = answer;
  const { users, simulations, confidence, power, required_gain: required } = calibration;
  const { false_promotions: wrong, uneven_false_promotions: uneven } = calibration;
  const rows = [
    [`${formatMetric(required)} (${requiredText(required)})`, ...rateText(wrong)],
    ...(uneven === null
      ? []
      : [[`${formatMetric(required)} (${requiredText(required)}, uneven)`, ...rateText(uneven)]]),
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
