/** How a sweep is steered at the moment, in one line. */
import { Text } from 'ink';
import type { ExperimentView } from '../../contracts/experiment.ts';
import { HALT_TEXT } from '../formats.ts';
import { inColour, type Theme } from './theme.ts';

export const SweepLine = ({ view, theme }: { readonly view: ExperimentView; readonly theme: Theme }) => {
  const { sweep, status, phase } = view;
  if (sweep === null || status !== 'running' || phase !== 'train') {
    return null;
  }
  const { isPaused, maxParallel, halt } = sweep;
  const text = [
    ...(isPaused ? ['paused'] : []),
    `at most ${maxParallel} at once`,
    ...(halt === null ? [] : [`no further trial: ${HALT_TEXT[halt]}`]),
  ].join(', ');
  const colour = isPaused || halt !== null ? theme.bad : undefined;
  return (
    <Text {...inColour(colour)} dimColor={theme.isDim && colour === undefined} wrap="truncate-end">
      {text}
    </Text>
  );
};
