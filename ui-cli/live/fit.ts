/** Chooses how much of each part of a frame is shown, so that all of it fits on a screen. Pure. */
import type { Line } from './line.ts';

/** How a part can be shown. */
export interface Variant {
  readonly lines: readonly Line[];
  /** The variant after this one is taken the sooner, the lower this is. */
  readonly worth: number;
}

/** Its variants from the fullest to the shortest, with ascending worth; after the last one there is nothing. */
export type Part = readonly Variant[];

const NOTHING: Variant = { lines: [], worth: Number.POSITIVE_INFINITY };

const variantOf = (part: Part, place: number): Variant => part[place] ?? NOTHING;

/** The place of the variant that is shown of each part; one past the last: nothing is. At most `rows` lines in all. */
export const fitParts = <Name extends string>(
  parts: Readonly<Record<Name, Part>>,
  rows: number,
): Readonly<Record<Name, number>> => {
  const names = Object.keys(parts) as Name[];
  const places = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  const shown = (name: Name): Variant => variantOf(parts[name], places[name]);
  let height = names.reduce((sum, name) => sum + shown(name).lines.length, 0);
  while (height > rows) {
    const least = names.reduce((a, b) => (shown(b).worth < shown(a).worth ? b : a));
    const before = shown(least).lines.length;
    places[least] += 1;
    height += shown(least).lines.length - before;
  }
  return places;
};
