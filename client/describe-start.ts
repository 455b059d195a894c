/** What Temporal's pages and lists show of an experiment beside its id. */
import type { ExperimentInput } from '../contracts/experiment.ts';

/** The server refuses more bytes in a summary (400) and in details (20,000), quotes and escapes counted. */
const MOST_SUMMARY_CHARACTERS = 90;
const MOST_DETAIL_CHARACTERS = 4000;

const cut = (text: string, most: number): string => {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
};

const sweepLine = ({ sweep, training }: ExperimentInput['config']): string =>
  sweep === null
    ? `One trial of ${training.num_epochs} epochs.`
    : `Sweep: sampler ${sweep.sampler}, scheduler ${sweep.scheduler.type}, ${sweep.max_trials ?? 'all'} trials of at most ${training.num_epochs} epochs, ${sweep.max_parallel} at once.`;

export const describeStart = ({
  config,
  configDigest,
  extends: origin,
}: Pick<ExperimentInput, 'config' | 'configDigest' | 'extends'>) => {
  const { name, description, data, gate } = config;
  const details = [
    ...(description === '' ? [] : [cut(description, MOST_DETAIL_CHARACTERS)]),
    sweepLine(config),
    `Data: ${data.source.type}. Model: ${gate.model_name}. Config digest: ${configDigest}.`,
    ...(origin === undefined ? [] : [`Extends ${origin}.`]),
  ];
  const summary = description === '' ? name : `${name}: ${description.replaceAll(/\s+/g, ' ')}`;
  return {
    staticSummary: cut(summary, MOST_SUMMARY_CHARACTERS),
    staticDetails: details.join('\n\n'),
    memo: { name, config_digest: configDigest },
  };
};
