/** What the files of a bundle are called. Numbers are little-endian and have no header; matrices are row-major. */
export const BUNDLE_FILE = {
  /** Lines of JSON arrays of ids; the order is that of the rows of every matrix. */
  userIds: 'user_ids.jsonl',
  itemIds: 'item_ids.jsonl',
  /** [users, embedding_dim] and [items, embedding_dim], as the towers give them. */
  users: 'users.f32',
  items: 'items.f32',
  /**
   * [users, embedding_dim], before histories are added and rows are scaled; only of models that take histories, and not in
   * bundles built before it was kept.
   */
  usersWithoutHistory: 'users_without_history.f32',
  /** Unit rows, or zeros for what has no content: [items, width], and [users, width] where both sides have texts. */
  itemContent: 'item_content.f32',
  userContent: 'user_content.f32',
  /** Interactions of each item and of each user. */
  popularity: 'popularity.f32',
  interactions: 'interactions.i32',
  /** Items that user u met: entries starts[u] … starts[u + 1] - 1, by part and item. */
  historyStarts: 'history_starts.i32',
  historyItems: 'history_items.i32',
  historyFlags: 'history_flags.u8',
  /** Lines of `{ field, from, values }`: raw values of the catalogue from row `from` on. */
  userFields: 'user_fields.jsonl',
  itemFields: 'item_fields.jsonl',
  encoder: 'encoder.json',
  /** The model's own folder, for users and items that come later. */
  modelFolder: 'model',
  index: 'index.usearch',
  contentIndex: 'content_index.usearch',
} as const;

/** A flag of a history entry is the part that it happened in, plus `LIKED` where its gain is above 0. */
export const PART_OF_FLAG = 3;
export const PART_CODE = { train: 0, validation: 1, test: 2 } as const;
export const LIKED = 4;
