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
import { isNotJudged, requireJudged } from '../follow/judged-bundle.ts';
import { ownVersion } from '../follow/served-version.ts';
import { releaseBundle, type ServedBundle } from '../http/served-bundle.ts';
import { readDefinition } from './definition-file.ts';
import type { KeptChallenger } from './kept-challenger.ts';

const LOOK_EVERY_MS = 1_000;
/** MLflow may take so long to answer. */
const ANSWER_MS = 3_000;
/** Where a bundle is kept to begin with: users wait for their first lists, and the next look comes soon. */
const KEPT_ANSWER_MS = 500;
/** A bundle that could not be had is tried again: its files may come back. */
const RETRY_MS = 30_000;

const UNREADABLE = 'the experiment online cannot be read, everybody gets the champion';

export interface ChallengerSource {
  /** The version that the alias `challenger` points at. Throws where MLflow cannot be asked, and the signal's reason. */
  challenger(waitMs: number, signal: AbortSignal): Promise<ServedVersion | null>;
  /** Builds or finds the bundle of a version, verified. Throws what building throws. */
  bundleOf(version: ServedVersion): Promise<ServedBundle>;
}

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
  /** The first look: resolves once lists are those of the experiment, or there is a problem, or no experiment. Never rejects. */
  begin(): Promise<void>;
  /** Until the signal aborts. Never rejects. */
  follow(): Promise<void>;
}

const isArm = ({ version, run_id }: OnlineArm, of: ServedVersion | null): boolean =>
  of !== null && of.version === version && of.runId === run_id;

interface Challenger {
  readonly experimentId: string;
  /** null while it is looked for, or where that failed. */
  bundle: ServedBundle | null;
  retryAtMs: number;
}

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
  const alarm = alarmOf(log, 'the experiment online: its lists are served, or there is none any more');
  let defined: OnlineExperiment | null = null;
  let challenger: Challenger | null = null;
  let loading: Promise<void> | null = null;
  let loadProblem: string | null = null;
  /** The challenger's, opened while MLflow could not say which one was judged. */
  let unasked: ServedBundle | null = null;
  let isUnreadable = false;
  /** At the last look. */
  let isMlflowAway = false;
  let beginning: Promise<void> | null = null;
  /** Nobody has been given a list yet: what is only looked for is no problem. */
  let isBeginning = false;
  /** Whose lists were given at the end of a look, or once the bundle was here. */
  let servedId: string | null = null;
  /** Experiments that do not hold any more, and why: they stay so. */
  const broken = new Map<string, string>();

  const replaceChallenger = <Next extends Challenger | null>(next: Next): Next => {
    if (challenger?.bundle != null) {
      releaseBundle(challenger.bundle);
    }
    challenger = next;
    loadProblem = null;
    return next;
  };

  const load = async (experiment: OnlineExperiment, from: ServedVersion | 'kept', into: Challenger): Promise<void> => {
    const { id } = experiment;
    const { version } = experiment.challenger;
    try {
      const bundle = from === 'kept' ? await kept.open(experiment) : requireJudged(await source.bundleOf(from), from);
      const { nouns } = champion();
      if (bundle.nouns.user !== nouns.user || bundle.nouns.item !== nouns.item) {
        loadProblem = `its challenger ${version} recommends ${bundle.nouns.items} for ${bundle.nouns.users}`;
        releaseBundle(bundle);
      } else if (challenger !== into) {
        releaseBundle(bundle);
      } else {
        into.bundle = bundle;
        unasked = from === 'kept' ? bundle : null;
        loadProblem = null;
        log('info', `experiment ${id}: the bundle ${bundle.digest} of challenger ${version} is here`);
      }
    } catch (error) {
      if (from === 'kept') {
        log('warn', `experiment ${id}: ${toErrorRecord(error).message}`);
        return;
      }
      if (!signal.aborted) {
        const { code, message } = toErrorRecord(error);
        loadProblem = `the bundle of its challenger ${version} cannot be had (${code}; the log says more)`;
        log('error', `experiment ${id}: ${message}`);
      }
    }
    into.retryAtMs = clock.nowMs() + RETRY_MS;
  };

  const startLoading = (experiment: OnlineExperiment, from: ServedVersion | 'kept'): void => {
    const wanted =
      challenger?.experimentId === experiment.id
        ? challenger
        : replaceChallenger<Challenger>({
            ...{ experimentId: experiment.id, bundle: null, retryAtMs: Number.NEGATIVE_INFINITY },
          });
    if (wanted.bundle === null && loading === null && clock.nowMs() >= wanted.retryAtMs) {
      loading = load(experiment, from, wanted).finally(() => {
        loading = null;
        settle();
      });
    }
  };

  const isServed = (experiment: OnlineExperiment): boolean =>
    champion().model === experiment.model && isArm(experiment.champion, ownVersion(champion()));

  const running = (): RunningExperiment | null => {
    if (defined === null || broken.has(defined.id) || challenger?.experimentId !== defined.id) {
      return null;
    }
    const { bundle } = challenger;
    return bundle === null || !isServed(defined)
      ? null
      : { experiment: defined, bundles: { champion: champion(), challenger: bundle } };
  };

  const breakOff = async (experiment: OnlineExperiment, why: string): Promise<void> => {
    broken.set(experiment.id, why);
    replaceChallenger(null);
    onVoid(experiment, why);
    await kept.drop(experiment);
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
    const why = broken.get(experiment.id);
    const all = 'everybody gets the champion';
    if (why !== undefined) {
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
    return `experiment ${experiment.id} waits, ${all}: ${loadProblem ?? looking}`;
  };

  /** As of now, like `running`: whoever asks for both must not be told that an experiment runs and waits. */
  const problem = (): string | null => (isUnreadable ? UNREADABLE : defined === null ? null : describe(defined));

  const settle = (): void => {
    servedId = running()?.experiment.id ?? servedId;
    if (isBeginning && loading !== null && defined !== null && isServed(defined)) {
      return;
    }
    alarm.note(problem());
  };

  /** What is served is kept once MLflow has named it; another may have been judged than what was kept. */
  const confirm = async (experiment: OnlineExperiment, alias: ServedVersion): Promise<void> => {
    const bundle = challenger?.experimentId === experiment.id ? challenger.bundle : null;
    if (bundle !== null && bundle === unasked && isNotJudged(bundle, alias)) {
      replaceChallenger(null);
    } else if (bundle !== null) {
      unasked = null;
      await kept.keep(experiment, bundle.digest);
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
      alarm.note(UNREADABLE, toErrorRecord(error).message);
      return;
    }
    defined = next;
    if (next === null) {
      replaceChallenger(null);
      alarm.note(null);
      return;
    }
    if (!broken.has(next.id)) {
      const isHere = challenger?.experimentId === next.id && challenger.bundle !== null;
      const isKept = !isHere && (await kept.isFor(next));
      const alias = await askAlias(isKept ? KEPT_ANSWER_MS : ANSWER_MS);
      isMlflowAway = alias === undefined;
      const why = whyBroken(next, alias);
      // Whoever ends an experiment removes its definition before the aliases move.
      const now = why === null ? next : await readDefinition(definitionFile).catch(() => next);
      if (why !== null && now?.id === next.id) {
        await breakOff(next, why);
      } else if (why === null && alias != null) {
        await confirm(next, alias);
        startLoading(next, alias);
      } else if (why === null && isKept && !signal.aborted) {
        startLoading(next, 'kept');
      }
    }
    settle();
  };

  const begin = async (): Promise<void> => {
    isBeginning = true;
    await look();
    // A champion that does not serve is no matter of the bundle.
    if (defined !== null && isServed(defined)) {
      await loading;
    }
    isBeginning = false;
  };

  return {
    running,
    problem,
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
      await loading;
    },
  };
};
