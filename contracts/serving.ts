/** What recommends: the words that the router, the server, the command and the library share. */

/** In the order in which one stands in for another. */
export const ENGINE_NAMES = ['two_tower', 'content', 'popularity'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** A raw value of the catalogue, as filters compare it. */
export type FieldValue = string | number | boolean | null | readonly string[];
