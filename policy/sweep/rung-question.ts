/** Which reports a trial is compared with at a rung, and whether all of them are there. */
import type { RungReport } from '../../contracts/rungs.ts';
import type { RungQuestion, Scheduler } from '../schedulers/scheduler.ts';
import { hasEnded, type SweepTrial } from './sweep-trial.ts';

export type SchedulerMode = 'ordered' | 'asynchronous';

/** Only reports with a lower sequence number are looked at; Infinity looks at all there are. */
interface Look {
  readonly scheduler: Scheduler;
  readonly mode: SchedulerMode;
  readonly before: number;
}

const isVisible = (report: RungReport | undefined, before: number): report is RungReport =>
  report !== undefined && report.sequence < before;

/** What a trial showed at a rung; one that stopped early by itself keeps its last value for all later rungs. */
const reportAt = ({ state, reports }: SweepTrial, rung: number, before: number): RungReport | null => {
  const own = reports[rung] ?? (state === 'completed' ? reports.at(-1) : undefined);
  return isVisible(own, before) ? own : null;
};

/**
 * The question to ask about the trial's latest report. null: in the ordered mode a trial with a lower index may still
 * come to this rung, so its report must be waited for.
 */
export const rungQuestion = (
  trials: readonly SweepTrial[],
  { index, reports }: SweepTrial,
  { scheduler, mode, before }: Look,
): RungQuestion | null => {
  const rung = reports.length - 1;
  const group = scheduler.group(index);
  const peers: { index: number; report: RungReport }[] = [];
  const others = mode === 'ordered' ? trials.slice(0, index) : trials;
  for (const peer of others) {
    if (peer.index === index || scheduler.group(peer.index) !== group) {
      continue;
    }
    const report = reportAt(peer, rung, before);
    if (report !== null) {
      peers.push({ index: peer.index, report });
    } else if (mode === 'ordered' && !hasEnded(peer)) {
      return null;
    }
  }
  return { index, reports, rung, peers };
};
