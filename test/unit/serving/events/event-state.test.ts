import { describe, expect, it } from 'vitest';
import { createEventState, type EventState } from '../../../../serving/events/event-state.ts';

const add = (state: EventState, event_id: string, user_id: string, item_id: string): void =>
  state.apply({
    kind: 'event',
    event: { event_id, user_id, item_id, type: 'view', occurred_at: null, received_at: '2026-01-01T00:00:00Z' },
  });

describe('event-state', () => {
  it('counts every event of a user once, lists items and users once, and knows nobody else', () => {
    const state = createEventState();
    add(state, 'e1', 'ann', 'x');
    add(state, 'e2', 'ann', 'x');
    add(state, 'e3', 'ann', 'y');
    add(state, 'e3', 'bob', 'z');
    expect(state.interactions('ann')).toBe(3);
    expect([...state.seen('ann')]).toEqual(['x', 'y']);
    expect([...state.metBy('x')]).toEqual(['ann']);
    expect([state.interactions('bob'), [...state.seen('bob')], [...state.metBy('z')]]).toEqual([0, [], []]);
    expect([...state.events('ann')].map(({ item_id, type }) => [item_id, type])).toEqual([
      ['x', 'view'],
      ['x', 'view'],
      ['y', 'view'],
    ]);
    expect(state.size).toBe(3);
  });

  it('erases the events before, not those after, and takes an erased id anew', () => {
    const state = createEventState();
    add(state, 'e1', 'ann', 'x');
    add(state, 'e2', 'bob', 'x');
    expect(state.hasErasures).toBe(false);
    const [anns, bobs] = ['ann', 'bob'].map((user) => state.revisionOf(user));
    expect(new Set([0, anns, bobs]).size).toBe(3);
    state.apply({ kind: 'erase', userId: 'ann' });
    expect(state.hasErasures).toBe(true);
    expect([state.revisionOf('ann'), state.revisionOf('bob')]).toEqual([0, bobs]);
    expect([state.interactions('ann'), [...state.seen('ann')], [...state.metBy('x')]]).toEqual([0, [], ['bob']]);
    add(state, 'e1', 'ann', 'y');
    expect([0, anns]).not.toContain(state.revisionOf('ann'));
    expect([...state.records()]).toEqual([
      { kind: 'event', event: expect.objectContaining({ event_id: 'e2', item_id: 'x' }) },
      { kind: 'event', event: expect.objectContaining({ event_id: 'e1', item_id: 'y' }) },
    ]);
  });
});
