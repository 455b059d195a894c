import type { LabelRule } from '../contracts/dataset.ts';

/** Raised when the same settings and rows would give another dataset version's content. */
export const PIPELINE_FORMAT = 1;

/** What each type of interaction says. The weight enters the loss, the label is the target. */
export const LABEL_RULES: Readonly<Record<string, LabelRule>> = {
  apply: { weight: 3, label: 1 },
  interest: { weight: 3.5, label: 1 },
  favorite: { weight: 2.5, label: 0.9 },
  like: { weight: 2, label: 0.8 },
  click: { weight: 1, label: 0.6 },
  view: { weight: 0.5, label: 0.4 },
  dislike: { weight: -1, label: 0 },
};

/** A startup drawn by chance that the user has not met: weak evidence, so half the weight of a dislike. */
export const NEGATIVE_RULE: LabelRule = { weight: 0.5, label: 0 };
export const NEGATIVE_TYPE = 'negative_sample';

/** Draws for each negative that is wanted: enough to get around what the user knows of a small catalogue. */
export const DRAWS_PER_NEGATIVE = 8;
