/** How near two names are, and which of the known ones somebody most likely meant. */

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

/** Of the number that a name ends with: `trial-004` is nearer to `trial-003` than `trial-000` is. */
const numberGap = (a: string, b: string): number => {
  const [one, other] = [a, b].map((name) => /\d+$/.exec(name)?.[0]);
  return one === undefined || other === undefined ? 0 : Math.abs(Number(one) - Number(other));
};

/** Null when nothing is near; see `foldName`. A name's beginning counts last. */
export const nearestOf = (name: string, known: readonly string[]): string | null => {
  const wanted = foldName(name);
  const tolerance = toleranceOf(wanted);
  const ranked = known
    // A distance is at least the difference in length: most names need no look.
    .filter((candidate) => Math.abs(candidate.length - wanted.length) <= tolerance)
    .map((candidate) => ({ candidate, distance: editDistance(wanted, foldName(candidate)) }))
    .sort((a, b) => a.distance - b.distance || numberGap(wanted, a.candidate) - numberGap(wanted, b.candidate));
  const best = ranked[0];
  if (best !== undefined && best.distance <= tolerance) {
    return best.candidate;
  }
  const longer = wanted.length >= 3 ? known.filter((candidate) => foldName(candidate).startsWith(wanted)) : [];
  return longer.length === 1 ? (longer[0] ?? null) : null;
};

const MOST_NAMED = 10;

/**
 * The hint of every error about an id or name that nothing has: the nearest of those that there are, or all of a few.
 * @param lists a sentence that says where all of them are listed
 */
export const nearestHint = (given: string, known: readonly string[], lists: string): string => {
  const nearest = nearestOf(given, known);
  if (nearest !== null) {
    return `Did you mean ${nearest}? ${lists}`;
  }
  return known.length === 0 || known.length > MOST_NAMED ? lists : `Known: ${known.join(', ')}. ${lists}`;
};
