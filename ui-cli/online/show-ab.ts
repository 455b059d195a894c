/** `tt-exp ab status` and `tt-exp ab report`. */
import type { OnlineView } from '../../client/online-client.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { OnlineLosses } from '../../contracts/online-losses.ts';
import { DEFAULT_ONLINE_SETTINGS } from '../../contracts/online-report.ts';
import type { EndedOnline, MeasuredOnline, OnlineEnd } from '../../contracts/online-steps.ts';
import { describeAudience } from '../../policy/online/describe-audience.ts';
import { describeOnline, type OnlineStanding } from '../../policy/online/describe-online.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printJson, printLines } from '../text/output.ts';
import { endedText, lastEnded } from './last-ended.ts';
import { whyNoneRuns } from './none-runs.ts';
import type { OnlineHome, OnlineRuntime } from './online-runtime.ts';

const END_TEXT: Readonly<Record<OnlineEnd, string>> = {
  promoted: 'the challenger was promoted',
  won: 'the challenger is better and awaits `tt-exp models promote`',
  cleared: 'the challenger is one no more',
  invalid: 'its users were not divided as planned; the challenger is one no more',
  stopped: 'it was stopped',
  void: 'it is void',
  refused: 'it never began',
};

const lossLines = (losses: OnlineLosses): readonly string[] => {
  const {
    lost_impressions: lost,
    damaged_impressions: damaged,
    damaged_events: damagedEvents,
    half_surrogates: halves = 0,
    early_events: early,
    events_without_list: unlisted = 0,
    voided,
  } = losses;
  return [
    ...(voided === null ? [] : [`warning: servers give its lists no more: ${voided}`]),
    ...(lost > 0 ? [`warning: ${lost} lists could not be written down; what users did with them does not count`] : []),
    ...(damaged + damagedEvents > 0
      ? [
          `warning: ${damaged} lines of lists and ${damagedEvents} of events cannot be read, and are left out: ${damaged + damagedEvents - halves} were cut, ${halves} hold half a surrogate pair, which earlier versions took`,
        ]
      : []),
    ...(early > 0 ? [`warning: ${early} events are older than the list with their item: the clock was set back`] : []),
    ...(unlisted > 0
      ? [
          `note: ${unlisted} events are of items that no list of it has shown to their users, and do not count: those lists were lost when a server was killed, or the items were found elsewhere`,
        ]
      : []),
  ];
};

const measuredLines = (
  { report, losses }: MeasuredOnline,
  experiment: OnlineExperiment,
  standing: OnlineStanding,
): readonly string[] => [...describeOnline(report, experiment, standing), ...lossLines(losses)];

/** As of the workflow; null where it has none, and servers of this home may have one that nobody decides. */
const viewOf = (runtime: OnlineRuntime, model: string): Promise<OnlineView | null> =>
  withPlatform(runtime, ({ online }) => online.view(model));

interface Status {
  readonly model: string;
  readonly phase: 'beginning' | 'running' | 'ending' | 'ended' | 'undecided';
  readonly experiment: OnlineExperiment;
  readonly problem: string | null;
  readonly end: OnlineEnd | null;
  readonly reason: string | null;
  readonly seq: number | null;
  /** null while it runs. */
  readonly ended_at: string | null;
  readonly measured: MeasuredOnline | null;
  /** Of the latest list that servers of this home have written down; null: none, or it has ended. */
  readonly last_list_at: string | null;
  /** Why nothing may be learned from it although it runs. */
  readonly warnings: readonly string[];
}

type Known = Omit<Status, 'last_list_at' | 'warnings'>;

const NOT_ENDED = { end: null, reason: null, seq: null, ended_at: null } as const;

const statusOf = (
  model: string,
  view: OnlineView | null,
  defined: OnlineExperiment | null,
  ended: EndedOnline | null,
): Known | null => {
  if (defined !== null && view?.snapshot.experiment.id !== defined.id) {
    return { ...NOT_ENDED, ...{ model, phase: 'undecided', experiment: defined, problem: null, measured: null } };
  }
  if (view?.isRunning) {
    const { phase, experiment, problem, measured } = view.snapshot;
    return { ...NOT_ENDED, ...{ model, phase, experiment, problem, measured } };
  }
  const last = lastEnded(view, ended);
  if (last === null) {
    return null;
  }
  const { experiment, end, reason, seq, endedAt, measured, isUndecided } = last;
  const problem = isUndecided ? null : (view?.snapshot.problem ?? null);
  return { ...{ model, phase: 'ended', experiment, problem, end, reason, seq, ended_at: endedAt, measured } };
};

const PHASE_TEXT = {
  beginning: 'begins',
  running: 'runs',
  ending: 'is ending',
  ended: 'has ended',
  undecided: 'runs by `serve --ab`; nobody decides it',
} as const;

/** Servers of one that has ended give its lists no more, and those of one that begins do not know it yet. */
const withAudience = async (home: OnlineHome, known: Known): Promise<Status> => {
  const { phase, experiment } = known;
  if (phase !== 'running' && phase !== 'undecided') {
    return { ...known, last_list_at: null, warnings: [] };
  }
  const audience = await home.audience(experiment);
  return {
    ...known,
    last_list_at: audience.last_list_at,
    warnings: describeAudience(audience, experiment, Date.now()),
  };
};

const statusLines = (status: Status): readonly string[] => {
  const { phase, experiment, problem, end, reason, seq, measured, last_list_at, warnings } = status;
  const stopped =
    end !== 'stopped'
      ? ''
      : `; version ${experiment.challenger.version} ${seq === null ? 'was left as it was' : 'is challenger no more'}`;
  const at = status.ended_at === null ? '' : `, at ${status.ended_at}`;
  const { id, model, mode, share, champion, challenger, started_at } = experiment;
  const record = seq === null ? '' : `, record ${seq} of the ledger`;
  return [
    `${model}: experiment ${id} ${PHASE_TEXT[phase]}`,
    `version ${challenger.version} beside champion version ${champion.version}, ${mode}, share ${share}, since ${started_at}`,
    ...(last_list_at === null ? [] : [`last list given at ${last_list_at}`]),
    ...[problem ?? [], ...warnings].flat().map((warning) => `warning: ${warning}`),
    ...(end === null ? [] : [`Ended: ${END_TEXT[end]}${stopped}${record}${at}`]),
    ...(reason === null ? [] : [reason]),
    ...(measured === null || phase === 'ended'
      ? []
      : [`${measured.report.users} users observed in full, ${measured.report.open_users} still open`]),
  ];
};

export const showStatus = async (runtime: OnlineRuntime, model: string, isJson: boolean): Promise<number> => {
  const home = await runtime.onlineHome();
  const known = statusOf(model, await viewOf(runtime, model), await home.defined(model), await home.ended(model));
  if (known === null) {
    throw await whyNoneRuns(runtime, model);
  }
  const status = await withAudience(home, known);
  if (isJson) {
    printJson(runtime.io, status);
  } else {
    printLines(runtime.io.stdout, statusLines(status));
  }
  return EXIT.done;
};

const nothingMeasured = ({ id, model }: OnlineExperiment, ended: string | null): TtExpError =>
  new TtExpError(
    'EXPERIMENT_NOT_FOUND',
    `model ${model}: nothing was measured of experiment ${id}${ended === null ? '' : `, which has ended: ${ended}`}`,
    { hint: `\`tt-exp ab status ${model}\` shows it.` },
  );

interface Reported {
  readonly experiment: OnlineExperiment;
  /** null: nothing was measured. */
  readonly measured: MeasuredOnline | null;
  readonly standing: OnlineStanding;
  /** Why it ended; null: it runs. */
  readonly reason: string | null;
}

/** Of what servers have now: settings are those of its workflow, if it has one. */
const reportDefined = async (
  home: OnlineHome,
  experiment: OnlineExperiment,
  view: OnlineView | null,
): Promise<Reported> => {
  const own = view?.snapshot.experiment.id === experiment.id ? view.snapshot : null;
  const measured = await home.measure({ experiment, settings: own?.settings ?? DEFAULT_ONLINE_SETTINGS });
  const { voided } = measured.losses;
  const standing = { isUndecided: own === null, ended: voided === null ? null : `void: ${voided}` };
  return { experiment, measured, standing, reason: null };
};

/** From the logs of this home where its servers have the experiment, else what was measured last. */
const reportOf = async (home: OnlineHome, view: OnlineView | null, model: string): Promise<Reported | null> => {
  const defined = await home.defined(model);
  if (defined !== null) {
    return reportDefined(home, defined, view);
  }
  if (view?.isRunning) {
    const { experiment, measured } = view.snapshot;
    return { experiment, measured, standing: {}, reason: null };
  }
  const last = lastEnded(view, await home.ended(model));
  return last === null ? null : { ...last, standing: { isUndecided: last.isUndecided, ended: endedText(last) } };
};

export const showReport = async (runtime: OnlineRuntime, model: string, isJson: boolean): Promise<number> => {
  const home = await runtime.onlineHome();
  const reported = await reportOf(home, await viewOf(runtime, model), model);
  if (reported === null) {
    throw await whyNoneRuns(runtime, model);
  }
  const { experiment, measured, standing, reason } = reported;
  if (measured === null) {
    throw nothingMeasured(experiment, reason);
  }
  if (isJson) {
    printJson(runtime.io, { ...measured.report, losses: measured.losses });
  } else {
    printLines(runtime.io.stdout, measuredLines(measured, experiment, standing));
  }
  return EXIT.done;
};
