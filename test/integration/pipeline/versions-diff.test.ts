import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureDrift } from '../../../contracts/dataset-versions.ts';
import { createDatasetVersions, type DatasetVersions } from '../../../pipeline/index.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { changeManifest, changeTable } from '../../support/version-tables.ts';

const SIZE = { users: 200, startups: 120, interactions: 3000, seed: 7 } as const;
/** The id that a hand-made variant gets. */
const VARIANT = 'ds-00000000000000aa';
let root = '';
let versions: DatasetVersions;
const ids = { plain: '', negatives: '', fewer: '', otherRows: '' };

beforeAll(async () => {
  root = await temporaryFolder('tt-exp-test-');
  versions = createDatasetVersions({ dataFolder: root, memoryLimitMegabytes: 512, threads: 1, now: () => 0 });
  const builder = builderIn(root);
  const build = async (source: object, change: object): Promise<string> =>
    (await builder.encode({ data: dataSettings({ ...SIZE, ...source }, change), seed: 7 })).version;
  ids.plain = await build({}, {});
  ids.negatives = await build({}, { negatives: { per: 'positive', draw: 'uniform', weight: 0.25 } });
  ids.fewer = await build({}, { min_interactions: 20 });
  ids.otherRows = await build({ seed: 8 }, {});
});

/** The plain version, changed by `change`, compared with the plain one. */
const diffWith = async (change: (folder: string) => Promise<void>) => {
  const folder = join(root, 'versions', VARIANT);
  try {
    await cp(join(root, 'versions', ids.plain), folder, { recursive: true });
    await changeManifest(folder, { version: VARIANT });
    await change(folder);
    return await versions.diff({ a: ids.plain, b: VARIANT });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const flagged = (features: readonly FeatureDrift[]): readonly string[] =>
  features.flatMap((each) => (each.status === 'compared' && each.is_drifted ? [`${each.side}.${each.feature}`] : []));

describe('pipeline/versions/diff', () => {
  it('pipeline/versions/diff: a version does not differ from itself', async () => {
    const diff = await versions.diff({ a: ids.plain, b: ids.plain });
    expect(diff.settings).toEqual([]);
    for (const change of Object.values(diff.rows)) {
      expect(change).toMatchObject({ added: 0, removed: 0, common: change.a });
      expect(change.a).toBe(change.b);
    }
    expect(diff.rows.samples.moved + diff.rows.users.changed + diff.rows.items.changed).toBe(0);
    expect(diff.labels.shift).toMatchObject({ psi: 0, is_drifted: false, p_value: 1 });
    expect(diff.features.length).toBeGreaterThan(15);
    for (const feature of diff.features) {
      expect(feature).toMatchObject({ status: 'compared', psi: 0, is_drifted: false });
    }
  });

  it('pipeline/versions/diff: other negatives differ in settings, samples and labels, and in nothing else', async () => {
    const { settings, rows, labels, features } = await versions.diff({ a: ids.plain, b: ids.negatives });
    expect(settings).toEqual([
      { path: 'negatives.per', a: 'pair', b: 'positive' },
      { path: 'negatives.weight', a: 0.5, b: 0.25 },
    ]);
    expect(rows.events).toMatchObject({ added: 0, removed: 0 });
    expect(rows.pairs).toMatchObject({ added: 0, removed: 0 });
    expect(rows.samples.added).toBeGreaterThan(0);
    // Every negative has another weight, so none is common; every event is.
    expect(rows.samples.common).toBe(rows.events.common);
    expect(labels.shift?.is_drifted).toBe(true);
    expect(labels.shift?.moved[0]?.bin).toBe('0.0');
    expect(labels.shares.reduce((sum, { b }) => sum + b, 0)).toBeCloseTo(1, 10);
    // The cut between the parts moves a few pairs, so not every distribution is the same to the last user.
    expect(flagged(features)).toEqual([]);
  });

  it('pipeline/versions/diff: users that are left out are counted as removed', async () => {
    const { settings, rows } = await versions.diff({ a: ids.plain, b: ids.fewer });
    expect(settings).toEqual([{ path: 'min_interactions', a: 1, b: 20 }]);
    expect(rows.users.removed).toBe(rows.users.a - rows.users.b);
    expect(rows.users.removed).toBeGreaterThan(0);
    expect(rows.users).toMatchObject({ added: 0, changed: 0 });
    expect(rows.events.removed).toBeGreaterThan(rows.users.removed);
    const back = await versions.diff({ a: ids.fewer, b: ids.plain });
    expect(back.rows.users.added).toBe(rows.users.removed);
    expect(back.rows.samples.added).toBe(rows.samples.removed);
  });

  it('pipeline/versions/diff: other rows of one generator share no event, and hardly any feature is flagged', async () => {
    const { settings, rows, features } = await versions.diff({ a: ids.plain, b: ids.otherRows });
    expect(settings).toEqual([]);
    expect(rows.events.common).toBe(0);
    expect(rows.users).toMatchObject({ added: 0, removed: 0 });
    expect(rows.users.changed).toBeGreaterThan(0.9 * rows.users.common);
    // 1 of 100 is expected by chance.
    expect(flagged(features).length).toBeLessThanOrEqual(2);
  });

  it('pipeline/versions/diff: drift in every kind of feature is flagged, and only there', async () => {
    const { rows, features } = await diffWith(async (folder) => {
      const half = 'user_index % 2 = 0';
      await changeTable(
        folder,
        'users',
        `* REPLACE (
          CASE WHEN ${half} THEN 'retired' ELSE role END AS role,
          CASE WHEN ${half} THEN ['COBOL'] ELSE skills END AS skills,
          CASE WHEN ${half} THEN years_experience + 9 ELSE years_experience END AS years_experience)`,
      );
      await changeTable(
        folder,
        'item_embeddings',
        '* REPLACE (CASE WHEN hash(item_id) % 2 = 0 THEN list_transform(embedding, x -> -x) ELSE embedding END AS embedding)',
      );
    });
    expect(flagged(features)).toEqual(['user.skills', 'user.role', 'user.years_experience', 'item.text']);
    expect(features.find(({ feature }) => feature === 'role')).toMatchObject({
      moved: expect.arrayContaining([expect.objectContaining({ bin: 'retired', a: 0 })]),
    });
    expect(rows.users.changed).toBe(Math.ceil(rows.users.a / 2));
    expect(rows.items.changed).toBe(0);
  });

  it('pipeline/versions/diff: missing values and missing embeddings are a bin of their own', async () => {
    const { features } = await diffWith(async (folder) => {
      await changeTable(
        folder,
        'items',
        '* REPLACE (CASE WHEN item_index % 3 = 0 THEN NULL ELSE stage END AS stage, NULL::DOUBLE AS team_size)',
      );
      await changeTable(
        folder,
        'user_embeddings',
        "* REPLACE (CASE WHEN right(user_id, 1) < '5' THEN NULL ELSE embedding END AS embedding)",
      );
    });
    expect(flagged(features)).toEqual(['user.text', 'item.stage', 'item.team_size']);
    for (const feature of features.filter((each) => flagged([each]).length > 0)) {
      expect(feature).toMatchObject({ moved: expect.arrayContaining([expect.objectContaining({ bin: '(missing)' })]) });
    }
  });

  it('pipeline/versions/diff: samples with another label or part, and features that one version lacks, are told', async () => {
    const { rows, features, settings } = await diffWith(async (folder) => {
      await changeTable(
        folder,
        'samples',
        "* REPLACE (CASE WHEN position < 10 THEN 'test' ELSE part END AS part, CASE WHEN position BETWEEN 20 AND 24 THEN 0.33::FLOAT ELSE label END AS label)",
      );
      await changeManifest(folder, {
        text_encoder: { user: 'hashed-ngrams/1', item: 'source' },
        settings: {
          source: { user: { fields: [{ name: 'role', kind: 'numeric', transform: 'none' }] }, item: { fields: [] } },
        },
      });
    });
    expect(rows.samples).toMatchObject({ added: 5, removed: 5, moved: 10 });
    expect(settings).toEqual(
      expect.arrayContaining([
        { path: 'seed', a: 7 },
        { path: 'text_encoder.user', a: 'source', b: 'hashed-ngrams/1' },
      ]),
    );
    const reasons = new Map(
      features.map((each) => [`${each.side}.${each.feature}`, each.status === 'compared' ? 'compared' : each.reason]),
    );
    expect(reasons.get('user.role')).toBe('it is categorical in A and numeric in B');
    expect(reasons.get('item.stage')).toBe('only A has it');
    expect(reasons.get('user.text')).toBe('embedded by source in A and by hashed-ngrams/1 in B');
    expect(reasons.get('item.text')).toBe('compared');
  });

  it('pipeline/versions/diff: a damaged table is DATASET_CORRUPT, an abort throws its reason and leaves nothing', async () => {
    const reason = new Error('stop');
    await expect(versions.diff({ a: ids.plain, b: ids.fewer, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const damaged = diffWith((folder) => rename(join(folder, 'users.parquet'), join(folder, 'items.parquet')));
    await expect(damaged).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
  });
});
