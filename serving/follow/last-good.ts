/** The bundle that served last, for a server that cannot have the champion's. */
import { isOutOfReach, TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import { exists } from '../../host/files/file-errors.ts';
import { releaseBundle, type ServedBundle } from '../http/served-bundle.ts';
import type { ChampionSource, ServedVersion } from './champion-source.ts';
import { isNotJudged } from './judged-bundle.ts';
import { noModel } from './no-model.ts';
import { readPointer } from './pointer-file.ts';
import { ownVersion, sameVersion } from './served-version.ts';
import { nameOf } from './told.ts';

/** MLflow may take so long to name its models. */
const ANSWER_MS = 3_000;

export interface LastGoodOptions {
  readonly model: string;
  readonly source: Pick<ChampionSource, 'load' | 'modelNames'>;
  readonly pointerFile: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Start {
  readonly bundle: ServedBundle;
  readonly version: ServedVersion;
}

/** Why there is nothing to serve. */
const nothing = async ({ model, source, signal }: LastGoodOptions, cause: unknown): Promise<unknown> => {
  if (cause !== null && !isOutOfReach(cause)) {
    return cause;
  }
  // What is told is worth less than an error about telling it.
  const names = cause === null ? await source.modelNames(ANSWER_MS, signal).catch(() => []) : [];
  return noModel(model, cause, names);
};

const load = async (options: LastGoodOptions, digest: string, cause: unknown): Promise<ServedBundle> => {
  try {
    return await options.source.load(digest);
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    if (isOutOfReach(cause)) {
      throw new TtExpError(error.code, `${error.message}; ${cause.message}`, {
        hint: 'Start MLflow with `tt-exp up`, or set MLFLOW_TRACKING_URI: the bundle is then fetched or built anew.',
        cause: error,
      });
    }
    // Why the champion's cannot be had is what somebody can mend.
    options.log('warn', `the bundle that served last is of no use: ${error.message}`);
    throw await nothing(options, cause);
  }
};

/**
 * Throws `cause`, or MODEL_NOT_FOUND where there is no champion or nobody can be asked, where none served before;
 * MODEL_NOT_LOADING, MODEL_INCOMPATIBLE for one that is not whole while nobody can be asked.
 * @param cause why the champion's cannot be had; null where there is no champion
 * @param champion whose bundle could not be had; null where nobody knows it
 */
export const openLastGood = async (
  options: LastGoodOptions,
  cause: unknown,
  champion: ServedVersion | null = null,
): Promise<Start> => {
  const { model, pointerFile, log } = options;
  const pointer = await readPointer(pointerFile);
  if (pointer === null) {
    if (await exists(pointerFile)) {
      log('warn', `${pointerFile}: does not say which bundle served last; it is written anew with the next one`);
    }
    throw await nothing(options, cause);
  }
  const bundle = await load(options, pointer.bundle, cause);
  const version = ownVersion(bundle);
  if (bundle.model !== model || version === null) {
    releaseBundle(bundle);
    throw new TtExpError(
      'MODEL_NOT_LOADING',
      `${pointerFile}: its bundle ${bundle.digest} is one of ${nameOf(bundle)}, not of ${model}`,
      { hint: 'Remove the file, and start MLflow with `tt-exp up`; the champion is served then.', cause },
    );
  }
  if (champion !== null && sameVersion(version, champion) && isNotJudged(bundle, champion)) {
    releaseBundle(bundle);
    throw cause;
  }
  if (!sameVersion(version, pointer)) {
    log('warn', `${pointerFile}: says ${model}/${pointer.version}, and its bundle is of ${nameOf(bundle)}`);
  }
  return { bundle, version };
};
