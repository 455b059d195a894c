/** Where each feed comes from. */
import type { ListedExperiment } from '../../../client/experiments-client.ts';
import type { DecisionSince } from '../../../contracts/gate.ts';
import { type ExperimentRow, isRunning, withSnapshots } from '../../inspect/experiment-rows.ts';
import { endedWithGate } from '../../inspect/gate-decisions.ts';
import type { Platform } from '../../platform/platform-runtime.ts';
import type { ModelCatalogue } from '../../registry/registry-runtime.ts';
import { versionLinks } from '../../registry/version-page.ts';
import type { FeedName, FeedValues } from '../core/feeds.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import { decisionsAsked } from '../screens/gate-column.ts';
import { explain } from './explain.ts';
import { followLog } from './follow-log.ts';
import { createReconnecting, type Reconnecting } from './reconnecting.ts';

export interface Asking<Name extends FeedName> {
  /** Aborted once nobody wants the answer. */
  readonly signal: AbortSignal;
  /** An answer before the last one. */
  readonly tell: (value: FeedValues[Name]) => void;
  /** Of the request. */
  readonly version?: string | undefined;
}

export type Ask<Name extends FeedName> = (of: string, asking: Asking<Name>) => Promise<FeedValues[Name]>;

export interface Sources {
  readonly ask: { readonly [Name in FeedName]: Ask<Name> };
  readonly platform: Reconnecting<Platform>;
  readonly catalogue: Reconnecting<ModelCatalogue>;
  close(): Promise<void>;
}

/** A server that is alive answers a single question sooner; Temporal itself gives up on a silent worker after 10 s. */
const ANSWER_LIMIT_MS = 12_000;

/** Of many experiments, versions or trainings. */
const LONG_ANSWER_LIMIT_MS = 30_000;

/** What became of candidates: the answers so far, each as of its last question. */
const openDecisions = () => {
  let server: Platform['facts'] | null = null;
  const known = new Map<string, DecisionSince>();
  const askedAtMs = new Map<string, number>();
  const problems = new Map<string, string>();
  return async (
    facts: Platform['facts'],
    listed: readonly ListedExperiment[],
    version: string | undefined,
  ): Promise<FeedValues['decisions']> => {
    const { atMs, ids } = decisionsAsked(version);
    const wanted = new Set(ids);
    const ended = endedWithGate(listed.filter(({ experimentId }) => wanted.has(experimentId)));
    const answers = await facts.verdictsSince(ended);
    if (facts !== server) {
      // Another connection may be to another server.
      for (const answered of [known, askedAtMs, problems]) {
        answered.clear();
      }
      server = facts;
    }
    // One that is listed no more has nothing to be asked about.
    for (const id of ids) {
      askedAtMs.set(id, atMs);
      problems.delete(id);
    }
    for (const [place, { experimentId, gate }] of ended.entries()) {
      const { verdict = null, error = null } = answers[place] ?? {};
      if (error === null) {
        known.set(experimentId, verdict?.decision ?? gate.decision);
      } else {
        known.delete(experimentId);
        problems.set(experimentId, explain(error));
      }
    }
    const [problem = null] = problems.values();
    return { known: Object.fromEntries(known), askedAtMs: Object.fromEntries(askedAtMs), problem };
  };
};

/** Whatever has been deleted since is gone from the list by then. */
const LIST_WHOLE_EVERY_MS = 300_000;

/**
 * One list, brought up to date: of thousands that have ended nothing is asked again each second. All of them take
 * seconds, in which the list goes on.
 */
const openList = (platform: Reconnecting<Platform>, now: () => number) => {
  let listed: readonly ListedExperiment[] = [];
  let rows: readonly ExperimentRow[] = [];
  let server: Platform['experiments'] | null = null;
  let wholeMs = Number.NEGATIVE_INFINITY;
  let isAskingWhole = false;
  /** That has come meanwhile, and is to be brought up to date. */
  let whole: readonly ListedExperiment[] | null = null;

  const askWhole = async (experiments: Platform['experiments']): Promise<void> => {
    isAskingWhole = true;
    try {
      const all = await experiments.list();
      if (experiments === server) {
        whole = all;
        wholeMs = now();
      }
    } catch {
      // The list itself is asked for each second, and tells why nobody answers; this is tried again then.
    } finally {
      isAskingWhole = false;
    }
  };

  return {
    listed: () => listed,
    ask: (): Promise<readonly ExperimentRow[]> =>
      platform.ask(async ({ experiments }) => {
        // Another connection may be to another server.
        const isFirst = experiments !== server;
        if (!isFirst && !isAskingWhole && now() - wholeMs >= LIST_WHOLE_EVERY_MS) {
          void askWhole(experiments);
        }
        const known = isFirst ? [] : (whole ?? listed);
        const found = await experiments.list(known);
        const isSame = found === listed && !found.some(isRunning);
        rows = isSame ? rows : await withSnapshots(experiments, found);
        if (isFirst) {
          wholeMs = now();
        }
        [listed, server] = [found, experiments];
        whole = isFirst || known === whole ? null : whole;
        return rows;
      }, LONG_ANSWER_LIMIT_MS),
  };
};

/** Nothing is started: what does not run is told of. @param signal ends what is being opened */
export const openSources = (runtime: DashboardRuntime, signal: AbortSignal): Sources => {
  const platform = createReconnecting(() =>
    runtime.openPlatform({ mayStart: false, progress: () => undefined, signal }),
  );
  const catalogue = createReconnecting(() => runtime.openCatalogue());
  const list = openList(platform, runtime.now);
  const decisions = openDecisions();
  return {
    platform,
    catalogue,
    ask: {
      experiments: list.ask,
      decisions: (_, { version }) =>
        platform.ask(({ facts }) => decisions(facts, list.listed(), version), LONG_ANSWER_LIMIT_MS),
      experiment: (id) => platform.ask(({ experiments }) => experiments.view(id), ANSWER_LIMIT_MS),
      config: (id) => platform.ask(async ({ facts }) => (await facts.read(id)).config, ANSWER_LIMIT_MS),
      curve: (of) => {
        const [runId = '', metric = ''] = of.split('/');
        return platform.ask(({ facts }) => facts.history(runId, metric), ANSWER_LIMIT_MS);
      },
      history: (id) =>
        platform.ask(
          async ({ experiments, facts }) => facts.timedCurves(await experiments.view(id)),
          LONG_ANSWER_LIMIT_MS,
        ),
      usage: (id) =>
        platform.ask(async ({ experiments, facts }) => facts.usages(await experiments.view(id)), LONG_ANSWER_LIMIT_MS),
      models: () => catalogue.ask((models) => models.list({ name: null, asOfMs: null }), LONG_ANSWER_LIMIT_MS),
      ledger: (name) => catalogue.ask((models) => models.history(name), LONG_ANSWER_LIMIT_MS),
      question: (name) =>
        platform.ask(
          async ({ registry }) => ({ open: (await registry.view(name))?.question ?? null }),
          ANSWER_LIMIT_MS,
        ),
      since: (id) =>
        platform.ask(async ({ experiments, facts }) => {
          const [found] = await facts.verdictsSince([await experiments.view(id)]);
          if (found?.error != null) {
            throw found.error;
          }
          return { decision: found?.verdict?.decision ?? null };
        }, ANSWER_LIMIT_MS),
      version: (reference) =>
        catalogue.ask(async (models) => {
          const [details, { gate }] = await Promise.all([
            models.show({ reference, asOfMs: null }),
            models.plan(reference),
          ]);
          return { details, links: versionLinks(models.uri, details), gate };
        }, LONG_ANSWER_LIMIT_MS),
      views: () => runtime.savedViews(),
      services: () => runtime.services.status(),
      log: (name, asking) => followLog(runtime, name, asking.signal, asking.tell),
    },
    close: async () => {
      await Promise.all([platform.close(), catalogue.close()]);
    },
  };
};
