/** How numbers, durations and hyperparameters are written for people. */
import type { SweepHalt } from '../../contracts/sweep.ts';
import type { ParameterValue, TrialParams } from '../../contracts/trial.ts';

/** `0.4 s`, `12 s`, `2 min 05 s`, `1 h 03 min`. */
export const formatDuration = (seconds: number): string => {
  if (seconds < 9.95) {
    return `${Math.max(0, seconds).toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const two = (value: number): string => String(value).padStart(2, '0');
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
};

/** To the second, with its zone: `2026-11-01 12:00:00 UTC`. */
export const formatUtc = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `30`, `30s`, `10m`, `2h`, `1d`, `500ms` to milliseconds; null for anything else. */
export const parseDuration = (text: string): number | null => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/.exec(text.trim());
  if (match === null) {
    return null;
  }
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 3.6e6, d: 8.64e7 };
  const milliseconds = Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 1e3);
  return milliseconds > 0 ? milliseconds : null;
};

/** Four decimals: `0.4123`; a dash where there is no value. */
export const formatMetric = (value: number | null | undefined): string => value?.toFixed(4) ?? '–';

/** `17,204` */
export const formatCount = (value: number): string => value.toLocaleString('en-US');

export const formatPercent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const BAR_WIDTH = 24;

/** `██████░░░░░░` of 24 characters. @param share 0 to 1 */
export const formatBar = (share: number): string => {
  const full = Math.round(share * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`;
};

/** Numbers with at most six digits: a drawn learning rate has a dozen. */
export const formatParameter = (value: ParameterValue): string => {
  if (typeof value === 'number') {
    return String(Number(value.toPrecision(6)));
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** `learning_rate 0.0005, hidden_dims [512,256]`; `default settings` for a trial without parameters. */
export const formatParams = (params: TrialParams): string => {
  const entries = Object.entries(params).map(
    ([key, value]) => `${key.slice(key.indexOf('.') + 1)} ${formatParameter(value)}`,
  );
  return entries.length === 0 ? 'default settings' : entries.join(', ');
};

/** Said wherever test metrics are. */
export const BELOW_POPULARITY =
  'warning: the model does not beat popularity: a list that is the same for everyone ranks as well (tag tt.below_popularity); ' +
  'if users and items are known by ids alone, training.loss in_batch_softmax with model.user_history learns better, unless it is already set';

/** Why no further trial begins although some are left. */
export const HALT_TEXT: Readonly<Record<SweepHalt, string>> = {
  max_failures: 'too many trials failed (sweep.max_failures)',
  max_seconds: 'the time limit was reached (sweep.max_seconds)',
  target: 'the target was reached (sweep.target)',
  preflight: 'a check before training failed',
};
