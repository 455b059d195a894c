/** What the last experiment online of a version had shown: a move that follows it rests on it. */
import type { OnlineLedgerEvidence } from '../../contracts/ledger.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import { onlineEvidence } from '../../policy/online/ledger-evidence.ts';
import type { KeptReport } from '../../registry/kept-report.ts';
import type { CatalogueReader } from './ports.ts';

export interface TriedVersion {
  readonly runId: string;
  readonly version: string;
  /** That its model has, or had before it was renamed. */
  readonly names: readonly string[];
}

/** null where it cannot be read: a record is not kept from being written by what it would say beside. */
const readReport = (text: string | null): Partial<KeptReport> | null => {
  try {
    return JSON.parse(text ?? 'null') as Partial<KeptReport> | null;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
};

/** null: no experiment of it has left a report. A run may be that of versions of several models. */
export const lastOnlineEvidence = async (
  tracking: Pick<CatalogueReader, 'listArtifacts' | 'getArtifactText'>,
  { runId, version, names }: TriedVersion,
): Promise<OnlineLedgerEvidence | null> => {
  const files = await tracking.listArtifacts(runId, ARTIFACT.onlineExperiments);
  // Ids begin with the time.
  for (const file of files.toSorted().toReversed()) {
    const kept = readReport(await tracking.getArtifactText(runId, `${ARTIFACT.onlineExperiments}/${file}`));
    const { experiment, report } = kept ?? {};
    if (experiment?.challenger.version === version && names.includes(experiment.model) && report !== undefined) {
      return onlineEvidence({ report });
    }
  }
  return null;
};
