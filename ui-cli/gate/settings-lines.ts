/** Whose settings the gate was asked with, as people and programs read it. Pure. */
import type { AnsweredReplicates, AnsweredSettings } from '../../contracts/local-gate.ts';

const originText = ({ origin: { source, name, reason } }: AnsweredSettings): string => {
  switch (source) {
    case 'config':
      return `those of ${name}`;
    case 'experiment':
      return `those of experiment ${name}`;
    case 'defaults':
      return `defaults, because ${reason}`;
  }
};

export const settingsLine = (settings: AnsweredSettings): string => {
  const { set } = settings.origin;
  return `Settings: ${originText(settings)}${set.length === 0 ? '' : `, with ${set.join(', ')}`}`;
};

export const settingsJson = ({ gate, relevanceThreshold, seed, origin }: AnsweredSettings): object => ({
  ...origin,
  ...{ gate, relevance_threshold: relevanceThreshold, seed },
});

/** Nothing where no other training was asked for. */
export const replicateLines = ({ asked, used }: AnsweredReplicates): readonly string[] => {
  if (asked === 1) {
    return [];
  }
  return [
    used === asked
      ? `Replicates: ${used} trainings of the candidate's settings, all of which exist already`
      : `Replicates: gate.replicates asks for ${asked} trainings of the candidate's settings, of which ${used === 1 ? 'only its own exists' : `${used} exist`}; asking trains none`,
  ];
};
