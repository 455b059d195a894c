/** `tt-exp ab status` and `tt-exp ab report`. */
import type { OnlineView } from '../../client/online-client.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { OnlineLosses } from '../../contracts/online-losses.ts';
import { DEFAULT_ONLINE_SETTINGS } from '../../contracts/online-report.ts';
import type { MeasuredOnline, OnlineEnd } from '../../contracts/online-steps.ts';
import { describeAudience } from '../../policy/online/describe-audience.ts';
import { describeOnline } from '../../policy/online/describe-online.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printJson, printLines } from '../text/output.ts';
import { whyNoneRuns } from './none-runs.ts';
import type { OnlineHome, OnlineRuntime } from './online-runtime.ts';

const END_TEXT: Readonly<Record<OnlineEnd, string>> = {
  promoted: 'the challenger was promoted',
  won: 'the challenger is better and awaits `tt-exp models promote`',
  cleared: 'the challenger is one no more',
  invalid: 'its users were not divided as planned; the challenger is one no more',
  stopped: 'it was stopped; the challenger is one no more',
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

const measuredLines = ({ report, losses }: MeasuredOnline, experiment: OnlineExperiment): readonly string[] => [
  ...describeOnline(report, experiment),
  ...lossLines(losses),
];

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
  readonly measured: MeasuredOnline | null;
  /** Of the latest list that servers of this home have written down; null: none, or it has ended. */
  readonly last_list_at: string | null;
  /** Why nothing may be learned from it although it runs. */
  readonly warnings: readonly string[];
}

type Known = Omit<Status, 'last_list_at' | 'warnings'>;

const statusOf = (model: string, view: OnlineView | null, defined: OnlineExperiment | null): Known | null => {
  if (defined !== null && view?.snapshot.experiment.id !== defined.id) {
    return {
      ...{ model, phase: 'undecided', experiment: defined, problem: null },
      ...{ end: null, reason: null, seq: null, measured: null },
    };
  }
  if (view === null) {
    return null;
  }
  const { snapshot, outcome, isRunning } = view;
  return {
    ...{
      model,
      phase: isRunning ? snapshot.phase : 'ended',
      experiment: snapshot.experiment,
      problem: snapshot.problem,
    },
    ...{ end: outcome?.end ?? null, reason: outcome?.reason ?? null, seq: outcome?.seq ?? null },
    measured: outcome?.measured ?? snapshot.measured,
  };
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
  const { id, model, mode, share, champion, challenger, started_at } = experiment;
  const record = seq === null ? '' : `, record ${seq} of the ledger`;
  return [
    `${model}: experiment ${id} ${PHASE_TEXT[phase]}`,
    `version ${challenger.version} beside champion version ${champion.version}, ${mode}, share ${share}, since ${started_at}`,
    ...(last_list_at === null ? [] : [`last list given at ${last_list_at}`]),
    ...[problem ?? [], ...warnings].flat().map((warning) => `warning: ${warning}`),
    ...(end === null ? [] : [`Ended: ${END_TEXT[end]}${record}`]),
    ...(reason === null ? [] : [reason]),
    ...(measured === null || phase === 'ended'
      ? []
      : [`${measured.report.users} users observed in full, ${measured.report.open_users} still open`]),
  ];
};

export const showStatus = async (runtime: OnlineRuntime, model: string, isJson: boolean): Promise<number> => {
  const home = await runtime.onlineHome();
  const known = statusOf(model, await viewOf(runtime, model), await home.defined(model));
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

/** From the logs of this home where its servers have the experiment, else what the workflow has measured last. */
export const showReport = async (runtime: OnlineRuntime, model: string, isJson: boolean): Promise<number> => {
  const home = await runtime.onlineHome();
  const defined = await home.defined(model);
  const view = await viewOf(runtime, model);
  const own = view !== null && (defined === null || view.snapshot.experiment.id === defined.id) ? view.snapshot : null;
  const experiment = defined ?? own?.experiment ?? null;
  if (experiment === null) {
    throw await whyNoneRuns(runtime, model);
  }
  const measured =
    defined === null
      ? (view?.outcome?.measured ?? own?.measured ?? null)
      : await home.measure({ experiment, settings: own?.settings ?? DEFAULT_ONLINE_SETTINGS });
  if (measured === null) {
    throw nothingMeasured(experiment, view?.outcome?.reason ?? null);
  }
  if (isJson) {
    printJson(runtime.io, { ...measured.report, losses: measured.losses });
  } else {
    printLines(runtime.io.stdout, measuredLines(measured, experiment));
  }
  return EXIT.done;
};
