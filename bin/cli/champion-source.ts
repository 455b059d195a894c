/** The champion by MLflow, its bundles by this home. */
import { join } from 'node:path';
import type { Environment } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { ALIAS } from '../../contracts/names.ts';
import type { Overlay } from '../../contracts/recommendation.ts';
import { homeLayout } from '../../host/home-layout.ts';
import type { LocalContext } from '../../local/local-context.ts';
import { openBundle } from '../../local/open-bundle.ts';
import { loadBundle } from '../../registry/bundle/load-bundle.ts';
import type { ChampionSource } from '../../serving/follow/champion-source.ts';
import { openServedBundle } from '../../serving/open-served-bundle.ts';
import { createHomeServices } from '../home-services.ts';
import { openTracking } from '../open-tracking.ts';

/** The next look comes soon enough, and a start must not wait for a server that is away. */
const RETRY = { budgetMs: 1_500, firstDelayMs: 250, maxDelayMs: 500 };

const noAnswer = (waitMs: number): TtExpError =>
  new TtExpError('SERVICE_UNREACHABLE', `MLflow has not answered within ${Math.round(waitMs / 1000)} s`, {
    hint: 'See `tt-exp status`; `tt-exp up` starts it.',
  });

export interface ChampionSourceOptions {
  readonly environment: Environment;
  readonly context: LocalContext;
  readonly model: string;
  readonly overlay: Overlay;
}

export const createChampionSource = ({
  environment,
  context,
  model,
  overlay,
}: ChampionSourceOptions): ChampionSource => ({
  champion: async (waitMs, signal) => {
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
        return await tracking.findByAlias(model, ALIAS.champion);
      } finally {
        await tracking.close();
      }
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
    }
  },
  bundleOf: async ({ version }) => openServedBundle(await openBundle(context, `${model}/${version}`), overlay),
  load: async (digest) =>
    openServedBundle(await loadBundle(join(homeLayout(environment.homeFolder).bundlesFolder, digest)), overlay),
});
