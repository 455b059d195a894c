/** The indexes of a bundle whose catalogue is large: one of the model's vectors, and one of content. */
import { availableParallelism } from 'node:os';
import { LEAST_RECALL, type SearchFacts } from '../../contracts/bundle.ts';
import type { Content } from '../../models/reports/content-vectors.ts';
import type { BundleHistory } from '../../registry/bundle/load-bundle.ts';
import { contentQueries } from '../../registry/search/content-queries.ts';
import type { Matrix } from '../../registry/search/matrix.ts';
import { createMeasuredIndex, sampleUsers, tryMeasuredIndex } from '../../registry/search/measure-recall.ts';

interface BundleIndex {
  readonly facts: SearchFacts;
  /** null: searched exactly. */
  readonly save: ((file: string) => void) | null;
}

const settings = () => ({ threads: availableParallelism(), leastRecall: LEAST_RECALL });

/** Throws MODEL_INCOMPATIBLE where no index finds enough. */
export const indexItems = (
  users: Matrix,
  items: Matrix,
  { isNormalised, onStep }: { readonly isNormalised: boolean; readonly onStep: () => void },
): Promise<BundleIndex> =>
  createMeasuredIndex({ ...settings(), queries: sampleUsers(users), items, isNormalised, onStep });

/**
 * Nobody can choose what items say: where many say the same and no index finds enough, content is searched exactly, and
 * the bundle says so.
 */
export const indexContent = async (
  content: Exclude<Content, { kind: 'none' }>,
  history: BundleHistory,
  onStep: () => void,
): Promise<BundleIndex> => {
  const { width: dim } = content;
  const matrix = (values: Float32Array): Matrix => ({ values, rows: values.length / dim, dim });
  const items = matrix(content.items);
  const queries = contentQueries({ items, users: content.kind === 'texts' ? matrix(content.users) : null, history });
  if (queries.length === 0) {
    return { facts: { kind: 'exact' }, save: null };
  }
  const measured = await tryMeasuredIndex({ ...settings(), queries, items, isNormalised: true, onStep });
  return typeof measured === 'number'
    ? { facts: { kind: 'exact', index_recall_at_10: measured }, save: null }
    : measured;
};
