/** What in a plan will not work as configured: a dry run reports it before a run meets it. */

import { join } from 'node:path';
import { countOf } from '../contracts/count-of.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { exists } from '../host/files/file-errors.ts';
import { firstInformedTrial } from '../policy/samplers/tpe/tpe.ts';
import { withAbsolutePaths } from './absolute-paths.ts';

export interface PlanCircumstances {
  /** Trials in all. */
  readonly total: number;
  /** Trials that the workers of this machine train at once; null where workers run elsewhere. */
  readonly slots: number | null;
  /** Where relative paths start. */
  readonly folder: string;
}

const samplerNotes = ({ sweep }: ResolvedConfig, total: number): readonly string[] => {
  if (sweep?.sampler !== 'tpe') {
    return [];
  }
  const { startup_trials: startup, proposal_lag: lag } = sweep.tpe;
  const first = firstInformedTrial(sweep.tpe, sweep.enqueue.length);
  const idle = Math.min(sweep.max_parallel, total) - lag;
  return [
    ...(first < total
      ? []
      : [
          `tpe uses outcomes from trial ${first + 1} on (tpe.startup_trials ${startup}, tpe.proposal_lag ${lag}), and the sweep has ${countOf(total, 'trial')}: all of them are halton's. Raise sweep.max_trials, or lower the two.`,
        ]),
    ...(idle <= 0
      ? []
      : [
          `sweep.max_parallel is ${sweep.max_parallel}, but tpe keeps at most tpe.proposal_lag (${lag}) trials running: raise it to use more slots.`,
        ]),
  ];
};

const slotNotes = ({ sweep }: ResolvedConfig, { total, slots }: PlanCircumstances): readonly string[] => {
  const atOnce = Math.min(sweep?.max_parallel ?? 1, total);
  return slots === null || atOnce <= slots
    ? []
    : [
        `sweep.max_parallel is ${sweep?.max_parallel}, but this machine has ${countOf(slots, 'slot')} for training: ${countOf(atOnce - slots, 'trial')} of ${atOnce} will wait. Add workers elsewhere, or lower it.`,
      ];
};

const pathsIn = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) =>
        key === 'path' ? [item].flat().filter((path): path is string => typeof path === 'string') : pathsIn(item),
      )
    : [];

/** Of a pattern only the folder before its first wildcard is looked for. */
const isThere = async (path: string): Promise<boolean> => {
  const wildcard = path.search(/[*?[]/);
  return (await exists(path)) || (wildcard >= 0 && (await exists(join(path.slice(0, wildcard), '.'))));
};

const pathNotes = async (config: ResolvedConfig, folder: string): Promise<readonly string[]> => {
  const paths = [...new Set(pathsIn(withAbsolutePaths(config, folder).data.source))];
  const found = await Promise.all(paths.map(isThere));
  return paths
    .filter((_, index) => found[index] === false)
    .map((path) => `data.source names ${path}, which does not exist: the run would fail (SOURCE_NOT_FOUND).`);
};

export const planNotes = async (
  config: ResolvedConfig,
  circumstances: PlanCircumstances,
): Promise<readonly string[]> => [
  ...(await pathNotes(config, circumstances.folder)),
  ...samplerNotes(config, circumstances.total),
  ...slotNotes(config, circumstances),
];
