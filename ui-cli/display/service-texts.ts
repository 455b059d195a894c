/** What is said of each step of provisioning and starting. */
import type { ServiceProgress } from '../../contracts/services.ts';
import { formatDuration } from '../text/formats.ts';
import { estimateRate } from './estimate-rate.ts';

const WHOLE = 100;

export const serviceLine = ({ part, step, message }: ServiceProgress): string => `${part}: ${step}: ${message}`;

/** Of a part that is on its way, as opposed to one that is ready or a note. */
export const isUnderway = ({ step, percent }: ServiceProgress): boolean =>
  percent !== undefined && percent < WHOLE && step !== 'ready' && step !== 'notice';

export interface ServiceTexts {
  /** A line of the event; null where it says what the one before it of its part said: downloads report often. */
  tell(event: ServiceProgress): string | null;
  /** Of all parts that are underway; empty where none is. */
  underway(): string;
}

/**
 * `mlflow: download: numpy (45 %, 12 s left)`; what is left is of the whole part. Remembers when each part was first
 * heard of.
 * @param now milliseconds
 */
export const createServiceTexts = (now: () => number): ServiceTexts => {
  const startMs = new Map<string, number>();
  const last = new Map<string, ServiceProgress>();
  const textOf = (event: ServiceProgress): string => {
    const { part, percent = 0 } = event;
    if (!isUnderway(event) || percent === 0) {
      return serviceLine(event);
    }
    const seconds = (now() - (startMs.get(part) ?? now())) / 1000;
    const { secondsLeft } = estimateRate({ done: percent, total: WHOLE, unit: '%' }, seconds);
    const left = secondsLeft === null ? '' : `, ${formatDuration(secondsLeft)} left`;
    return `${serviceLine(event)} (${Math.round(percent)} %${left})`;
  };
  return {
    tell: (event) => {
      const before = last.get(event.part);
      last.set(event.part, event);
      startMs.set(event.part, startMs.get(event.part) ?? now());
      return before !== undefined && serviceLine(before) === serviceLine(event) ? null : textOf(event);
    },
    underway: () => [...last.values()].filter(isUnderway).map(textOf).join('; '),
  };
};
