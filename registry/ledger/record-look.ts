/**
 * Counts a look at a test part, beside the ledger of the registered model. Only the model's owner calls it, one at a
 * time. Killed anywhere and asked again, it answers the same.
 */
import { ALIAS, ARTIFACT, TAG } from '../../contracts/names.ts';
import type { AskedLook, Look, LookTaken, TestPart, WantedLook } from '../../contracts/test-part-looks.ts';
import { takeLook } from '../../policy/gate/alpha-ledger.ts';
import type { LedgerReader, LedgerWriter, VersionReader } from '../ports.ts';
import { digestOfLooks } from './digest.ts';
import { ensureLedger, headText, type Ledger } from './find-ledger.ts';
import { readIntactLooks, readLooks } from './read-looks.ts';

export interface LookRequest extends Omit<WantedLook, 'datasetVersion'> {
  readonly modelName: string;
  readonly part: TestPart;
  /** ISO 8601, UTC: of the owner's clock. */
  readonly at: string;
}

type Asked = Pick<LookRequest, 'runId' | 'replicateRunIds' | 'part' | 'relevanceThreshold' | 'statedConfidence' | 'at'>;

/** Named by what it asks: the same question again is the same look. */
const askedLook = (
  { runId, replicateRunIds = [], part, relevanceThreshold, statedConfidence, at }: Asked,
  championVersion: string,
): AskedLook => ({
  ...part,
  // With other replicates the candidate's numbers are others: an interval of its own, which may be falsely above.
  key: [
    ...[runId, championVersion, part.dataset_version, relevanceThreshold, statedConfidence],
    ...[...replicateRunIds].sort(),
  ].join(' '),
  at,
  stated_confidence: statedConfidence,
});

/** What a look would be given, without taking it. Throws LEDGER_BROKEN. */
export const previewLook = async (
  tracking: LedgerReader,
  { modelName, championVersion, ...asked }: Asked & { readonly modelName: string; readonly championVersion: string },
): Promise<Look> => takeLook(await readLooks(tracking, modelName), askedLook(asked, championVersion));

/** The file first: what the run says of it is then brought up to date by the next attempt. */
const writeLooks = async (
  tracking: Pick<LedgerWriter, 'putArtifactText' | 'setTags'>,
  { runId, looksHead }: Ledger,
  looks: readonly Look[],
): Promise<void> => {
  const head = { seq: looks.length, digest: digestOfLooks(looks) };
  if (looksHead?.digest !== head.digest) {
    await tracking.putArtifactText(runId, ARTIFACT.looks, `${JSON.stringify(looks, null, 2)}\n`);
    await tracking.setTags(runId, { [TAG.looksHead]: headText(head) });
  }
};

/** No look, and nothing spent, where there is no other model to compare the candidate with. */
export const recordLook = async (
  tracking: LedgerWriter & Pick<VersionReader, 'findByAlias'>,
  { modelName, runId, replicateRunIds = [], statedConfidence, relevanceThreshold, part, actor, at }: LookRequest,
): Promise<LookTaken> => {
  const model = await tracking.findModel(modelName);
  const champion = await tracking.findByAlias(modelName, ALIAS.champion);
  if (model === null || champion === null || champion.runId === runId) {
    return { comparedWith: champion?.version ?? null, look: null };
  }
  const ledger = await ensureLedger(tracking, model, { actor, startTimeMs: Date.parse(at) });
  const looks = await readIntactLooks(tracking, ledger);
  const asked = { runId, replicateRunIds, part, relevanceThreshold, statedConfidence, at };
  const look = takeLook(looks, askedLook(asked, champion.version));
  await writeLooks(tracking, ledger, looks.includes(look) ? looks : [...looks, look]);
  return { comparedWith: champion.version, look };
};
