/** What the vectors of a bundle's users follow from where its model takes what they like: enough to compute one anew. */
import { join } from 'node:path';
import type { BundleManifest } from '../../contracts/bundle.ts';
import { missing } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { breathe } from '../../host/breathe.ts';
import { tableFile } from '../../models/saved/model-manifest.ts';
import { userVector } from '../../models/towers/user-vector.ts';
import { dotAt, type Matrix, rowOf } from '../search/matrix.ts';
import { BUNDLE_FILE, LIKED, PART_CODE, PART_OF_FLAG } from './bundle-files.ts';
import type { BundleReader } from './read-verified.ts';

export interface UserHistories {
  /** Whether the model heeds that somebody likes an item. */
  knows(itemId: string): boolean;
  /** Vector of a user of the bundle who likes these items, [embedding_dim]; those that the model does not know count for nothing. */
  vectorOf(user: number, liked: Iterable<string>): Float32Array;
}

const IDS_BETWEEN_BREATHS = 500;

interface Ids {
  readonly ids: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
}

interface Parts {
  readonly withoutHistory: Matrix;
  /** [history rows × dim] */
  readonly table: Float32Array;
  readonly isNormalised: boolean;
  readonly items: Ids;
  /** Id of row 1, 2, … of the table; row 0 is for ids that training did not see. */
  readonly trainedItems: readonly string[];
}

const createUserHistories = async ({
  withoutHistory,
  table,
  isNormalised,
  items,
  trainedItems,
}: Parts): Promise<UserHistories> => {
  // The ids of the bundle are in memory already; the model may know a few more.
  const rowOfItem = new Int32Array(items.ids.length);
  const others = new Map<string, number>();
  for (const [place, id] of trainedItems.entries()) {
    const item = items.rows.get(id);
    if (item === undefined) {
      others.set(id, place + 1);
    } else {
      rowOfItem[item] = place + 1;
    }
    if (place % IDS_BETWEEN_BREATHS === 0) {
      await breathe();
    }
  }
  const tableRowOf = (id: string): number => {
    const item = items.rows.get(id);
    return item === undefined ? (others.get(id) ?? 0) : (rowOfItem[item] ?? missing(rowOfItem, item));
  };
  return {
    knows: (id) => tableRowOf(id) > 0,
    vectorOf: (user, liked) => {
      const rows = new Set<number>();
      for (const id of liked) {
        rows.add(tableRowOf(id));
      }
      rows.delete(0);
      // In the order of a training: sums of float32 depend on it.
      return userVector(rowOf(withoutHistory, user), { table, isNormalised }, Int32Array.from(rows).sort());
    },
  };
};

/** Users whose vector is computed at the start, to see whether it is that of the bundle. */
const CHECKED_USERS = 100;
/** Of a vector's length: what another processor rounds otherwise is far below, another user's row far above. */
const MOST_OFF = 1e-3;

interface Judged {
  readonly users: { readonly ids: readonly string[]; readonly vectors: Matrix };
  readonly items: Ids;
  readonly history: { readonly starts: Int32Array; readonly items: Int32Array; readonly flags: Uint8Array };
}

/** Throws MODEL_INCOMPATIBLE where the parts do not give the vectors that were judged. */
const checkHistories = async (
  folder: string,
  histories: UserHistories,
  { users, items, history }: Judged,
): Promise<void> => {
  const step = Math.max(1, Math.ceil(users.ids.length / CHECKED_USERS));
  for (let user = 0; user < users.ids.length; user += step) {
    const [from = 0, to = 0] = history.starts.subarray(user, user + 2);
    const liked: string[] = [];
    for (let entry = from; entry < to; entry += 1) {
      const flag = history.flags[entry] ?? missing(history.flags, entry);
      if ((flag & PART_OF_FLAG) === PART_CODE.train && (flag & LIKED) !== 0) {
        liked.push(items.ids[history.items[entry] ?? missing(history.items, entry)] ?? '');
      }
    }
    const judged = rowOf(users.vectors, user);
    const off = histories.vectorOf(user, liked).map((value, column) => value - (judged[column] ?? 0));
    if (Math.sqrt(dotAt(off, 0, off)) > MOST_OFF * Math.max(1, Math.sqrt(dotAt(judged, 0, judged)))) {
      throw new TtExpError(
        'MODEL_INCOMPATIBLE',
        `${join(folder, BUNDLE_FILE.usersWithoutHistory)}: user "${users.ids[user]}" and what they like do not give their vector in ${BUNDLE_FILE.users}`,
        { hint: 'Build the bundle again: its files are of different models or datasets.' },
      );
    }
    await breathe();
  }
};

export interface HistoriesOptions extends Judged {
  readonly folder: string;
  readonly reader: BundleReader;
  readonly manifest: BundleManifest;
  /** Ids that the model's history table has rows for, in their order. */
  readonly trainedItems: readonly string[];
}

/**
 * null for a bundle that was built before the parts were kept. Throws MODEL_NOT_LOADING for files that are not whole,
 * MODEL_INCOMPATIBLE where they do not belong together.
 */
export const readUserHistories = async (options: HistoriesOptions): Promise<UserHistories | null> => {
  const { folder, reader, manifest, users, items, trainedItems } = options;
  if (manifest.files[BUNDLE_FILE.usersWithoutHistory] === undefined) {
    return null;
  }
  const dim = manifest.embedding_dim;
  const histories = await createUserHistories({
    withoutHistory: {
      values: await reader.floats(BUNDLE_FILE.usersWithoutHistory, users.ids.length * dim),
      ...{ rows: users.ids.length, dim },
    },
    table: await reader.floats(
      `${BUNDLE_FILE.modelFolder}/${tableFile('user', 'history')}`,
      (trainedItems.length + 1) * dim,
    ),
    ...{ isNormalised: manifest.is_normalised, items, trainedItems },
  });
  await checkHistories(folder, histories, options);
  return histories;
};
