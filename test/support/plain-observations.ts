/** What became of each user of an experiment online, slowly: for every user, list and item, every event. */
import type { Arm, Impression, OnlineExperiment, UserObservation } from '../../contracts/online-experiment.ts';
import type { OnlineEvent } from '../../serving/events/log-record.ts';

type EventLine = OnlineEvent | { readonly erase_user_id: string };

/** The events that are left, each once, in the order of their lines. */
const standing = (lines: readonly EventLine[]): readonly OnlineEvent[] => {
  const events = new Map<string, OnlineEvent>();
  for (const line of lines) {
    if ('erase_user_id' in line) {
      for (const [id, event] of [...events]) {
        if (event.user_id === line.erase_user_id) {
          events.delete(id);
        }
      }
    } else if (!events.has(line.event_id)) {
      events.set(line.event_id, line);
    }
  }
  return [...events.values()];
};

const timeOf = ({ at }: Impression): number => Date.parse(at);

const isPage = ({ items }: Impression): boolean => items.length === 0 || items.some(({ position }) => position === 0);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const plainObservations = (
  { id, mode, attribution_hours }: OnlineExperiment,
  impressions: readonly Impression[],
  lines: readonly EventLine[],
  positiveTypes: readonly string[],
): readonly UserObservation[] => {
  const events = standing(lines).map((event) => ({ ...event, ms: Date.parse(event.received_at) }));
  const own = impressions.filter(({ experiment_id }) => experiment_id === id);
  const inOrder = [...new Map(own.map((one) => [JSON.stringify(one), one])).values()]
    .map((one, line) => ({ one, line }))
    .sort((a, b) => timeOf(a.one) - timeOf(b.one) || a.line - b.line)
    .map(({ one }) => one);
  const users = [...new Set(inOrder.filter(isPage).map(({ user_id }) => user_id))];
  const observed = users.map((user_id): UserObservation => {
    const all = inOrder.filter((one) => one.user_id === user_id);
    const pages = all.filter(isPage);
    const [first] = pages;
    if (first === undefined) {
      throw new Error('a user without a list');
    }
    const from = timeOf(first);
    const end = from + attribution_hours * 3_600_000;
    const shownAt = (itemId: string, ms: number) =>
      all.flatMap((one) =>
        timeOf(one) >= from && timeOf(one) <= ms ? one.items.filter(({ item_id }) => item_id === itemId) : [],
      );
    const counted = events.filter(
      (event) => event.user_id === user_id && event.ms < end && shownAt(event.item_id, event.ms).length > 0,
    );
    const positive = counted.filter(({ type }) => positiveTypes.includes(type));
    const lists = pages.filter((page) => timeOf(page) < end);
    const credit: Record<Arm, number> = { champion: 0, challenger: 0 };
    for (const itemId of new Set(positive.map(({ item_id }) => item_id))) {
      const ms = Math.min(...positive.flatMap((event) => (event.item_id === itemId ? [event.ms] : [])));
      credit[shownAt(itemId, ms).at(-1)?.arm ?? 'champion'] += 1;
    }
    const interactions: Record<string, number> = {};
    for (const { type } of counted) {
      interactions[type] = (interactions[type] ?? 0) + 1;
    }
    const met = (page: Impression): number =>
      page.items.filter(
        ({ item_id, position }) =>
          position < 10 && positive.some((event) => event.item_id === item_id && event.ms >= timeOf(page)),
      ).length;
    const common = (page: Impression): number =>
      page.items.filter(({ item_id, position }) => position < 10 && page.unseen?.slice(0, 10).includes(item_id)).length;
    return {
      ...{ user_id, arm: first.arm, first_at_ms: from, lists: lists.length },
      precision_at_10: mean(lists.map(met)) / 10,
      ...{ interactions, credit },
      ...(mode === 'interleave' ? { first_pick: first.items.find(({ position }) => position === 0)?.arm ?? null } : {}),
      ...(mode === 'shadow' ? { overlap_at_10: mean(lists.map(common)) / 10 } : {}),
    };
  });
  return observed.sort((a, b) => a.first_at_ms - b.first_at_ms || (a.user_id < b.user_id ? -1 : 1));
};

/** Events since the first list of the experiment, of its users, or of others, whose item no list of it has shown them. */
export const plainEventsWithoutList = (
  { id, attribution_hours }: Pick<OnlineExperiment, 'id' | 'attribution_hours'>,
  impressions: readonly Impression[],
  lines: readonly EventLine[],
  takesPart: (userId: string) => boolean,
): number => {
  const own = impressions.filter(({ experiment_id }) => experiment_id === id);
  const begin = Math.min(...own.map(timeOf));
  let count = 0;
  for (const { user_id, item_id, received_at } of standing(lines)) {
    const lists = own.filter((one) => one.user_id === user_id);
    const first = Math.min(...lists.filter(isPage).map(timeOf));
    const ms = Date.parse(received_at);
    const wasShown = lists.some(({ items }) => items.some((item) => item.item_id === item_id));
    if (takesPart(user_id) && ms >= begin && ms < first + attribution_hours * 3_600_000 && !wasShown) {
      count += 1;
    }
  }
  return count;
};
