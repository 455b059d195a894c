/**
 * From the definition of an experiment to the two bundles that take part: looked at every second, as is the alias
 * `challenger`. Until both bundles are here, and wherever the experiment does not hold any more, there is none: everybody
 * gets what the champion's follower serves, and no list counts.
 */
import { toErrorRecord } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { OnlineArm, OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { Clock } from '../../host/clock.ts';
import { alarmOf } from '../events/alarm.ts';
import type { ServedVersion } from '../follow/champion-source.ts';
import { ownVersion } from '../follow/served-version.ts';
import type { ServedBundle } from '../http/served-bundle.ts';
import { type ChallengerSource, createChallengerBundle } from './challenger-bundle.ts';
import { readDefinition, voidFileOf } from './definition-file.ts';
import type { KeptChallenger } from './kept-challenger.ts';
import { createVoidExperiments } from './void-experiments.ts';

const LOOK_EVERY_MS = 1_000;
/** MLflow may take so long to answer. */
const ANSWER_MS = 3_000;
/** Where a bundle is kept to begin with: users wait for their first lists, and the next look comes soon. */
const KEPT_ANSWER_MS = 500;

const UNREADABLE = 'the experiment online cannot be read, everybody gets the champion';

export interface ExperimentFollowerOptions {
  readonly definitionFile: string;
  readonly source: ChallengerSource;
  readonly kept: KeptChallenger;
  /** What serves at this moment. */
  readonly champion: () => ServedBundle;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told once of an experiment that does not hold any more, and why, as a clause. */
  readonly onVoid: (experiment: OnlineExperiment, why: string) => void;
}

export interface RunningExperiment {
  readonly experiment: OnlineExperiment;
  readonly bundles: { readonly champion: ServedBundle; readonly challenger: ServedBundle };
}

export interface ExperimentFollower {
  /** null while there is none in which this server takes part. */
  running(): RunningExperiment | null;
  /** Why lists are not those of the experiment that is defined, in words; null while they are, and without one. */
  problem(): string | null;
  /** Why a restart might give the lists of an experiment that is void; null while it would not. */
  keepingProblem(): string | null;
  /** The first look: resolves once lists are those of the experiment, or there is a problem, or no experiment. Never rejects. */
  begin(): Promise<void>;
  /** Until the signal aborts. Never rejects. */
  follow(): Promise<void>;
}

const isArm = ({ version, run_id }: OnlineArm, of: ServedVersion | null): boolean =>
  of !== null && of.version === version && of.runId === run_id;

export const createExperimentFollower = ({
  definitionFile,
  source,
  kept,
  champion,
  clock,
  log,
  signal,
  onVoid,
}: ExperimentFollowerOptions): ExperimentFollower => {
  let defined: OnlineExperiment | null = null;
  const settled = (): string =>
    defined === null ? 'there is no experiment online any more' : `experiment ${defined.id}: its lists are served`;
  const alarm = alarmOf(log, settled);
  /** Whose wait for its bundle the log has: how every experiment begins, and no problem. */
  let waitingId: string | null = null;
  let isUnreadable = false;
  /** At the last look. */
  let isMlflowAway = false;
  let beginning: Promise<void> | null = null;
  /** Nobody has been given a list yet: what is only looked for is no problem. */
  let isBeginning = false;
  /** Whose lists were given at the end of a look, or once the bundle was here. */
  let servedId: string | null = null;
  const voids = createVoidExperiments(voidFileOf(definitionFile), log);

  const challenger = createChallengerBundle({
    ...{ source, kept, champion, clock, log, signal },
    onLoaded: () => settle(),
  });

  const isServed = (experiment: OnlineExperiment): boolean =>
    champion().model === experiment.model && isArm(experiment.champion, ownVersion(champion()));

  const running = (): RunningExperiment | null => {
    if (defined === null || voids.whyOf(defined.id) !== null) {
      return null;
    }
    const bundle = challenger.of(defined);
    return bundle === null || !isServed(defined)
      ? null
      : { experiment: defined, bundles: { champion: champion(), challenger: bundle } };
  };

  const breakOff = async (experiment: OnlineExperiment, why: string): Promise<void> => {
    voids.add(experiment.id, why);
    challenger.release();
    onVoid(experiment, why);
    await voids.keep(experiment.id);
    await kept.drop(experiment);
  };

  /** Found void by another server or life: it may have ended before the log of impressions had it. */
  const breakOffAsBefore = async (experiment: OnlineExperiment): Promise<boolean> => {
    const why = await voids.read(experiment.id);
    if (why !== null) {
      await breakOff(experiment, why);
    }
    return why !== null;
  };

  /** undefined where MLflow does not answer: the follower of the champion says so. */
  const askAlias = async (waitMs: number): Promise<ServedVersion | null | undefined> => {
    try {
      return await source.challenger(waitMs, signal);
    } catch {
      return undefined;
    }
  };

  /** What it was defined for may have changed; null: nothing has, as far as anybody can tell. */
  const whyBroken = (experiment: OnlineExperiment, alias: ServedVersion | null | undefined): string | null => {
    if (servedId === experiment.id && !isServed(experiment)) {
      return `version ${experiment.champion.version} is not champion any more`;
    }
    return alias === undefined || isArm(experiment.challenger, alias)
      ? null
      : `version ${experiment.challenger.version} is not challenger any more`;
  };

  const describe = (experiment: OnlineExperiment): string | null => {
    const why = voids.whyOf(experiment.id);
    const all = 'everybody gets the champion';
    if (why !== null) {
      return `experiment ${experiment.id} is void, ${all}: ${why}`;
    }
    if (!isServed(experiment)) {
      return `experiment ${experiment.id} waits, ${all}: its champion ${experiment.champion.version} is not served here`;
    }
    if (running() !== null) {
      return null;
    }
    const looking = isMlflowAway
      ? 'MLflow cannot be asked for its challenger'
      : 'the bundle of its challenger is looked for';
    return `experiment ${experiment.id} waits, ${all}: ${challenger.problem() ?? looking}`;
  };

  /** As of now, like `running`: whoever asks for both must not be told that an experiment runs and waits. */
  const problem = (): string | null => (isUnreadable ? UNREADABLE : defined === null ? null : describe(defined));

  const note = (next: string | null, details?: string): void => {
    if (next === null && waitingId !== null && alarm.problem() === null) {
      log('info', settled());
    }
    waitingId = null;
    alarm.note(next, details);
  };

  /** Its bundle is looked for, for the first time or after MLflow was away: nothing has failed. */
  const isLookedFor = ({ id }: OnlineExperiment): boolean =>
    challenger.loading() !== null && challenger.problem() === null && !isMlflowAway && voids.whyOf(id) === null;

  const settle = (): void => {
    servedId = running()?.experiment.id ?? servedId;
    const waits = challenger.loading() !== null && defined !== null && isServed(defined) ? defined : null;
    if (waits !== null && isBeginning) {
      return;
    }
    const line = problem();
    if (line === null || waits === null || !isLookedFor(waits)) {
      note(line);
    } else if (waitingId !== waits.id) {
      waitingId = waits.id;
      log('info', line);
    }
  };

  const look = async (): Promise<void> => {
    let next: OnlineExperiment | null;
    try {
      next = await readDefinition(definitionFile);
      isUnreadable = false;
    } catch (error) {
      defined = null;
      isUnreadable = true;
      note(UNREADABLE, toErrorRecord(error).message);
      return;
    }
    defined = next;
    if (next === null) {
      challenger.release();
      note(null);
      return;
    }
    if (voids.whyOf(next.id) !== null) {
      await voids.keep(next.id);
    } else if (!(await breakOffAsBefore(next))) {
      const isHere = challenger.of(next) !== null;
      const isKept = !isHere && (await kept.isFor(next));
      const alias = await askAlias(isKept ? KEPT_ANSWER_MS : ANSWER_MS);
      isMlflowAway = alias === undefined;
      const why = whyBroken(next, alias);
      // Whoever ends an experiment removes its definition before the aliases move.
      const now = why === null ? next : await readDefinition(definitionFile).catch(() => next);
      if (why !== null && now?.id === next.id) {
        await breakOff(next, why);
      } else if (why === null && alias != null) {
        await challenger.confirm(next, alias);
        challenger.want(next, alias);
      } else if (why === null && isKept && !signal.aborted) {
        challenger.want(next, 'kept');
      }
    }
    settle();
  };

  const begin = async (): Promise<void> => {
    isBeginning = true;
    await look();
    // A champion that does not serve is no matter of the bundle.
    if (defined !== null && isServed(defined)) {
      await challenger.loading();
    }
    isBeginning = false;
  };

  return {
    running,
    problem,
    keepingProblem: () => (defined === null ? null : voids.problem()),
    begin: () => {
      beginning ??= begin();
      return beginning;
    },
    follow: async () => {
      await beginning;
      while (!signal.aborted) {
        await look();
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
      await challenger.loading();
    },
  };
};
