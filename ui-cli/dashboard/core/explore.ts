/** How somebody looks at the trials of experiments: which pane, which metric, which trials are pinned. Pure. */
export const PANES = ['curves', 'best', 'rungs', 'events', 'work'] as const;
export type Pane = (typeof PANES)[number];

export const TRIAL_PANES = ['curves', 'settings', 'events'] as const;
export type TrialPane = (typeof TRIAL_PANES)[number];

/** What curves show; `objective`: what the trials of the experiment are compared by. */
export const CURVE_METRICS = ['objective', 'val_loss', 'train_loss', 'learning_rate'] as const;
export type CurveMetric = (typeof CURVE_METRICS)[number];

export const SMOOTHINGS = [0, 0.6, 0.9] as const;

/** One more curve is that of the cursor. */
export const MOST_PINNED = 5;

export interface Explore {
  readonly pane: Pane;
  /** The same for one trial. */
  readonly trialPane: TrialPane;
  /** The keys for moving go to the pane, not to the table. */
  readonly isPaneFocused: boolean;
  /** Lines that the pane is scrolled down by. */
  readonly top: number;
  readonly metric: CurveMetric;
  readonly isLog: boolean;
  readonly smoothing: number;
  /** Experiment to how many steps back in its history it is shown; missing: as it is now. */
  readonly stepsBack: Readonly<Record<string, number>>;
  /** Experiment to trials, each with a colour of its own as long as it is pinned: by its place, null where one was taken away. */
  readonly pinned: Readonly<Record<string, readonly (string | null)[]>>;
}

export const NEW_EXPLORE: Explore = {
  pane: 'curves',
  trialPane: 'curves',
  isPaneFocused: false,
  top: 0,
  metric: 'objective',
  isLog: false,
  smoothing: 0,
  stepsBack: {},
  pinned: {},
};

export const nextOf = <Value>(values: readonly Value[], value: Value): Value =>
  values[(values.indexOf(value) + 1) % values.length] ?? value;

/** null: there is no room for another. */
export const togglePin = (explore: Explore, experimentId: string, trialId: string): Explore | null => {
  const before = explore.pinned[experimentId] ?? [];
  const free = before.indexOf(null);
  const place = before.includes(trialId) ? before.indexOf(trialId) : free < 0 ? before.length : free;
  if (place >= MOST_PINNED) {
    return null;
  }
  const after = before.includes(trialId)
    ? before.with(place, null)
    : [...before.slice(0, place), trialId, ...before.slice(place + 1)];
  return { ...explore, pinned: { ...explore.pinned, [experimentId]: after } };
};
