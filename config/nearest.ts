/** The known key that somebody who typed `name` most likely meant. */
import { foldName, nearestOf } from '../policy/nearest.ts';
import { synonymsOf } from './synonyms.ts';

/** Null when nothing is near. What another tool calls it counts first. */
export const nearestName = (name: string, known: readonly string[]): string | null =>
  synonymsOf(foldName(name)).find((synonym) => known.includes(synonym)) ?? nearestOf(name, known);
