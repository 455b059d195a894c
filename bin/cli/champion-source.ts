/** The champion by MLflow, its bundles by this home. */
import { join } from 'node:path';
import type { Environment } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import { ALIAS, TAG } from '../../contracts/names.ts';
import type { Overlay } from '../../contracts/recommendation.ts';
import type { ModelVersionRecord } from '../../contracts/registered-models.ts';
import { homeLayout } from '../../host/home-layout.ts';
import type { LocalContext } from '../../local/local-context.ts';
import { openBundle } from '../../local/open-bundle.ts';
import { type LoadedBundle, loadBundle } from '../../registry/bundle/load-bundle.ts';
import type { Additions } from '../../serving/additions/open-additions.ts';
import type { ChampionSource, ServedVersion } from '../../serving/follow/champion-source.ts';
import type { ServedBundle } from '../../serving/http/served-bundle.ts';
import type { ChallengerSource } from '../../serving/online/challenger-bundle.ts';
import { openServedBundle } from '../../serving/open-served-bundle.ts';
import type { Tracking } from '../../tracking/index.ts';
import { createHomeServices } from '../home-services.ts';
import { openTracking } from '../open-tracking.ts';

/** The next look comes soon enough, and a start must not wait for a server that is away. */
const RETRY = { budgetMs: 1_500, firstDelayMs: 250, maxDelayMs: 500 };

const noAnswer = (waitMs: number): TtExpError =>
  new TtExpError('SERVICE_UNREACHABLE', `MLflow has not answered within ${Math.round(waitMs / 1000)} s`, {
    hint: 'See `tt-exp status`; `tt-exp up` starts it.',
  });

const withoutFollowing = ({ digest, manifest: { nouns } }: LoadedBundle): string =>
  `bundle ${digest.slice(0, 12)}…: an earlier version of tt-exp built it, so the vectors of its ${nouns.users} do not follow what they like; those of the next model will`;

/** What answers where a version cannot be looked up, or the disk is full, may be of one that had this number before. */
const requireOwnRun = (bundle: LoadedBundle, { version, runId }: ServedVersion): LoadedBundle => {
  const { name, run_id } = bundle.manifest.model;
  if (run_id !== runId) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `the bundle of ${name}/${version} in this home is of run ${run_id}, and the version is of run ${runId}`,
      { hint: 'The warning before tells why its own bundle cannot be had.' },
    );
  }
  return bundle;
};

/** With the bundle that the gate has judged. */
const judged = (record: ModelVersionRecord | null): ServedVersion | null =>
  record === null
    ? null
    : { version: record.version, runId: record.runId, judgedBundle: record.tags[TAG.bundle] ?? null };

export interface ChampionSourceOptions {
  readonly environment: Environment;
  readonly context: LocalContext;
  readonly model: string;
  /** Asked for once there is a bundle: a model that nobody has leaves no trace in the home. */
  readonly openOverlay: () => Promise<Overlay>;
  /** Asked for likewise; null where nothing is given online. */
  readonly openAdditions: () => Promise<Additions | null>;
  readonly log: Log;
}

export const createChampionSource = ({
  environment,
  context,
  model,
  openOverlay,
  openAdditions,
  log,
}: ChampionSourceOptions): ChampionSource & ChallengerSource => {
  const ask = async <Answer>(
    question: (tracking: Tracking) => Promise<Answer>,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const end = new AbortController();
    const stop = (): void => end.abort(signal.reason);
    signal.addEventListener('abort', stop);
    const late = setTimeout(() => end.abort(noAnswer(waitMs)), waitMs);
    // Asked for anew: an embedded server that was started again may have another port.
    try {
      signal.throwIfAborted();
      const uri = await createHomeServices(environment, () => undefined).mlflowAddress();
      const tracking = openTracking(environment, uri, { retry: RETRY, signal: end.signal });
      try {
        return await question(tracking);
      } finally {
        await tracking.close();
      }
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
    }
  };
  const serve = async (bundle: LoadedBundle): Promise<ServedBundle> => {
    if (bundle.inputs.hasHistory && bundle.userHistories === null) {
      log('warn', withoutFollowing(bundle));
    }
    const overlay = await openOverlay();
    const additions = (await openAdditions())?.attach(bundle) ?? null;
    try {
      return await openServedBundle(bundle, overlay, additions);
    } catch (error) {
      additions?.release();
      throw error;
    }
  };
  return {
    champion: (waitMs, signal) =>
      ask(async (tracking) => judged(await tracking.findByAlias(model, ALIAS.champion)), waitMs, signal),
    challenger: (waitMs, signal) =>
      ask(async (tracking) => judged(await tracking.findByAlias(model, ALIAS.challenger)), waitMs, signal),
    modelNames: (waitMs, signal) => ask((tracking) => tracking.modelNames(), waitMs, signal),
    // Whatever serves meanwhile serves on, and it is tried again.
    bundleOf: async (version) =>
      serve(requireOwnRun(await openBundle(context, `${model}/${version.version}`, 'short'), version)),
    load: async (digest) => serve(await loadBundle(join(homeLayout(environment.homeFolder).bundlesFolder, digest))),
  };
};
