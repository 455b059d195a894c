/** The run of the experiment that asked the gate about a version: a trial that is taken again was trained by another one. */
import { experimentNameOf, parseExperimentId } from '../contracts/ids.ts';
import type { LedgerEntry } from '../contracts/ledger.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import type { RunRecord } from '../contracts/runs.ts';
import { decisionsAbout } from '../policy/registry/recorded-decision.ts';
import type { RunReader } from './ports.ts';

/** Of an experiment's latest execution; null where MLflow has none. */
export const findParentRun = async (
  tracking: Pick<RunReader, 'findExperiment' | 'findRuns'>,
  id: string,
): Promise<RunRecord | null> => {
  const isId = parseExperimentId(id)?.experimentId === id;
  // The MLflow experiment is named as the config.
  const experimentId = isId ? await tracking.findExperiment(experimentNameOf(id)) : null;
  if (experimentId === null) {
    return null;
  }
  const tags = { [TAG.experimentId]: id, [TAG.kind]: RUN_KIND.parent };
  return (await tracking.findRuns({ experimentId, tags }))[0] ?? null;
};

export interface AskedAbout {
  readonly version: string;
  /** Of the version. */
  readonly tags: Readonly<Record<string, string>>;
  /** Of the model's ledger. */
  readonly entries: readonly LedgerEntry[];
}

/**
 * Id of the run that has the verdict and the config: by the ledger's last record about the version, else by the
 * experiment that registered it. null where neither tells, or that run is gone.
 */
export const findAskingRun = async (
  tracking: Pick<RunReader, 'findExperiment' | 'findRuns'>,
  { version, tags, entries }: AskedAbout,
): Promise<string | null> => {
  const last = decisionsAbout(entries, version).findLast(({ evidence }) => evidence.verdict_run_id !== undefined);
  const { [TAG.experimentId]: experimentId } = tags;
  return (
    last?.evidence.verdict_run_id ??
    (experimentId === undefined ? null : ((await findParentRun(tracking, experimentId))?.runId ?? null))
  );
};
