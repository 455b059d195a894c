/** The experiment that is meant where somebody names none. */
import { TtExpError } from '../../contracts/errors.ts';
import type { Experiments } from './platform-runtime.ts';

/** @returns null where none or several run and `mayList`; otherwise EXPERIMENT_NOT_FOUND, or USAGE, is thrown then */
export const onlyRunning = async (experiments: Pick<Experiments, 'list'>, mayList: boolean): Promise<string | null> => {
  const running = (await experiments.list()).filter(({ status }) => status === 'RUNNING');
  const [only] = running;
  if (only !== undefined && running.length === 1) {
    return only.experimentId;
  }
  if (mayList) {
    return null;
  }
  if (only === undefined) {
    throw new TtExpError('EXPERIMENT_NOT_FOUND', 'No experiment is running.', {
      hint: 'Start one with `tt-exp run <config>`, or name one of `tt-exp list`: `tt-exp watch <id>`.',
    });
  }
  const ids = running.map(({ experimentId }) => experimentId);
  throw new TtExpError('USAGE', `watch: got no id while ${ids.length} experiments are running, expected one`, {
    hint: `One of: ${ids.join(', ')}.`,
  });
};
