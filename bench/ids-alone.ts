/** Made interactions without any feature: users of a few interests each, items of one, and some far more popular than others. */
import { writeFile } from 'node:fs/promises';
import { countBelow } from '../models/numerics/count-below.ts';
import { createGenerator, toIndex, toUnit } from '../models/numerics/prng.ts';

const INTERESTS = 60;
const INTERESTS_PER_USER = 3;
/** Share of interactions that follow what is popular among all items, whatever the user's interests. */
const SHARE_OF_ANYTHING = 0.25;
const SEED = 11;

/** Items with cumulative weights, to draw from. */
interface Shelf {
  readonly items: number[];
  readonly upTo: number[];
}

const createShelf = (): Shelf => ({ items: [], upTo: [] });

const put = ({ items, upTo }: Shelf, item: number, weight: number): void => {
  items.push(item);
  upTo.push((upTo.at(-1) ?? 0) + weight);
};

/** @param unit in [0, 1) */
const drawFrom = ({ items, upTo }: Shelf, unit: number): number =>
  items[countBelow(upTo, unit * (upTo.at(-1) ?? 0), false)] ?? 0;

/** Writes `user,item` rows, at most `rows` of them: what a user is drawn for twice counts once. */
export const writeIdsAlone = async (
  file: string,
  { users, items, rows }: { readonly users: number; readonly items: number; readonly rows: number },
): Promise<void> => {
  const next = createGenerator(SEED);
  const unit = (): number => toUnit(next());
  const all = createShelf();
  const shelves = Array.from({ length: INTERESTS }, createShelf);
  const drawInterest = (): Shelf => shelves[Math.floor(unit() ** 1.5 * INTERESTS)] ?? all;
  for (let item = 0; item < items; item += 1) {
    const popularity = 1 / (1 + toIndex(next(), items)) ** 0.8;
    put(all, item, popularity);
    put(drawInterest(), item, popularity);
  }
  const activities = Array.from({ length: users }, () => Math.exp(3 * unit()));
  const activity = activities.reduce((sum, value) => sum + value, 0);
  const lines = ['user,item'];
  for (const [user, own] of activities.entries()) {
    const interests = Array.from({ length: INTERESTS_PER_USER }, drawInterest).filter(
      (shelf) => shelf.items.length > 0,
    );
    const met = new Set<number>();
    for (let draw = Math.max(3, Math.round((own / activity) * rows)); draw > 0; draw -= 1) {
      const favourite = interests[Math.floor(unit() ** 2 * interests.length)] ?? all;
      met.add(drawFrom(unit() < SHARE_OF_ANYTHING ? all : favourite, unit()));
    }
    lines.push(...[...met].map((item) => `u${user},i${item}`));
  }
  await writeFile(file, `${lines.join('\n')}\n`);
};
