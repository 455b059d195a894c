/** Experiments that do not hold any more, and why: they stay so through restarts, for every server of the home. */
import { isObject } from '../../contracts/is-object.ts';
import type { Log } from '../../contracts/log.ts';
import { readJsonFile, readWholeJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { alarmOf } from '../events/alarm.ts';

export interface VoidExperiments {
  /** As a clause; null where nobody is known to have found it void. */
  whyOf(experimentId: string): string | null;
  /** What an earlier life of this server, or another server, has found. Never rejects. */
  read(experimentId: string): Promise<string | null>;
  /** From now on, whatever comes of writing it. */
  add(experimentId: string, why: string): void;
  /** To be called at every look: writes what is new, and tries again what could not be written. Never rejects. */
  keep(experimentId: string): Promise<void>;
  /** Why a restart might give the lists of a void experiment; null while it would not. */
  problem(): string | null;
}

/** Why it is void; null where the file says nothing of it. */
const whyIn = (value: unknown, experimentId: string): string | null =>
  isObject(value) && value.experiment_id === experimentId && typeof value.why === 'string' ? value.why : null;

export const createVoidExperiments = (file: string, log: Log): VoidExperiments => {
  const reading = alarmOf(log, `${file}: read again`);
  const writing = alarmOf(log, `${file}: written again, or not needed any more`);
  const known = new Map<string, string>();
  /** The experiment that the file names, as far as this server has seen. */
  let kept: string | null = null;
  return {
    whyOf: (id) => known.get(id) ?? null,
    read: async (id) => {
      try {
        const why = whyIn(await readJsonFile(file), id);
        reading.note(null);
        // What could not be written was of an experiment that is defined no more.
        writing.note(null);
        return why;
      } catch (error) {
        reading.note('whether the experiment online was found void before cannot be read', `${file}: ${error}`);
        return null;
      }
    },
    add: (id, why) => {
      known.set(id, why);
    },
    keep: async (id) => {
      const why = known.get(id);
      if (why === undefined || kept === id) {
        return;
      }
      try {
        if (whyIn(await readWholeJsonFile(file), id) === null) {
          await writeJsonFile(file, { experiment_id: id, why });
        }
        kept = id;
        reading.note(null);
        writing.note(null);
      } catch (error) {
        writing.note(
          'that the experiment online is void cannot be kept, so servers that start might give its lists',
          `${file}: ${error}`,
        );
      }
    },
    problem: () => reading.problem() ?? writing.problem(),
  };
};
