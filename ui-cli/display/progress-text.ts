/** What a line of progress says. Pure. */
import type { WorkCount } from '../../contracts/work-count.ts';
import { formatCount, formatDuration, formatPercent } from '../text/formats.ts';
import { estimateRate } from './estimate-rate.ts';

const SECONDS_PER_MINUTE = 60;
/** A rate of less is that of a start. */
const LEAST_SECONDS = 1;

/** `250 texts/s`, `2.5 tests/s`, `12 rankings/min` */
const rateText = (perSecond: number, unit: string): string => {
  if (perSecond < 1) {
    return `${formatCount(Math.max(1, Math.round(perSecond * SECONDS_PER_MINUTE)))} ${unit}/min`;
  }
  return `${perSecond < 10 ? Number(perSecond.toFixed(1)) : formatCount(Math.round(perSecond))} ${unit}/s`;
};

/**
 * `120 of 1,000 texts (12.0 %), 100 from the cache, 250 texts/s, 4.0 s left`, and shorter ones for narrower terminals:
 * how long it takes goes last.
 * @param seconds since the work began
 */
export const countTexts = (count: WorkCount, seconds: number): readonly string[] => {
  const { done, total, unit, cached = 0 } = count;
  const { perSecond, secondsLeft } = estimateRate(count, seconds);
  const percent = formatPercent(total === 0 ? 1 : done / total);
  const place = `${formatCount(done)} of ${formatCount(total)} ${unit} (${percent})`;
  const known = cached > 0 ? [`${formatCount(cached)} from the cache`] : [];
  const rate = perSecond === null || seconds < LEAST_SECONDS ? [] : [rateText(perSecond, unit)];
  const left = secondsLeft === null ? [] : [`${formatDuration(secondsLeft)} left`];
  return [
    [place, ...known, ...rate, ...left],
    [place, ...rate, ...left],
    [place, ...left],
    [percent, ...left],
  ].map((parts) => parts.join(', '));
};

/** The longest that fits; where none does, the shortest. @param texts longest first */
export const fittingText = (texts: readonly string[], columns: number): string =>
  texts.find((text) => text.length < columns) ?? texts.at(-1) ?? '';
