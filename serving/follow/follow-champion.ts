/**
 * From the champion to the bundle that answers: alias → version → bundle → one pointer. A request takes the pointer once,
 * so every answer is of one bundle, and the old one is gone once the last request that took it has ended. Whatever goes
 * wrong on the way is a problem that is said, while the bundle that served before serves on.
 */
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { Clock } from '../../host/clock.ts';
import { isDiskFull } from '../../host/files/file-errors.ts';
import { alarmOf } from '../events/alarm.ts';
import { type BundleSource, releaseBundle, type ServedBundle } from '../http/served-bundle.ts';
import { awaitChampion } from './await-champion.ts';
import type { ChampionSource, ServedVersion } from './champion-source.ts';
import { isNotJudged, requireJudged, warnUnblessed } from './judged-bundle.ts';
import { openLastGood, type Start } from './last-good.ts';
import { type LastGood, readPointer, writePointer } from './pointer-file.ts';
import { ownVersion, sameVersion } from './served-version.ts';
import { messageOf, nameOf, reasonOf, withRemedy } from './told.ts';

/** A move is followed within 10 s, of which the build takes some. */
const LOOK_EVERY_MS = 2_000;
/** MLflow may take so long to answer, before it counts as away. */
const ANSWER_MS = 3_000;
/** At the start, where there is a bundle to begin with: the next look comes soon. */
const FIRST_ANSWER_MS = 2_000;
/** A version whose bundle could not be had is tried again: its files may come back. */
const RETRY_MS = 30_000;

export interface FollowerOptions {
  /** Registered model. */
  readonly model: string;
  readonly source: ChampionSource;
  /** The file that names the last good bundle. */
  readonly pointerFile: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onSwap?: (bundle: ServedBundle) => void;
  /** Aborted: the start ends with its reason, and so does `follow`, without waiting for MLflow or a bundle. */
  readonly signal: AbortSignal;
}

export interface Follower extends BundleSource {
  /** Until the signal aborts. Never rejects. */
  follow(): Promise<void>;
}

/**
 * With the champion's bundle, or with the last good one, and a problem, where that cannot be had. Throws MODEL_NOT_FOUND
 * where there is neither, and what building throws where there is a champion without a bundle.
 */
export const openFollower = async (options: FollowerOptions): Promise<Follower> => {
  const { model, source, pointerFile, clock, log, onSwap, signal } = options;
  const registry = alarmOf(log, `${model}: its champion is followed again`);
  const build = alarmOf(log, `${model}: the champion is served again`);
  const keeping = alarmOf(log, `${pointerFile}: written again`);
  let building: ServedVersion | null = null;
  let failed: { readonly version: ServedVersion; readonly untilMs: number } | null = null;

  /** Only saves work: one that cannot be read is none. */
  const pointerIfAny = async (): Promise<LastGood | null> => {
    try {
      return await readPointer(pointerFile);
    } catch (error) {
      log('warn', `${pointerFile}: cannot be read: ${messageOf(error)}`);
      return null;
    }
  };

  /** Writes nothing where the file says so already: it may be one that cannot be written. */
  const keep = async ({ bundle, version }: Start): Promise<void> => {
    try {
      const kept = await readPointer(pointerFile);
      if (kept?.bundle !== bundle.digest || !sameVersion(kept, version)) {
        await writePointer({ bundle: bundle.digest, ...version }, pointerFile);
      }
      keeping.note(null);
    } catch (error) {
      keeping.note(
        `which bundle serves cannot be kept${isDiskFull(error) ? ', as the disk is full (free some space)' : ''}, so a start without MLflow would not find it`,
        `${pointerFile}: ${error}`,
      );
    }
  };

  const lastGood = (cause: unknown, champion: ServedVersion | null = null): Promise<Start> =>
    openLastGood(options, cause, champion);

  /** The kept bundle where it is of this version, without asking anybody. */
  const bundleOf = async (version: ServedVersion): Promise<ServedBundle> => {
    const pointer = await pointerIfAny();
    if (pointer !== null && sameVersion(pointer, version)) {
      try {
        const bundle = await source.load(pointer.bundle);
        const isOwn = bundle.model === model && sameVersion(ownVersion(bundle), version);
        if (isOwn && !isNotJudged(bundle, version)) {
          return bundle;
        }
        releaseBundle(bundle);
        const what = isOwn ? 'not the one that was judged' : `of ${nameOf(bundle)}`;
        log('warn', `${pointerFile}: says ${model}/${version.version}, and its bundle is ${what}`);
      } catch (error) {
        log('warn', `the bundle of ${model}/${version.version} is built again: ${messageOf(error)}`);
      }
    }
    building = version;
    try {
      return requireJudged(await source.bundleOf(version), version);
    } finally {
      building = null;
    }
  };

  /** Where MLflow does not answer soon, the last good bundle serves; where that one is of no use, MLflow is waited for. */
  const firstAnswer = async (): Promise<{ readonly champion: ServedVersion | null } | Start> => {
    if ((await pointerIfAny()) === null) {
      try {
        return { champion: await awaitChampion(options) };
      } catch (error) {
        signal.throwIfAborted();
        return lastGood(error);
      }
    }
    try {
      return { champion: await source.champion(FIRST_ANSWER_MS, signal) };
    } catch (error) {
      signal.throwIfAborted();
      try {
        const start = await lastGood(error);
        registry.note(
          `MLflow cannot be asked for the champion; ${model}/${start.version.version} serves as before`,
          withRemedy(error),
        );
        return start;
      } catch (cause) {
        log('warn', withRemedy(cause));
        try {
          return { champion: await awaitChampion(options) };
        } catch {
          signal.throwIfAborted();
          throw cause;
        }
      }
    }
  };

  const begin = async (): Promise<Start> => {
    const answer = await firstAnswer();
    if ('bundle' in answer) {
      return answer;
    }
    const { champion } = answer;
    if (champion === null) {
      const start = await lastGood(null);
      registry.note(`${model} has no champion; ${model}/${start.version.version} serves as before`);
      return start;
    }
    try {
      const start = { bundle: await bundleOf(champion), version: champion };
      warnUnblessed(log, model, champion);
      return start;
    } catch (error) {
      signal.throwIfAborted();
      const start = await lastGood(error, champion);
      failed = { version: champion, untilMs: clock.nowMs() + RETRY_MS };
      build.note(problemOf(champion, start.version, error), withRemedy(error));
      return start;
    }
  };

  const problemOf = (wanted: ServedVersion, serving: ServedVersion, error: unknown): string =>
    `${model}/${wanted.version} cannot be served, ${model}/${serving.version} serves on (${reasonOf(error)})`;

  let serving = await begin();
  await keep(serving);

  const swap = async (next: Start): Promise<void> => {
    const { nouns } = serving.bundle;
    if (next.bundle.nouns.user !== nouns.user || next.bundle.nouns.item !== nouns.item) {
      releaseBundle(next.bundle);
      throw new TtExpError(
        'MODEL_INCOMPATIBLE',
        `it recommends ${next.bundle.nouns.items} for ${next.bundle.nouns.users}, not ${nouns.items} for ${nouns.users} as this server's addresses say`,
        { hint: 'Restart the server.' },
      );
    }
    releaseBundle(serving.bundle);
    serving = next;
    log('info', `serving ${model}/${next.version.version} from bundle ${next.bundle.digest}`);
    warnUnblessed(log, model, next.version);
    onSwap?.(next.bundle);
    await keep(next);
  };

  /** undefined where MLflow does not answer. */
  const ask = async (): Promise<ServedVersion | null | undefined> => {
    const servesOn = `${model}/${serving.version.version} serves on`;
    try {
      const champion = await source.champion(ANSWER_MS, signal);
      registry.note(champion === null ? `${model} has no champion; ${servesOn}` : null);
      return champion;
    } catch (error) {
      if (!signal.aborted) {
        registry.note(`MLflow cannot be asked for the champion; ${servesOn}`, withRemedy(error));
      }
      return undefined;
    }
  };

  const look = async (): Promise<void> => {
    if (keeping.problem() !== null) {
      await keep(serving);
    }
    const champion = await ask();
    if (champion === undefined || champion === null) {
      return;
    }
    if (sameVersion(champion, serving.version)) {
      failed = null;
      build.note(null);
      return;
    }
    if (failed !== null && sameVersion(failed.version, champion) && clock.nowMs() < failed.untilMs) {
      return;
    }
    try {
      const bundle = await bundleOf(champion);
      // It may have moved on, or back, while the bundle was built.
      if (sameVersion((await ask()) ?? null, champion)) {
        await swap({ bundle, version: champion });
        failed = null;
        build.note(null);
      } else {
        releaseBundle(bundle);
      }
    } catch (error) {
      // A build that was cut short by the end of the server is no problem of the champion.
      if (!signal.aborted) {
        failed = { version: champion, untilMs: clock.nowMs() + RETRY_MS };
        build.note(problemOf(champion, serving.version, error), withRemedy(error));
      }
    }
  };

  return {
    current: () => serving.bundle,
    building: () => (building === null ? null : `${model}/${building.version}`),
    problems: () =>
      [registry, build, keeping].flatMap((alarm) => {
        const problem = alarm.problem();
        return problem === null ? [] : [problem];
      }),
    follow: async () => {
      for (;;) {
        await clock.sleep(LOOK_EVERY_MS, signal);
        if (signal.aborted) {
          return;
        }
        await look();
      }
    },
  };
};
