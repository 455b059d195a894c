/** The known name that somebody who typed `name` most likely meant. */

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

/** Null when nothing is near. Case and `-` against `_` do not count; a name's beginning counts as near. */
export const nearestName = (name: string, known: readonly string[]): string | null => {
  const fold = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  const wanted = fold(name);
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, fold(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= toleranceOf(wanted)) {
    return best.candidate;
  }
  const longer = wanted.length >= 3 ? known.filter((candidate) => fold(candidate).startsWith(wanted)) : [];
  return longer.length === 1 ? (longer[0] ?? null) : null;
};
