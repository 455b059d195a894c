/** From what somebody typed to one experiment: a full id, a workflow id, its name, or a beginning that only one id has. */
import { TtExpError } from '../../contracts/errors.ts';
import { experimentNameOf, parseExperimentId, splitTrialReference } from '../../contracts/ids.ts';
import { nearestHint, nearestOf } from '../../policy/nearest.ts';
import type { Experiments } from './platform-runtime.ts';

/** Whoever knows ids. */
interface KnownIds {
  list(): Promise<readonly Pick<Awaited<ReturnType<Experiments['list']>>[number], 'experimentId'>[]>;
}

/** An experiment goes by its name as well, which is much shorter than its id. */
const hintFor = (text: string, known: readonly string[]): string => {
  const lists = '`tt-exp list` shows all experiments.';
  const name = nearestOf(text, [...new Set(known.map(experimentNameOf))]);
  return name === null ? nearestHint(text, known, lists) : `Did you mean ${name}? ${lists}`;
};

/** Throws EXPERIMENT_NOT_FOUND. */
export const resolveExperimentId = async (experiments: KnownIds, text: string): Promise<string> => {
  const ids = parseExperimentId(text);
  if (ids !== null) {
    return ids.experimentId;
  }
  if (splitTrialReference(text).trialId !== null) {
    throw new TtExpError('EXPERIMENT_NOT_FOUND', `experiment: got the trial ${text}, expected an experiment`, {
      hint: `\`tt-exp why ${text}\` explains a trial.`,
    });
  }
  const known = [...new Set((await experiments.list()).map(({ experimentId }) => experimentId))];
  const named = known.filter((id) => experimentNameOf(id) === text);
  const matches = named.length > 0 ? named : known.filter((id) => id.startsWith(text));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) {
    return only;
  }
  const hint = matches.length > 1 ? `One of: ${matches.join(', ')}.` : hintFor(text, known);
  const shared = named.length > 0 ? 'the name of' : 'the beginning of the ids of';
  const found = matches.length > 1 ? `${text}, ${shared} ${matches.length} experiments` : text;
  throw new TtExpError('EXPERIMENT_NOT_FOUND', `experiment: got ${found}, expected the id of one experiment`, { hint });
};
