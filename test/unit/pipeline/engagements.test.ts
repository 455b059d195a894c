import { describe, expect, it } from 'vitest';
import { simulateDeveloper } from '../../../pipeline/synthetic/developers.ts';
import { PERIOD_END_MS, PERIOD_MS, simulateActivity, simulateEvents } from '../../../pipeline/synthetic/engagements.ts';
import { createTextSpaces, LATENT_DIM } from '../../../pipeline/synthetic/latent.ts';
import { simulateStartup } from '../../../pipeline/synthetic/startups.ts';

const DAY_MS = 86_400_000;
const texts = createTextSpaces();

const startupMatrix = (count: number) => {
  const places = new Float64Array(count * LATENT_DIM);
  const popularity = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const startup = simulateStartup(7, index, texts.item);
    places.set(startup.place, index * LATENT_DIM);
    popularity[index] = startup.popularity;
  }
  return { count, places, popularity };
};

describe('pipeline/engagements', () => {
  it('activity adds up to the wanted number and leaves nobody out', () => {
    for (const [users, total] of [
      [350, 7500],
      [10, 10],
      [7, 1000],
    ] as const) {
      const activity = simulateActivity(7, users, total);
      expect(activity.reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(Math.min(...activity)).toBeGreaterThanOrEqual(1);
    }
    expect(simulateActivity(7, 100, 30).reduce((sum, count) => sum + count, 0)).toBe(30);
  });

  it('there are cold, warm and hot users', () => {
    const activity = [...simulateActivity(7, 350, 7500)];
    expect(activity.filter((count) => count < 5).length).toBeGreaterThan(5);
    expect(activity.filter((count) => count >= 5 && count <= 20).length).toBeGreaterThan(100);
    expect(activity.filter((count) => count > 20).length).toBeGreaterThan(50);
  });

  it('events come in order of time, name startups of the catalogue and repeat for the same seed', () => {
    const startups = startupMatrix(40);
    const taste = simulateDeveloper(7, 0, texts.user);
    const events = simulateEvents(7, 0, 30, taste, startups);
    expect(events.length).toBeGreaterThanOrEqual(30);
    const times = events.map((event) => event.timeMs);
    expect(times).toEqual([...times].sort((left, right) => left - right));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(PERIOD_END_MS - PERIOD_MS);
    // A funnel that starts at the very end may run over it by minutes.
    expect(Math.max(...times)).toBeLessThan(PERIOD_END_MS + DAY_MS);
    expect(events.every((event) => event.itemIndex >= 0 && event.itemIndex < 40)).toBe(true);
    expect(simulateEvents(7, 0, 30, taste, startups)).toEqual(events);
  });

  it('what is chosen has a far higher affinity than the rest of the catalogue', () => {
    const startups = startupMatrix(100);
    const taste = simulateDeveloper(7, 1, texts.user);
    const affinity = (item: number): number =>
      taste.place.reduce((sum, value, axis) => sum + value * (startups.places[item * LATENT_DIM + axis] ?? 0), 0);
    const events = simulateEvents(7, 1, 12, taste, startups);
    const disliked = new Set(events.flatMap((event) => (event.type === 'dislike' ? [event.itemIndex] : [])));
    const chosen = [...new Set(events.map((event) => event.itemIndex))].filter((item) => !disliked.has(item));
    const mean = (items: number[]) => items.reduce((sum, item) => sum + affinity(item), 0) / items.length;
    // Affinities are cosines: over a catalogue spread in all directions their mean is near 0.
    expect(mean(chosen) - mean([...Array(100).keys()])).toBeGreaterThan(0.4);
  });
});
