/** How the last experiment online of a model ended, be it with a workflow, or begun by `serve --ab` and stopped. */
import type { OnlineView } from '../../client/online-client.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { EndedOnline, MeasuredOnline, OnlineEnd } from '../../contracts/online-steps.ts';

export interface LastEnded {
  readonly experiment: OnlineExperiment;
  /** null: its workflow ended without an outcome. */
  readonly end: OnlineEnd | null;
  readonly reason: string | null;
  /** Of the ledger's record. */
  readonly seq: number | null;
  readonly endedAt: string | null;
  readonly measured: MeasuredOnline | null;
  /** Begun by `serve --ab`: nobody decided it, and its challenger stays one. */
  readonly isUndecided: boolean;
}

const ofWorkflow = ({ snapshot, outcome, endedAt }: OnlineView): LastEnded => ({
  ...{ experiment: snapshot.experiment, end: outcome?.end ?? null, reason: outcome?.reason ?? null },
  ...{ seq: outcome?.seq ?? null, endedAt, measured: outcome?.measured ?? snapshot.measured, isUndecided: false },
});

const ofPerson = ({ experiment, reason, ended_at, measured }: EndedOnline): LastEnded => ({
  ...{ experiment, end: 'stopped', reason, seq: null, endedAt: ended_at, measured, isUndecided: true },
});

const startedMs = ({ started_at }: OnlineExperiment): number => Date.parse(started_at);

/** One of a model runs at a time, so the last to begin is the last to end. @param view of one that has ended */
export const lastEnded = (view: OnlineView | null, ended: EndedOnline | null): LastEnded | null => {
  if (ended === null || (view !== null && startedMs(view.snapshot.experiment) > startedMs(ended.experiment))) {
    return view === null ? null : ofWorkflow(view);
  }
  return ofPerson(ended);
};

/** In place of a decision that nobody has taken; null where the report's is what it ended with. */
export const endedText = ({ end, reason, endedAt }: LastEnded): string | null => {
  const at = endedAt === null ? '' : `, at ${endedAt}`;
  switch (end) {
    case 'stopped':
      return `${reason}${at}`;
    case 'void':
      return `void: ${reason}${at}`;
    case null:
      return `its workflow ended without an outcome${at}`;
    default:
      return null;
  }
};
