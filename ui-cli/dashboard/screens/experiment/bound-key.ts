/** Keys of the screen of an experiment, which need its view. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { type KeyBinding, type Step, stay } from '../../core/keys.ts';
import type { DashboardState } from '../../core/state.ts';
import { type Here, shownAt } from './content.ts';

/** Keys that need a view: they do nothing before there is one. */
type Press = (state: DashboardState, view: ExperimentView) => Step;
export type Test = (view: ExperimentView, state: DashboardState) => boolean;

export interface Key extends Omit<KeyBinding, 'press' | 'isActive'> {
  readonly isActive?: Test;
  readonly press: Press;
}

export const bound = ({ experimentId }: Here, { isActive, press, ...key }: Key): KeyBinding => ({
  ...key,
  isActive: (state) => {
    const view = shownAt(experimentId, state)?.view ?? null;
    return view !== null && (isActive?.(view, state) ?? true);
  },
  press: (state) => {
    const view = shownAt(experimentId, state)?.view ?? null;
    return view === null ? stay(state) : press(state, view);
  },
});
