/** Which part of a list a request may ask for, and of whom. */

/** Characters. */
export const LONGEST_ID = 1024;

export const DEFAULT_LIMIT = 10;
export const MOST_ITEMS = 100;
/** Nobody pages further by hand, and each page costs the ranking of all before it. */
export const DEEPEST_OFFSET = 10_000;
