/** The real encoding child: what it makes of a raw row is what the building of a bundle made of it. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementAt } from '../../../contracts/element-at.ts';
import { LARGEST_EMBEDDED } from '../../../contracts/embedding-bound.ts';
import type { RawRow, Side } from '../../../contracts/row-encoding.ts';
import type { EntityRow } from '../../../pipeline/encoder/encoder.ts';
import { readCatalogue } from '../../../pipeline/index.ts';
import { type LoadedBundle, loadBundle } from '../../../registry/bundle/load-bundle.ts';
import { rowOf } from '../../../registry/search/matrix.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { encodingProcess } from '../../support/encoding-process.ts';
import { eventually } from '../../support/eventually.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createModelRunner, isRunning, trainModel } from './runner.ts';

const { signal } = new AbortController();
const runner = createModelRunner();
const encoding = encodingProcess();

afterAll(() => encoding.close());

/** What somebody would send of an entity. */
const rawOf = ({ id, fields, embedding }: EntityRow): RawRow => {
  const { text = null, user_id: _user, item_id: _item, ...features } = fields;
  return {
    ...{ id, features, liked: [], text: text === null ? null : String(text) },
    embedding: embedding === null ? null : [...embedding],
  };
};

const mostOff = (a: Float32Array | null, b: Float32Array): number =>
  a === null ? Number.POSITIVE_INFINITY : Math.max(...b.map((value, column) => Math.abs(value - elementAt(a, column))));

describe.each(['source', 'hashed'] as const)('with texts by %s', (textEncoder) => {
  let bundle: LoadedBundle;
  let rows: Readonly<Record<Side, readonly EntityRow[]>>;

  beforeAll(async () => {
    const folder = await temporaryFolder('tt-exp-encoding-');
    const builder = builderIn(join(folder, 'data'));
    const data = dataSettings(SMALL, { text_encoder: textEncoder });
    const { version } = await builder.encode({ data, seed: 7 });
    const datasetFolder = (await builder.findLocal(version)) ?? '';
    const trialFolder = join(folder, 'trial');
    const settings = trialSettings({
      seed: 1,
      model: { hidden_dims: [16], embedding_dim: 8, normalisation: textEncoder === 'source' ? 'l2' : 'none' },
      training: { num_epochs: 1 },
    });
    const model = await trainModel(runner, { trialFolder, datasetFolder, settings });
    const built = await runner.buildBundle(
      {
        ...{ kind: 'build_bundle', datasetFolder, bundlesFolder: join(folder, 'bundles'), mostItemsExact: 100_000 },
        model,
        identity: { name: 'two-tower', version: '1', run_id: 'run' },
      },
      signal,
    );
    bundle = await loadBundle(built.folder);
    const { users, items } = await readCatalogue(datasetFolder);
    rows = { user: users, item: items };
  });

  it.each(['user', 'item'] as const)('gives every %s the vector and the content that the bundle has', async (side) => {
    const encoded = await encoding.encode({ bundleFolder: bundle.folder, side, rows: rows[side].map(rawOf) });
    const { vectors, content } = side === 'user' ? bundle.users : bundle.items;
    expect(encoded).toHaveLength(vectors.rows);
    // The source has none for some.
    expect(rows[side].some(({ embedding }) => embedding === null)).toBe(textEncoder === 'source');
    for (const [row, one] of encoded.entries()) {
      expect(mostOff(one.vector, rowOf(vectors, row))).toBeLessThan(1e-6);
      expect(mostOff(one.content, content === null ? new Float32Array(0) : rowOf(content, row))).toBeLessThan(1e-6);
    }
  });

  it.each(['user', 'item'] as const)('gives a %s bit for bit the same, whichever rows come with it', async (side) => {
    const raw = rawOf(elementAt(rows[side], 0));
    const encode = (size: number) =>
      encoding.encode({
        ...{ bundleFolder: bundle.folder, side },
        rows: Array.from({ length: size }, (_, n) => ({ ...raw, id: `given online ${n}` })),
      });
    const [alone] = await encode(1);
    expect(alone?.vector?.every(Number.isFinite)).toBe(true);
    for (const size of [7, 500]) {
      const encoded = await encode(size);
      expect(encoded).toHaveLength(size);
      expect(encoded.filter((one) => !isDeepStrictEqual(one, alone))).toEqual([]);
    }
  });

  it('heeds neither blanks around values nor their order, and takes what it does not know for unknown', async () => {
    const raw = rawOf(elementAt(rows.item, 0));
    const { skills, type } = raw.features;
    const untidy: RawRow = {
      ...raw,
      features: {
        ...raw.features,
        ...{ type: ` ${type}\u00a0`, unheard: 'of' },
        skills: Array.isArray(skills) ? [...skills.map((skill) => ` ${skill}`), ...skills, ' '].reverse() : null,
      },
    };
    const bare: RawRow = { ...raw, features: {}, text: ' ', embedding: null };
    const [tidied, unknown] = await encoding.encode({
      bundleFolder: bundle.folder,
      side: 'item',
      rows: [untidy, bare],
    });
    const vector = rowOf(bundle.items.vectors, 0);
    expect(mostOff(tidied?.vector ?? null, vector)).toBeLessThan(1e-6);
    expect(unknown?.vector?.every(Number.isFinite)).toBe(true);
    expect(mostOff(unknown?.vector ?? null, vector)).toBeGreaterThan(1e-3);
  });

  it.runIf(textEncoder === 'source')('gives no vector to a row whose embedding has another width', async () => {
    const row = { ...rawOf(elementAt(rows.item, 0)), embedding: [1, 2, 3] };
    const encoded = await encoding.encode({ bundleFolder: bundle.folder, side: 'item', rows: [row] });
    expect(encoded).toEqual([{ vector: null, content: null }]);
  });

  it.runIf(textEncoder === 'source')('gives no vector where numbers are too large for the tower', async () => {
    const raw = rawOf(elementAt(rows.item, 0));
    const scaled = (length: number): RawRow => ({ ...raw, embedding: (raw.embedding ?? []).map((x) => x * length) });
    // An embedding of length 1 is the data's; 1e25 is finite in every layer, and its square is not: scaled, it is zeros.
    const lengths = [1, LARGEST_EMBEDDED, 1e25, 1e38];
    const encoded = await encoding.encode({ bundleFolder: bundle.folder, side: 'item', rows: lengths.map(scaled) });
    const found = encoded.map(({ vector }) => vector && Math.hypot(...vector));
    expect(found).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5), null, null]);
  });
});

it('compute/encoding/encoding-process: begins anew after a kill, while it works and while it waits, and ends when closed', async () => {
  const request = { bundleFolder: 'nowhere', side: 'item', rows: [] } as const;
  const refused = () => expect(encoding.encode(request)).rejects.toMatchObject({ code: 'MODEL_NOT_LOADING' });
  await refused();
  // A failure ends it, so that the next one begins from nothing.
  expect(encoding.pid()).toBeNull();
  const asked = encoding.encode(request);
  const pid = await eventually(
    'it has started',
    () => encoding.pid(),
    (found) => found !== null,
    { everyMs: 1 },
  );
  process.kill(Number(pid), 'SIGKILL');
  await expect(asked).rejects.toMatchObject({ code: 'TRAINER_CRASHED', message: expect.stringContaining('SIGKILL') });
  await refused();
  await encoding.close();
  await eventually(
    'it has ended',
    () => isRunning(Number(pid)),
    (runs) => !runs,
  );
});
