/** The bundle of the challenger of one experiment at a time: looked for until it is here, released once it is not wanted. */
import { toErrorRecord } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { Clock } from '../../host/clock.ts';
import type { ServedVersion } from '../follow/champion-source.ts';
import { isNotJudged, requireJudged } from '../follow/judged-bundle.ts';
import { reasonOf, withRemedy } from '../follow/told.ts';
import { releaseBundle, type ServedBundle } from '../http/served-bundle.ts';
import type { KeptChallenger } from './kept-challenger.ts';

/** A bundle that could not be had is tried again: its files may come back. */
const RETRY_MS = 30_000;

export interface ChallengerSource {
  /** The version that the alias `challenger` points at. Throws where MLflow cannot be asked, and the signal's reason. */
  challenger(waitMs: number, signal: AbortSignal): Promise<ServedVersion | null>;
  /** Builds or finds the bundle of a version, verified. Throws what building throws. */
  bundleOf(version: ServedVersion): Promise<ServedBundle>;
}

export interface ChallengerBundleOptions {
  readonly source: Pick<ChallengerSource, 'bundleOf'>;
  readonly kept: KeptChallenger;
  /** What serves at this moment. */
  readonly champion: () => ServedBundle;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The bundle is here, or could not be had. */
  readonly onLoaded: () => void;
}

export interface ChallengerBundle {
  /** null until it is here. */
  of(experiment: OnlineExperiment): ServedBundle | null;
  /** Begins to look for it, unless it is here, looked for, or was not to be had a moment ago. */
  want(experiment: OnlineExperiment, from: ServedVersion | 'kept'): void;
  /** MLflow has named it: what is served is kept, and released where another one was judged. Never rejects. */
  confirm(experiment: OnlineExperiment, alias: ServedVersion): Promise<void>;
  /** No experiment wants it any more. */
  release(): void;
  /** Resolves once it is here, or could not be had; null while none is looked for. Never rejects. */
  loading(): Promise<void> | null;
  /** Why it could not be had, in words. */
  problem(): string | null;
}

interface Challenger {
  readonly experimentId: string;
  /** null while it is looked for, or where that failed. */
  bundle: ServedBundle | null;
  retryAtMs: number;
}

export const createChallengerBundle = ({
  source,
  kept,
  champion,
  clock,
  log,
  signal,
  onLoaded,
}: ChallengerBundleOptions): ChallengerBundle => {
  let challenger: Challenger | null = null;
  let loading: Promise<void> | null = null;
  let problem: string | null = null;
  /** The challenger's, opened while MLflow could not say which one was judged. */
  let unasked: ServedBundle | null = null;

  const replace = <Next extends Challenger | null>(next: Next): Next => {
    if (challenger?.bundle != null) {
      releaseBundle(challenger.bundle);
    }
    challenger = next;
    problem = null;
    return next;
  };

  const of = ({ id }: OnlineExperiment): ServedBundle | null =>
    challenger?.experimentId === id ? challenger.bundle : null;

  const load = async (experiment: OnlineExperiment, from: ServedVersion | 'kept', into: Challenger): Promise<void> => {
    const { id } = experiment;
    const { version } = experiment.challenger;
    try {
      const bundle = from === 'kept' ? await kept.open(experiment) : requireJudged(await source.bundleOf(from), from);
      const { nouns } = champion();
      if (bundle.nouns.user !== nouns.user || bundle.nouns.item !== nouns.item) {
        problem = `its challenger ${version} recommends ${bundle.nouns.items} for ${bundle.nouns.users}`;
        releaseBundle(bundle);
      } else if (challenger !== into) {
        releaseBundle(bundle);
      } else {
        into.bundle = bundle;
        unasked = from === 'kept' ? bundle : null;
        problem = null;
        log('info', `experiment ${id}: the bundle ${bundle.digest} of challenger ${version} is here`);
      }
    } catch (error) {
      if (from === 'kept') {
        log('warn', `experiment ${id}: ${toErrorRecord(error).message}`);
        return;
      }
      if (!signal.aborted) {
        problem = `the bundle of its challenger ${version} cannot be had (${reasonOf(error)})`;
        log('error', `experiment ${id}: ${withRemedy(error)}`);
      }
    }
    into.retryAtMs = clock.nowMs() + RETRY_MS;
  };

  return {
    of,
    want: (experiment, from) => {
      const wanted =
        challenger?.experimentId === experiment.id
          ? challenger
          : replace<Challenger>({ experimentId: experiment.id, bundle: null, retryAtMs: Number.NEGATIVE_INFINITY });
      if (wanted.bundle === null && loading === null && clock.nowMs() >= wanted.retryAtMs) {
        loading = load(experiment, from, wanted).finally(() => {
          loading = null;
          onLoaded();
        });
      }
    },
    confirm: async (experiment, alias) => {
      const bundle = of(experiment);
      if (bundle !== null && bundle === unasked && isNotJudged(bundle, alias)) {
        replace(null);
      } else if (bundle !== null) {
        unasked = null;
        await kept.keep(experiment, bundle.digest);
      }
    },
    release: () => {
      replace(null);
    },
    loading: () => loading,
    problem: () => problem,
  };
};
