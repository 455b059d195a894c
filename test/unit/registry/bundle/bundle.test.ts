import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exists } from '../../../../host/files/file-errors.ts';
import { loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { SMALL_BUNDLE, writeSmallBundle } from '../../../support/small-bundle.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let folder = '';
let bundle: { readonly digest: string; readonly folder: string };

beforeEach(async () => {
  folder = await temporaryFolder();
  bundle = await writeSmallBundle(folder);
});

const FILES = [
  'encoder.json',
  'history_flags.u8',
  'history_items.i32',
  'history_starts.i32',
  'interactions.i32',
  'item_content.f32',
  'item_fields.jsonl',
  'item_ids.jsonl',
  'items.f32',
  'model/manifest.json',
  'model/user_ids.f32',
  'popularity.f32',
  'user_content.f32',
  'user_fields.jsonl',
  'user_ids.jsonl',
  'users.f32',
];

const refusal = (message: string, code = 'MODEL_NOT_LOADING') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

/** The manifest with a change, in a folder that is named after it again. */
const editManifest = async (change: object): Promise<string> => {
  const file = join(bundle.folder, 'manifest.json');
  const text = JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change });
  await writeFile(file, text);
  const renamed = join(folder, 'bundles', createHash('sha256').update(text).digest('hex'));
  await rename(bundle.folder, renamed);
  return renamed;
};

it('gives back what was written, under the digest of its manifest', async () => {
  const loaded = await loadBundle(bundle.folder);
  const manifest = await readFile(join(bundle.folder, 'manifest.json'));
  expect(loaded.digest).toBe(createHash('sha256').update(manifest).digest('hex'));
  expect(bundle.folder).toBe(join(folder, 'bundles', loaded.digest));
  expect(Object.keys(loaded.manifest.files)).toEqual(FILES);
  expect(loaded.manifest.nouns).toEqual({ user: 'developer', users: 'developers', item: 'startup', items: 'startups' });
  const { users, items, popularity, interactions, history } = SMALL_BUNDLE;
  for (const [side, written] of [[loaded.users, users] as const, [loaded.items, items] as const]) {
    expect(side.ids).toEqual(written.ids);
    expect([...side.rows]).toEqual(written.ids.map((id, row) => [id, row]));
    expect(side.vectors).toEqual({ values: written.vectors, rows: written.ids.length, dim: 2 });
    expect(side.content?.values).toEqual(written.content);
  }
  expect(loaded.popularity).toEqual(popularity);
  expect(loaded.interactions).toEqual(interactions);
  expect(loaded.history).toEqual(history);
  expect(loaded.indexFile).toBeNull();
});

it('keeps each value of a field once, lists taken apart', async () => {
  const { users, items } = await loadBundle(bundle.folder);
  // rust is 0, go is 1: hot [0], warm [1], blank [0, 1], cold [].
  expect(users.fields.get('skills')).toEqual({
    values: ['rust', 'go'],
    starts: Int32Array.of(0, 1, 2, 4, 4),
    codes: Int32Array.of(0, 1, 0, 1),
  });
  expect(items.fields.get('team_size')).toEqual({
    values: [3, 8, 12, 5, 40],
    starts: Int32Array.of(0, 1, 2, 3, 4, 5, 5),
    codes: Int32Array.of(0, 1, 2, 3, 4),
  });
});

it('keeps ids and fields of more than a thousand entities in their order', async () => {
  const ids = Array.from({ length: 2500 }, (_, row) => `item "${row}" ü/\n`);
  const values = ids.map((_, row) => (row % 2 === 0 ? row : null));
  const { folder: large } = await writeSmallBundle(await temporaryFolder(), {
    facts: { content: { kind: 'none' } },
    content: {
      items: { ids, vectors: new Float32Array(5000), content: null, fields: new Map([['place', values]]) },
      users: { ...SMALL_BUNDLE.users, content: null },
      popularity: new Float32Array(2500),
    },
  });
  const { items } = await loadBundle(large);
  expect(items.ids).toEqual(ids);
  const place = items.fields.get('place');
  expect(place?.values.length).toBe(1250);
  expect(place?.values[1249]).toBe(2498);
  expect(place?.starts[2500]).toBe(1250);
});

describe('beside another bundle of the same data in memory', () => {
  const other = () =>
    writeSmallBundle(folder, { content: { items: { ...SMALL_BUNDLE.items, vectors: new Float32Array(12) } } });

  it('shares what is the same, and nothing else', async () => {
    const one = await loadBundle(bundle.folder);
    const two = await loadBundle((await other()).folder);
    expect(two.digest).not.toBe(one.digest);
    for (const side of ['users', 'items'] as const) {
      expect(two[side].ids).toBe(one[side].ids);
      expect(two[side].rows).toBe(one[side].rows);
      expect(two[side].fields).toBe(one[side].fields);
      expect(two[side].content).toBe(one[side].content);
    }
    expect(two.users.vectors).toBe(one.users.vectors);
    expect(two.items.vectors.values).toEqual(new Float32Array(12));
    expect(one.items.vectors.values).toEqual(SMALL_BUNDLE.items.vectors);
  });

  it.each(['item_ids.jsonl', 'item_content.f32', 'user_fields.jsonl'])(
    'is refused where its own %s is damaged',
    async (file) => {
      const one = await loadBundle(bundle.folder);
      const { folder: damaged } = await other();
      const bytes = await readFile(join(damaged, file));
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      await writeFile(join(damaged, file), bytes);
      await expect(loadBundle(damaged)).rejects.toEqual(refusal('has sha256'));
      expect(one.items.ids).toHaveLength(6);
    },
  );
});

it('gives equal contents one bundle, whenever it is written', async () => {
  expect(await writeSmallBundle(folder)).toEqual(bundle);
  expect((await readdir(join(folder, 'bundles'))).filter((name) => name !== '.building')).toEqual([bundle.digest]);
});

it('leaves nothing of a build that fails, and removes what a killed one left', async () => {
  const building = join(folder, 'bundles', '.building');
  const failing = writeSmallBundle(folder, {
    content: {
      saveIndex: () => {
        throw new Error('no index');
      },
    },
  });
  await expect(failing).rejects.toThrow('no index');
  expect(await readdir(building)).toEqual([]);
  // Process ids end below 2 ** 22: this one cannot live.
  const left = join(building, `${hostname()}~99999999~left`);
  await mkdir(left);
  await writeSmallBundle(folder);
  expect(await exists(left)).toBe(false);
});

describe.each(FILES)('%s', (path) => {
  it('is missed', async () => {
    await rm(join(bundle.folder, path));
    await expect(loadBundle(bundle.folder)).rejects.toEqual(refusal(`${path} is missing`));
  });

  it('is refused with one byte changed', async () => {
    const file = join(bundle.folder, path);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
    await expect(loadBundle(bundle.folder)).rejects.toEqual(refusal(`${path} has sha256 `));
  });

  it('is refused cut short or longer', async () => {
    const file = join(bundle.folder, path);
    const { length } = await readFile(file);
    await truncate(file, length - 1);
    await expect(loadBundle(bundle.folder)).rejects.toEqual(
      refusal(`${path} has ${length - 1} bytes, expected ${length}`),
    );
    await appendFile(file, '12');
    await expect(loadBundle(bundle.folder)).rejects.toEqual(
      refusal(`${path} has ${length + 1} bytes, expected ${length}`),
    );
  });
});

describe('the manifest', () => {
  it('is missed', async () => {
    await rm(join(bundle.folder, 'manifest.json'));
    await expect(loadBundle(bundle.folder)).rejects.toEqual(refusal('manifest.json is missing'));
    // Whoever names a folder of their own must not be told to remove it.
    await expect(loadBundle(bundle.folder)).rejects.toMatchObject({ hint: expect.stringMatching(/^Name the folder/) });
  });

  it('is refused where it was edited in place', async () => {
    await appendFile(join(bundle.folder, 'manifest.json'), ' ');
    await expect(loadBundle(bundle.folder)).rejects.toEqual(refusal('after which its folder is named'));
  });

  it('is refused where it is not JSON, no object or no manifest of a bundle', async () => {
    const file = join(bundle.folder, 'manifest.json');
    const elsewhere = join(folder, 'elsewhere');
    await rename(bundle.folder, elsewhere);
    for (const [text, message] of [
      ['{', 'is not JSON'],
      ['[]', 'is not a JSON object'],
      ['{"name": "an app", "icons": []}', 'is not the manifest of a bundle'],
      ['{"format": 2, "files": {}}', 'is not the manifest of a bundle'],
    ] as const) {
      await writeFile(file.replace(bundle.folder, elsewhere), text);
      await expect(loadBundle(elsewhere)).rejects.toEqual(refusal(message));
    }
  });

  it.each([
    ['another format', { format: 1 }, 'got bundle format 1, expected 2', 'MODEL_INCOMPATIBLE'],
    ['a file outside', { files: { '../users.f32': { sha256: '', bytes: 0 } } }, 'is not the manifest', undefined],
    ['labels of another form', { labels: { like: 1 } }, 'is not the manifest', undefined],
    ['no file', { files: {} }, 'does not list encoder.json', undefined],
    ['another number of users', { users: 3 }, 'user_ids.jsonl has 4 different ids, expected 3', undefined],
    [
      'another model',
      { model: { name: null, version: null, run_id: null, manifest_digest: '0'.repeat(64) } },
      'the model that the bundle was built from',
      'MODEL_INCOMPATIBLE',
    ],
    ['another width', { embedding_dim: 3 }, 'its embeddings are 2 wide, expected 3', 'MODEL_INCOMPATIBLE'],
  ])('is refused with %s', async (_what, change, message, code) => {
    await expect(loadBundle(await editManifest(change))).rejects.toEqual(refusal(message, code));
  });
});

it('refuses an encoder that is not the one of the model', async () => {
  const other = await writeSmallBundle(await temporaryFolder(), { featureDims: { user: 0, item: 12 } });
  await expect(loadBundle(other.folder)).rejects.toEqual(
    refusal('item features are 0 wide, expected 12', 'MODEL_INCOMPATIBLE'),
  );
});

it('refuses an encoder that differs from the digest in the manifest of the model', async () => {
  const other = await writeSmallBundle(await temporaryFolder(), { encoderSha256: '0'.repeat(64) });
  await expect(loadBundle(other.folder)).rejects.toEqual(
    refusal('encoder.json differs from the digest recorded in its manifest'),
  );
});
