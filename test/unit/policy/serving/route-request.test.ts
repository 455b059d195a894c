import { describe, expect, it } from 'vitest';
import type { EngineName } from '../../../../contracts/serving.ts';
import { type RoutedRequest, routeRequest } from '../../../../policy/serving/route-request.ts';

const without =
  (problems: Partial<Record<EngineName, string>>): RoutedRequest['unavailable'] =>
  (engine) =>
    problems[engine];

const KNOWN: RoutedRequest = { isKnown: true, interactions: 0, hasPreferences: false, unavailable: without({}) };
const UNKNOWN: RoutedRequest = { ...KNOWN, isKnown: false };
const NO_VECTOR = { two_tower: 'the user has no vector in this bundle' };

describe('route-request', () => {
  it.each([
    [0, 'content', '0 interactions, fewer than 5'],
    [1, 'content', '1 interaction, fewer than 5'],
    [4, 'content', '4 interactions, fewer than 5'],
    [5, 'two_tower', '5 interactions, from 5 to 20'],
    [20, 'two_tower', '20 interactions, from 5 to 20'],
    [21, 'two_tower', '21 interactions, more than 20'],
  ] as const)('answers a known user with %i interactions by %s', (interactions, engine, reason) => {
    expect(routeRequest({ ...KNOWN, interactions })).toEqual({ engine, reason, fallback: null });
  });

  it('takes its thresholds as given', () => {
    const thresholds = { warmFrom: 2, hotAbove: 3 };
    expect(routeRequest({ ...KNOWN, interactions: 1 }, thresholds).reason).toBe('1 interaction, fewer than 2');
    expect(routeRequest({ ...KNOWN, interactions: 3 }, thresholds).reason).toBe('3 interactions, from 2 to 3');
    expect(routeRequest({ ...KNOWN, interactions: 4 }, thresholds).reason).toBe('4 interactions, more than 3');
  });

  it('answers an unknown user by what the request states, by what came online, or by popularity', () => {
    expect(routeRequest({ ...UNKNOWN, hasPreferences: true })).toEqual({
      engine: 'content',
      reason: 'the user is unknown, and the request states preferences',
      fallback: null,
    });
    expect(routeRequest({ ...UNKNOWN, interactions: 7 })).toEqual({
      engine: 'content',
      reason: 'training has not seen the user, who has 7 interactions since',
      fallback: null,
    });
    expect(routeRequest(UNKNOWN)).toEqual({
      engine: 'popularity',
      reason: 'the user is unknown, and the request states no preferences',
      fallback: null,
    });
  });

  it('falls back from a missing vector to content, and from there to popularity, and names each engine passed over', () => {
    const warm = { ...KNOWN, interactions: 10, unavailable: without(NO_VECTOR) };
    expect(routeRequest(warm)).toEqual({
      engine: 'content',
      reason: '10 interactions, from 5 to 20',
      fallback: 'two_tower: the user has no vector in this bundle',
    });
    expect(
      routeRequest({ ...warm, unavailable: without({ ...NO_VECTOR, content: 'nothing is known of the user' }) }),
    ).toEqual({
      engine: 'popularity',
      reason: '10 interactions, from 5 to 20',
      fallback: 'two_tower: the user has no vector in this bundle; content: nothing is known of the user',
    });
  });

  it('never falls back upwards: a cold user without content gets what is popular', () => {
    const route = routeRequest({ ...KNOWN, unavailable: without({ content: 'nothing is known of the user' }) });
    expect(route.engine).toBe('popularity');
    expect(route.fallback).toBe('content: nothing is known of the user');
  });

  it('asks no engine behind the one that answers', () => {
    const asked: EngineName[] = [];
    const unavailable = (engine: EngineName): undefined => {
      asked.push(engine);
    };
    routeRequest({ ...KNOWN, interactions: 10, unavailable });
    expect(asked).toEqual(['two_tower']);
  });

  it('asks the engine that the request names, whoever the user is, and falls back from it too', () => {
    expect(routeRequest({ ...KNOWN, engine: 'two_tower' })).toEqual({
      engine: 'two_tower',
      reason: 'the request names the engine',
      fallback: null,
    });
    expect(routeRequest({ ...KNOWN, interactions: 50, engine: 'popularity' }).engine).toBe('popularity');
    expect(routeRequest({ ...UNKNOWN, engine: 'two_tower', unavailable: without(NO_VECTOR) }).engine).toBe('content');
  });
});
