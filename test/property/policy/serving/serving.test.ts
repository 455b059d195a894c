import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../../../contracts/serving.ts';
import { dampPopularity } from '../../../../policy/serving/damp-popularity.ts';
import { diversify } from '../../../../policy/serving/diversify.ts';
import { type RoutedRequest, routeRequest } from '../../../../policy/serving/route-request.ts';

const REQUESTS: fc.Arbitrary<RoutedRequest> = fc.record({
  isKnown: fc.boolean(),
  interactions: fc.nat(60),
  hasPreferences: fc.boolean(),
  unavailable: fc
    .subarray(['two_tower', 'content'])
    .map((names) => (name) => (names.includes(name) ? 'none' : undefined)),
  engine: fc.option(fc.constantFrom(...ENGINE_NAMES), { nil: undefined }),
});

const CANDIDATES = fc
  .array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 3 })), { maxLength: 30 })
  .map((pairs) => pairs.sort(([a], [b]) => b - a));

const DIVERSITY = fc.constantFrom(0, 0.2, 0.5, 0.8, 1);

describe('policy/serving', () => {
  it('always routes to an engine that can answer, and names a fallback exactly where another was wanted', () => {
    fc.assert(
      fc.property(REQUESTS, (request) => {
        const route = routeRequest(request);
        const wanted = routeRequest({ ...request, unavailable: () => undefined });
        expect(request.unavailable(route.engine)).toBeUndefined();
        expect(route.reason).not.toBe('');
        expect(route.fallback === null).toBe(route.engine === wanted.engine);
        expect(ENGINE_NAMES.indexOf(route.engine)).toBeGreaterThanOrEqual(ENGINE_NAMES.indexOf(wanted.engine));
      }),
    );
  });

  it('gives the model to no user with fewer interactions than one whom it gives content', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (a, b) => {
        const engineAt = (interactions: number) =>
          routeRequest({ isKnown: true, interactions, hasPreferences: false, unavailable: () => undefined }).engine;
        const [fewer, more] = [engineAt(Math.min(a, b)), engineAt(Math.max(a, b))];
        expect(fewer === 'two_tower' ? more : 'two_tower').toBe('two_tower');
      }),
    );
  });

  it('diversifies into an order of all candidates that begins with the best, whatever the scale of the scores', () => {
    fc.assert(
      fc.property(CANDIDATES, DIVERSITY, fc.integer({ min: 1, max: 4 }), (candidates, diversity, power) => {
        const scores = candidates.map(([score]) => score);
        const similarity = (a: number, b: number): number => (candidates[a]?.[1] === candidates[b]?.[1] ? 1 : 0);
        const order = diversify({ scores, similarity, diversity });
        expect([...order].sort((a, b) => a - b)).toEqual(scores.map((_, place) => place));
        expect(order[0]).toBe(scores.length === 0 ? undefined : 0);
        // Powers of two scale without rounding.
        const scaled = scores.map((score) => score * 2 ** power);
        expect(diversify({ scores: scaled, similarity, diversity })).toEqual(order);
        // Whoever reads less of it reads the same.
        const places = Math.ceil(scores.length / power);
        expect(diversify({ scores, similarity, diversity, places })).toEqual(order.slice(0, places));
      }),
    );
  });

  it('damps so that a stronger damping never ranks a more popular item higher against a less popular one', () => {
    const items = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(500)), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(items, (pairs) => {
        const scores = pairs.map(([score]) => score);
        const popularity = pairs.map(([, count]) => count);
        const [weak, strong] = [0.2, 0.6].map((strength) => dampPopularity(scores, popularity, strength));
        for (const [a, countA] of popularity.entries()) {
          for (const [b, countB] of popularity.entries()) {
            const lead = (damped: Float64Array | undefined): number => (damped?.[a] ?? 0) - (damped?.[b] ?? 0);
            expect(countA > countB && lead(strong) > lead(weak) + 1e-9).toBe(false);
          }
        }
      }),
    );
  });
});
