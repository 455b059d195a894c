/** What came of training a trial again, line by line. Pure. */
import type {
  Circumstance,
  CircumstanceName,
  RecordSource,
  ReproductionReport,
  ValueDifference,
} from '../../contracts/reproduction.ts';
import { formatCount, formatDuration } from '../text/formats.ts';
import { formatTable } from '../text/table.ts';

const SOURCE_TEXT: Readonly<Record<RecordSource, string>> = { history: 'history.json', metrics: "the run's metrics" };

const CIRCUMSTANCE_TEXT: Readonly<Record<CircumstanceName, string>> = {
  training_code: 'training code',
  git_commit: 'git commit',
  tensorflow_backend: 'TensorFlow backend',
  tensorflow_library: 'TensorFlow library',
  precision: 'precision',
  threads: 'threads',
};

/** All digits: two numbers that differ in the last bit must not look the same. */
const exact = (value: number | null): string => (value === null ? 'nothing' : String(value));

const differenceText = ({ epoch, metric, recorded, reproduced, source }: ValueDifference): string =>
  `epoch ${epoch}, ${metric}: ${exact(recorded)} in ${SOURCE_TEXT[source]}, ${exact(reproduced)} here`;

const modelText = (isEqual: boolean | null): string =>
  isEqual === null ? 'the record has no model' : isEqual ? "the model's files are equal" : "the model's files differ";

const verdictLine = ({ comparison, epochs }: ReproductionReport): string => {
  const { verdict, tolerance, values, isModelEqual, firstDifference } = comparison;
  const amount = `${formatCount(values)} values of ${epochs.recorded === 1 ? '1 epoch' : `${epochs.recorded} epochs`}`;
  switch (verdict) {
    case 'equal':
      return `Reproduced: ${amount} are equal bit by bit; ${modelText(isModelEqual)}.`;
    case 'within_tolerance':
      return `Reproduced: ${amount} are equal within ${tolerance}; ${modelText(isModelEqual)}.`;
    case 'differs':
      return firstDifference === null
        ? `Not reproduced: ${amount} are equal, but ${modelText(isModelEqual)}.`
        : `Not reproduced: of ${amount} some differ${tolerance === 0 ? '' : ` by more than ${tolerance}`}; ${modelText(isModelEqual)}.`;
  }
};

const short = ({ name }: Circumstance, value: string | null): string =>
  value === null ? '–' : name === 'training_code' || name === 'git_commit' ? value.slice(0, 12) : value;

const circumstanceLines = ({ circumstances }: ReproductionReport): readonly string[] =>
  formatTable(
    [{ title: '' }, { title: 'recorded' }, { title: 'here' }, { title: '' }],
    circumstances.map((one) => [
      CIRCUMSTANCE_TEXT[one.name],
      short(one, one.recorded),
      short(one, one.here),
      one.isEqual === null ? 'not known' : one.isEqual ? '' : 'differs',
    ]),
  );

/** What to make of a difference. Another commit alone explains nothing while the training code is the same. */
const explanation = ({ comparison, circumstances }: ReproductionReport): string => {
  const isSame = circumstances.every(({ name, isEqual }) => name === 'git_commit' || isEqual !== false);
  if (comparison.verdict !== 'differs') {
    return '';
  }
  return isSame
    ? 'Nothing recorded explains it: either the record was changed, or another kind of processor computed it.'
    : 'The differences above may explain it.';
};

export const reproductionLines = (report: ReproductionReport): readonly string[] => {
  const { comparison, runId, trialId, experimentId, dataset, outOfMemory, seconds, epochs } = report;
  const { firstDifference: first, largestDifference: largest } = comparison;
  const explained = explanation(report);
  return [
    verdictLine(report),
    `  Run: ${runId}${trialId === null ? '' : ` (${trialId} of ${experimentId})`}`,
    `  Dataset version: ${dataset.version}`,
    `  Time: ${formatDuration(seconds)}`,
    ...(outOfMemory === null ? [] : [`  Memory ran out: ${outOfMemory}`]),
    ...(epochs.recorded === epochs.reproduced
      ? []
      : [`  Epochs: ${epochs.recorded} recorded, ${epochs.reproduced} here`]),
    ...(first === null ? [] : ['', `First difference: ${differenceText(first)}`]),
    ...(largest === null
      ? []
      : [`Largest difference: ${exact(largest.difference)}, ${largest.metric} of epoch ${largest.epoch}`]),
    '',
    ...circumstanceLines(report),
    ...(explained === '' ? [] : ['', explained]),
  ];
};
