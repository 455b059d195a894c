/** Which bundle a challenger was served from last: what a server begins with that cannot ask MLflow. */
import { rm } from 'node:fs/promises';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { Log } from '../../contracts/log.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { alarmOf } from '../events/alarm.ts';
import type { ChampionSource } from '../follow/champion-source.ts';
import { pointerOf } from '../follow/pointer-file.ts';
import { ownVersion } from '../follow/served-version.ts';
import { releaseBundle, type ServedBundle } from '../http/served-bundle.ts';

/** In the folder of a served model. */
export const CHALLENGER_FILE = 'challenger.json';

export interface KeptChallenger {
  /** Whether a bundle is kept for this experiment, its version and its run, that was not in vain before. Never rejects. */
  isFor(experiment: OnlineExperiment): Promise<boolean>;
  /** Exactly that bundle. Throws MODEL_NOT_LOADING, MODEL_INCOMPATIBLE where it is not whole or not of that run. */
  open(experiment: OnlineExperiment): Promise<ServedBundle>;
  /** To be called at every look: writes what is new, and tries again what could not be written. Never rejects. */
  keep(experiment: OnlineExperiment, bundle: string): Promise<void>;
  /** Of an experiment that does not hold any more. Never rejects. */
  drop(experiment: OnlineExperiment): Promise<void>;
  /** Why a start without MLflow would not find the bundle; null while it would, as far as anybody can tell. */
  problem(): string | null;
}

export const createKeptChallenger = (
  file: string,
  { load }: Pick<ChampionSource, 'load'>,
  log: Log,
): KeptChallenger => {
  const keeping = alarmOf(log, `${file}: written again`);
  /** What this server has written, or found: another one may have dropped it since, for good. */
  let written: string | null = null;
  /** The experiment for which none is kept, or one that cannot be served. */
  let noneFor: string | null = null;

  /** Digest of the bundle; null where none is kept. */
  const bundleFor = async ({ id, challenger }: OnlineExperiment): Promise<string | null> => {
    try {
      const value = await readJsonFile(file);
      const pointer = pointerOf(value);
      if (pointer !== null && isObject(value) && typeof value.experiment_id === 'string') {
        const { bundle, version, runId } = pointer;
        const isOwn = value.experiment_id === id && version === challenger.version && runId === challenger.run_id;
        return isOwn ? bundle : null;
      }
      if (value !== undefined) {
        log('warn', `${file}: names no bundle of a challenger, and is written anew once MLflow has named it`);
      }
    } catch (error) {
      log('warn', `${file}: cannot be read, and is written anew once MLflow has named the challenger: ${error}`);
    }
    return null;
  };

  const isFor = async (experiment: OnlineExperiment): Promise<boolean> => {
    if (noneFor !== experiment.id && (await bundleFor(experiment)) === null) {
      noneFor = experiment.id;
    }
    return noneFor !== experiment.id;
  };

  const open = async (experiment: OnlineExperiment): Promise<ServedBundle> => {
    const { id, model, challenger } = experiment;
    const notOwn = `${file}: its bundle is not that of challenger ${challenger.version}`;
    const refused = new TtExpError('MODEL_NOT_LOADING', notOwn, {
      hint: 'Start MLflow with `tt-exp up`; the challenger is served then.',
    });
    const digest = await bundleFor(experiment);
    // Until it has been opened; whoever asks meanwhile must not try the same again.
    noneFor = id;
    if (digest === null) {
      throw refused;
    }
    const bundle = await load(digest);
    const own = ownVersion(bundle);
    const isOwn = own?.version === challenger.version && own.runId === challenger.run_id;
    if (bundle.digest !== digest || bundle.model !== model || !isOwn) {
      releaseBundle(bundle);
      throw refused;
    }
    const unknown = `MLflow cannot be asked whether version ${challenger.version} is still challenger`;
    log('warn', `experiment ${id}: ${unknown}; its bundle ${digest} serves as before`);
    return bundle;
  };

  return {
    ...{ isFor, open, problem: keeping.problem },
    keep: async (experiment, bundle) => {
      const { id, challenger } = experiment;
      const wanted = `${id} ${bundle}`;
      if (wanted === written) {
        return;
      }
      try {
        if ((await bundleFor(experiment)) !== bundle) {
          await writeJsonFile(file, { experiment_id: id, ...challenger, bundle });
        }
        written = wanted;
        keeping.note(null);
      } catch (error) {
        keeping.note(
          'which bundle the challenger is served from cannot be kept, so a start without MLflow would not find it',
          `${file}: ${error}`,
        );
      }
    },
    drop: async (experiment) => {
      try {
        if ((await bundleFor(experiment)) !== null) {
          await rm(file, { force: true });
        }
      } catch (error) {
        log('error', `${file}: cannot be removed; a start without MLflow would serve void ${experiment.id}: ${error}`);
      }
    },
  };
};
