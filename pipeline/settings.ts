/** Raised when the same settings and rows would give another dataset version's content. */
export const PIPELINE_FORMAT = 2;

/** The time, as SQL, of every interaction of a source that knows no times. */
export const NO_TIME = "TIMESTAMP '1970-01-01'";

/** Type and label of an item drawn by chance that the user has not met; its weight is `data.negatives.weight`. */
export const NEGATIVE_TYPE = 'negative_sample';
export const NEGATIVE_LABEL = 0;

/** Most draws for each negative that is wanted: enough to get around what the user knows of a small catalogue. */
export const DRAWS_PER_NEGATIVE = 8;
