/** Which part of a list a request may ask for. */

export const DEFAULT_LIMIT = 10;
export const MOST_ITEMS = 100;
/** Nobody pages further by hand, and each page costs the ranking of all before it. */
export const DEEPEST_OFFSET = 10_000;
