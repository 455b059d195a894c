/** The known name that somebody who typed `name` most likely meant. */
import { synonymsOf } from './synonyms.ts';

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each. */
export const editDistance = (a: string, b: string): number => {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
};

/** A third of the letters may be wrong, at least two of them in names of three letters and more. */
const toleranceOf = (name: string): number => (name.length < 3 ? 1 : Math.max(2, Math.floor(name.length / 3)));

/** Case and `-` against `_` do not count, `learningRate` is `learning_rate`. */
export const foldName = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_');

/** Null when nothing is near; see `foldName`. What another tool calls it counts first, a name's beginning last. */
export const nearestName = (name: string, known: readonly string[]): string | null => {
  const wanted = foldName(name);
  const tolerance = toleranceOf(wanted);
  const meant = synonymsOf(wanted).find((synonym) => known.includes(synonym));
  if (meant !== undefined) {
    return meant;
  }
  const ranked = known
    // A distance is at least the difference in length: most names need no look.
    .filter((candidate) => Math.abs(candidate.length - wanted.length) <= tolerance)
    .map((candidate) => ({ candidate, distance: editDistance(wanted, foldName(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= tolerance) {
    return best.candidate;
  }
  const longer = wanted.length >= 3 ? known.filter((candidate) => foldName(candidate).startsWith(wanted)) : [];
  return longer.length === 1 ? (longer[0] ?? null) : null;
};
