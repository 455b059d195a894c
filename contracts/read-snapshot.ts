/** Snapshots of earlier versions, in today's form. */
import type { ExperimentSnapshot } from './experiment.ts';
import { objectiveOf } from './objective.ts';
import type { ResolvedConfig } from './resolved-config.ts';

/** A snapshot as some version has written it. */
export type RecordedSnapshot = Omit<ExperimentSnapshot, 'objective'> & Partial<Pick<ExperimentSnapshot, 'objective'>>;

/** Whether this version, or a later one, has written it. */
export const isCurrent = (snapshot: RecordedSnapshot): snapshot is ExperimentSnapshot =>
  snapshot.objective !== undefined;

/** @param config that the experiment was started with */
export const readSnapshot = (
  recorded: RecordedSnapshot,
  config: Pick<ResolvedConfig, 'sweep'>,
): ExperimentSnapshot => ({ ...recorded, objective: recorded.objective ?? objectiveOf(config) });
