/** What differs between two versions: settings, rows, labels, features. */
import type { VersionDiff } from '../../contracts/dataset-versions.ts';
import { diffRows } from './diff-rows.ts';
import { diffSettings } from './diff-settings.ts';
import { featureDrift } from './feature-drift.ts';
import { findVersion } from './find-version.ts';
import { compareBins } from './population-stability.ts';
import { type AttachedVersion, attachVersion, type VersionsContext, withVersionDatabase } from './version-tables.ts';

const TABLES = ['samples', 'users', 'items', 'user_embeddings', 'item_embeddings'];

const diffLabels = ({ manifest: a }: AttachedVersion, { manifest: b }: AttachedVersion): VersionDiff['labels'] => {
  const [left, right] = [a.label_distribution, b.label_distribution];
  const labels = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort((x, y) => Number(y) - Number(x));
  const counts = labels.map((label) => ({ bin: label, a: left[label] ?? 0, b: right[label] ?? 0 }));
  const share = (count: number, all: number): number => (all === 0 ? 0 : count / all);
  return {
    shares: counts.map(({ bin, ...count }) => ({
      label: bin,
      a: share(count.a, a.samples),
      b: share(count.b, b.samples),
    })),
    shift: compareBins(counts),
  };
};

/** `a` and `b` are ids or their beginnings. Throws DATASET_NOT_FOUND, DATASET_CORRUPT, or the signal's reason. */
export const diffVersions = async (
  context: VersionsContext,
  request: { readonly a: string; readonly b: string; readonly signal?: AbortSignal },
): Promise<VersionDiff> => {
  const foundA = await findVersion(context.dataFolder, request.a);
  const foundB = await findVersion(context.dataFolder, request.b);
  return withVersionDatabase(context, request.signal, async (database) => {
    const a = await attachVersion(database, foundA, { prefix: 'a', tables: TABLES });
    const b = await attachVersion(database, foundB, { prefix: 'b', tables: TABLES });
    return {
      a: a.version,
      b: b.version,
      settings: diffSettings(a.manifest, b.manifest),
      rows: await diffRows(database),
      labels: diffLabels(a, b),
      features: await featureDrift(database, [a, b]),
    };
  });
};
