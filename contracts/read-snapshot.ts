/** Reads snapshots as some version has written them: those of earlier versions lack fields, and are brought up to date. */
import { TtExpError } from './errors.ts';
import { type ExperimentSnapshot, PHASES, type Phase } from './experiment.ts';
import { GATE_NOT_RUN } from './gate.ts';
import { objectiveOf } from './objective.ts';
import type { ResolvedConfig } from './resolved-config.ts';

type Fields = { readonly [Key in keyof ExperimentSnapshot]: ExperimentSnapshot[Key] };

/** What earlier versions did not write. */
type Later = 'objective' | 'source' | 'dataWarnings' | 'leftOut' | 'gate';

export type RecordedSnapshot = Omit<Fields, Later> & Partial<Pick<Fields, Later>>;

/** Fields by the phase that finds them out. */
const FOUND_OUT = [
  ['prepare', ['parentRunId', 'mlflowExperimentId']],
  ['encode', ['dataset']],
  ['train', ['bestTrialId', 'tensorflow']],
  ['evaluate', ['test']],
  ['register', ['model']],
] as const satisfies readonly (readonly [Phase, readonly (keyof Fields)[]])[];

/** Each phase has found out what the later ones rest on: nobody has to ask again. */
const missingIn = (fields: Fields): readonly (keyof Fields)[] =>
  FOUND_OUT.flatMap(([phase, names]) => {
    const isPast = PHASES.indexOf(fields.phase) > PHASES.indexOf(phase);
    return isPast ? names.filter((name) => fields[name] == null) : [];
  });

const isWhole = (fields: Fields): fields is ExperimentSnapshot => missingIn(fields).length === 0;

/** Whether this version, or a later one, has written it. */
export const isCurrent = (recorded: RecordedSnapshot): recorded is ExperimentSnapshot => {
  const { objective, gate } = recorded;
  return (
    objective !== undefined && gate !== undefined && Object.keys(GATE_NOT_RUN).every((key) => Object.hasOwn(gate, key))
  );
};

/**
 * Throws INTERNAL where a record says that a phase is over, and lacks what it found out.
 * @param config that the experiment was started with
 */
export const readSnapshot = (recorded: RecordedSnapshot, config: Pick<ResolvedConfig, 'sweep'>): ExperimentSnapshot => {
  const { source = null, dataWarnings = [], leftOut = null, objective = objectiveOf(config), gate } = recorded;
  const fields = { ...recorded, source, dataWarnings, leftOut, objective, gate: { ...GATE_NOT_RUN, ...gate } };
  if (!isWhole(fields)) {
    throw new TtExpError(
      'INTERNAL',
      `experiment ${fields.experimentId}: its record says phase ${fields.phase} and lacks ${missingIn(fields).join(', ')}`,
      { hint: 'Run it again: finished trials are reused.' },
    );
  }
  return fields;
};
