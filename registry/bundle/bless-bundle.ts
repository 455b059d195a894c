/** The bundle that a recommender would serve of a model, found in the home or built there, and asked. */
import { MOST_ITEMS_EXACT } from '../../contracts/bundle.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { BlessedBundle, BlessJob } from '../../contracts/trainer.ts';
import { type BundleOrigin, builtNote, noteBundle, readBundleNote } from './built-bundles.ts';
import { loadKept, replaceBundle } from './kept-bundles.ts';

export interface BlessDeps {
  readonly bundlesFolder: string;
  readonly compute: { bless(job: BlessJob, signal: AbortSignal): Promise<BlessedBundle> };
  readonly signal: AbortSignal;
}

export type BlessQuestion = BundleOrigin &
  Pick<BlessJob, 'datasetFolder' | 'relevanceThreshold' | 'evaluatedNdcg' | 'p99BoundMs'>;

/** Asked again, it finds the bundle that was built before. Throws what the compute process throws. */
export const blessBundle = async (
  { bundlesFolder, compute, signal }: BlessDeps,
  { source, datasetVersion, identity, ...question }: BlessQuestion,
): Promise<BlessedBundle> => {
  const note = await builtNote(bundlesFolder, { source, datasetVersion, identity });
  const known = await readBundleNote(note);
  const kept = known === null ? null : await loadKept(bundlesFolder, known);
  const bless = (bundleFolder: string | null): Promise<BlessedBundle> =>
    compute.bless(
      {
        ...{ kind: 'bless', model: source, identity, bundlesFolder, mostItemsExact: MOST_ITEMS_EXACT },
        ...{ ...question, bundleFolder },
      },
      signal,
    );
  const blessed =
    known !== null && kept instanceof TtExpError
      ? await replaceBundle(bundlesFolder, known, () => bless(null))
      : await bless(kept instanceof TtExpError ? null : (kept?.folder ?? null));
  await noteBundle(note, blessed.digest);
  return blessed;
};
