/** Where each feed comes from. */
import { withSnapshots } from '../../inspect/experiment-rows.ts';
import type { Platform } from '../../platform/platform-runtime.ts';
import type { ModelCatalogue } from '../../registry/registry-runtime.ts';
import { versionLinks } from '../../registry/version-page.ts';
import type { FeedName, FeedValues } from '../core/feeds.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import { followLog } from './follow-log.ts';
import { createReconnecting, type Reconnecting } from './reconnecting.ts';

export interface Asking<Name extends FeedName> {
  /** Aborted once nobody wants the answer. */
  readonly signal: AbortSignal;
  /** An answer before the last one. */
  readonly tell: (value: FeedValues[Name]) => void;
}

export type Ask<Name extends FeedName> = (of: string, asking: Asking<Name>) => Promise<FeedValues[Name]>;

export interface Sources {
  readonly ask: { readonly [Name in FeedName]: Ask<Name> };
  readonly platform: Reconnecting<Platform>;
  readonly catalogue: Reconnecting<ModelCatalogue>;
  close(): Promise<void>;
}

/** Nothing is started: what does not run is told of. @param signal ends what is being opened */
export const openSources = (runtime: DashboardRuntime, signal: AbortSignal): Sources => {
  const platform = createReconnecting(() =>
    runtime.openPlatform({ mayStart: false, progress: () => undefined, signal }),
  );
  const catalogue = createReconnecting(() => runtime.openCatalogue());
  return {
    platform,
    catalogue,
    ask: {
      experiments: () => platform.use(async ({ experiments }) => withSnapshots(experiments, await experiments.list())),
      experiment: (id) => platform.use(({ experiments }) => experiments.view(id)),
      config: (id) => platform.use(async ({ facts }) => (await facts.read(id)).config),
      curve: (of) => {
        const [runId = '', metric = ''] = of.split('/');
        return platform.use(({ facts }) => facts.history(runId, metric));
      },
      history: (id) => platform.use(async ({ experiments, facts }) => facts.timedCurves(await experiments.view(id))),
      usage: (id) => platform.use(async ({ experiments, facts }) => facts.usages(await experiments.view(id))),
      models: () => catalogue.use((models) => models.list({ name: null, asOfMs: null })),
      ledger: (name) => catalogue.use((models) => models.history(name)),
      question: (name) =>
        platform.use(async ({ registry }) => ({ open: (await registry.view(name))?.question ?? null })),
      version: (reference) =>
        catalogue.use(async (models) => {
          const [details, { gate }] = await Promise.all([
            models.show({ reference, asOfMs: null }),
            models.plan(reference),
          ]);
          return { details, links: versionLinks(models.uri, details), gate };
        }),
      views: () => runtime.savedViews(),
      services: () => runtime.services.status(),
      log: (name, asking) => followLog(runtime, name, asking.signal, asking.tell),
    },
    close: async () => {
      await Promise.all([platform.close(), catalogue.close()]);
    },
  };
};
