/** Keys of everything that draws curves, and of moving in the pane beside a table. Pure. */
import { CURVE_METRICS, type Explore, nextOf, SMOOTHINGS } from '../../core/explore.ts';
import { type KeyBinding, type KeyName, stay } from '../../core/keys.ts';
import type { DashboardState } from '../../core/state.ts';

export const withExplore = (state: DashboardState, change: Partial<Explore>): DashboardState => ({
  ...state,
  explore: { ...state.explore, ...change },
});

const isPaneFocused = ({ explore }: DashboardState): boolean => explore.isPaneFocused;

const PAGE = 10;

const scroll = (keys: readonly KeyName[], help: string, by: number): KeyBinding => ({
  keys,
  label: null,
  help,
  press: (state) => stay(withExplore(state, { top: Math.max(0, state.explore.top + by) })),
});

export const scrollPaneKeys: readonly KeyBinding[] = [
  scroll(['up', 'k'], 'one line up in the pane', -1),
  scroll(['down', 'j'], 'one line down in the pane', 1),
  scroll(['page-up'], 'one page up in the pane', -PAGE),
  scroll(['page-down'], 'one page down in the pane', PAGE),
];

export const shapeKeys: readonly KeyBinding[] = [
  {
    keys: ['l'],
    label: null,
    help: 'logarithmic y axis, or linear',
    press: (state) => stay(withExplore(state, { isLog: !state.explore.isLog })),
  },
  {
    keys: ['w'],
    label: null,
    help: 'smooth curves more, or not at all',
    press: (state) => stay(withExplore(state, { smoothing: nextOf(SMOOTHINGS, state.explore.smoothing) })),
  },
];

export const metricKey: KeyBinding = {
  keys: ['m'],
  label: null,
  help: 'curves of the next metric',
  press: (state) => stay(withExplore(state, { metric: nextOf(CURVE_METRICS, state.explore.metric) })),
};

export const plotKeys: readonly KeyBinding[] = [
  ...scrollPaneKeys.map((key) => ({ ...key, isActive: isPaneFocused })),
  ...shapeKeys,
  metricKey,
];
