/** From what somebody typed to one experiment: a full id, a workflow id, its name, or a beginning that only one id has. */
import { TtExpError } from '../../contracts/errors.ts';
import { experimentNameOf, parseExperimentId } from '../../contracts/ids.ts';
import { nearestHint } from '../../policy/nearest.ts';
import type { Experiments } from './platform-runtime.ts';

/** Throws EXPERIMENT_NOT_FOUND. */
export const resolveExperimentId = async (experiments: Pick<Experiments, 'list'>, text: string): Promise<string> => {
  const ids = parseExperimentId(text);
  if (ids !== null) {
    return ids.experimentId;
  }
  const known = [...new Set((await experiments.list()).map(({ experimentId }) => experimentId))];
  const named = known.filter((id) => experimentNameOf(id) === text);
  const matches = named.length > 0 ? named : known.filter((id) => id.startsWith(text));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) {
    return only;
  }
  const hint =
    matches.length > 1
      ? `One of: ${matches.join(', ')}.`
      : nearestHint(text, known, '`tt-exp list` shows all experiments.');
  const shared = named.length > 0 ? 'the name of' : 'the beginning of the ids of';
  const found = matches.length > 1 ? `${text}, ${shared} ${matches.length} experiments` : text;
  throw new TtExpError('EXPERIMENT_NOT_FOUND', `experiment: got ${found}, expected the id of one experiment`, { hint });
};
