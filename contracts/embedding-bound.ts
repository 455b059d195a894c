/**
 * Largest number of an embedding that a source brings, either sign. Towers compute with float32: the square of a sum over
 * larger ones, times weights, is infinite before anything is scaled, and the vector is NaN, or zeros.
 */
export const LARGEST_EMBEDDED = 1e9;
