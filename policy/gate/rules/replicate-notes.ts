/** What a verdict says of trainings with other seeds that the gate asked for, and has to do without. */
import type { LeftOutReplicate, SeedNoise } from '../../../contracts/gate.ts';

/** None of them was to be had: what was asked about seeds is not answered, and only a person may promote. */
export const isUnreplicated = (leftOut: readonly LeftOutReplicate[], seedNoise: SeedNoise | null): boolean =>
  leftOut.length > 0 && seedNoise === null;

/** @param hasInterval there is a champion that the candidate was compared with */
export const replicateNotes = (
  leftOut: readonly LeftOutReplicate[],
  seedNoise: SeedNoise | null,
  hasInterval: boolean,
): readonly string[] => {
  const each = leftOut.map(({ trial_id, reason }) => `Left out: ${trial_id} (${reason}).`);
  if (leftOut.length === 0 || !hasInterval) {
    return each;
  }
  return [
    ...each,
    seedNoise === null
      ? 'No training with another seed was to be had, which gate.replicates asks for: only a person may promote.'
      : `The interval rests on ${seedNoise.replicates} of ${seedNoise.replicates + leftOut.length} trainings: it holds for seeds that train to the end.`,
  ];
};
