/**
 * Counts a look at a test part, beside the ledger of the registered model. Only the model's owner calls it, one at a
 * time. Killed anywhere and asked again, it answers the same.
 */
import { TtExpError } from '../../contracts/errors.ts';
import { ALIAS, ARTIFACT } from '../../contracts/names.ts';
import type { AskedLook, Look, LookTaken, TestPart, WantedLook } from '../../contracts/test-part-looks.ts';
import { takeLook } from '../../policy/gate/alpha-ledger.ts';
import type { LedgerReader, LedgerWriter, VersionReader } from '../ports.ts';
import { ensureLedger, findLedger } from './find-ledger.ts';

export interface LookRequest extends Omit<WantedLook, 'datasetVersion'> {
  readonly modelName: string;
  readonly part: TestPart;
  /** ISO 8601, UTC: of the owner's clock. */
  readonly at: string;
}

const isLook = (value: unknown): value is Look =>
  typeof value === 'object' && value !== null && 'key' in value && 'spent' in value && 'ends_at' in value;

const parse = (text: string, runId: string): readonly Look[] => {
  const broken = (): TtExpError =>
    new TtExpError('LEDGER_BROKEN', `${ARTIFACT.looks} of MLflow run ${runId}: got something else, expected looks`, {
      hint: 'Restore the artifact from a backup. Without it, every test part counts as never looked at.',
    });
  try {
    const looks: unknown = JSON.parse(text);
    if (Array.isArray(looks) && looks.every(isLook)) {
      return looks;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw broken();
};

const readLooksOf = async (
  tracking: Pick<LedgerReader, 'getArtifactText'>,
  runId: string,
): Promise<readonly Look[]> => {
  const text = await tracking.getArtifactText(runId, ARTIFACT.looks);
  return text === null ? [] : parse(text, runId);
};

/** In the order of asking; none where the model has no ledger yet. Throws LEDGER_BROKEN. */
export const readLooks = async (tracking: LedgerReader, modelName: string): Promise<readonly Look[]> => {
  const model = await tracking.findModel(modelName);
  const ledger = model === null ? null : await findLedger(tracking, model);
  return ledger === null ? [] : readLooksOf(tracking, ledger.runId);
};

type Asked = Pick<LookRequest, 'runId' | 'part' | 'relevanceThreshold' | 'statedConfidence' | 'at'>;

/** Named by what it asks: the same question again is the same look. */
const askedLook = (
  { runId, part, relevanceThreshold, statedConfidence, at }: Asked,
  championVersion: string,
): AskedLook => ({
  ...part,
  key: [runId, championVersion, part.dataset_version, relevanceThreshold, statedConfidence].join(' '),
  at,
  stated_confidence: statedConfidence,
});

/** What a look would be given, without taking it. Throws LEDGER_BROKEN. */
export const previewLook = async (
  tracking: LedgerReader,
  { modelName, championVersion, ...asked }: Asked & { readonly modelName: string; readonly championVersion: string },
): Promise<Look> => takeLook(await readLooks(tracking, modelName), askedLook(asked, championVersion));

/** No look, and nothing spent, where there is no other model to compare the candidate with. */
export const recordLook = async (
  tracking: LedgerWriter & Pick<VersionReader, 'findByAlias'>,
  { modelName, runId, statedConfidence, relevanceThreshold, part, actor, at }: LookRequest,
): Promise<LookTaken> => {
  const model = await tracking.findModel(modelName);
  const champion = await tracking.findByAlias(modelName, ALIAS.champion);
  if (model === null || champion === null || champion.runId === runId) {
    return { comparedWith: champion?.version ?? null, look: null };
  }
  const ledger = await ensureLedger(tracking, model, { actor, startTimeMs: Date.parse(at) });
  const looks = await readLooksOf(tracking, ledger.runId);
  const asked = { runId, part, relevanceThreshold, statedConfidence, at };
  const look = takeLook(looks, askedLook(asked, champion.version));
  if (!looks.includes(look)) {
    await tracking.putArtifactText(ledger.runId, ARTIFACT.looks, `${JSON.stringify([...looks, look], null, 2)}\n`);
  }
  return { comparedWith: champion.version, look };
};
