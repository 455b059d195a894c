/** A user's history is a sum over items, so the items need rows of their own: what is said where they have none. */
export const HISTORY_NEEDS_IDS = {
  expected: 'false for items without a feature of kind id',
  hint: 'Add "id": { "kind": "id" } to the features of data.source.items, or set model.user_history to false. The synthetic source has no ids.',
} as const;
