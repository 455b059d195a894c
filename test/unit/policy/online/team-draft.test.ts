import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arm } from '../../../../contracts/online-experiment.ts';
import { creditOf, teamDraft } from '../../../../policy/online/team-draft.ts';

const LIST = fc.array(fc.integer({ min: 0, max: 25 }).map(String), { maxLength: 20 });
const LISTS = fc.record({ champion: LIST, challenger: LIST });
const REQUEST = fc.record({
  ...{ experimentId: fc.string(), userId: fc.string(), lists: LISTS },
  length: fc.integer({ min: 0, max: 45 }),
});

const draftFor = (user: number, length = 10) =>
  teamDraft({
    ...{ experimentId: 'exp', userId: `u${user}`, length },
    lists: {
      champion: Array.from({ length }, (_, at) => `a${at}`),
      challenger: Array.from({ length }, (_, at) => `b${at}`),
    },
  });

describe('policy/online/team-draft', () => {
  it('lets each arm in turn pick the best of its own that nobody has', () => {
    const lists = { champion: ['1', '2', '3', '4'], challenger: ['2', '1', '5', '3'] };
    const drafts = Array.from({ length: 50 }, (_, user) =>
      teamDraft({ experimentId: 'exp', userId: `u${user}`, lists, length: 3 })
        .map(({ item_id: id, arm }) => `${id}${arm === 'champion' ? 'a' : 'b'}`)
        .join(' '),
    );
    // First 1a leaves 2 to the challenger, first 2b leaves 1 to the champion; each may then pick first again.
    expect([...new Set(drafts)].sort()).toEqual(['1a 2b 3a', '1a 2b 5b', '2b 1a 3a', '2b 1a 5b']);
  });

  it('fills the list while items are left, with no item twice, each from the list of its arm', () => {
    fc.assert(
      fc.property(REQUEST, (request) => {
        const shown = teamDraft(request);
        const all = new Set([...request.lists.champion, ...request.lists.challenger]);
        expect(shown).toHaveLength(Math.min(request.length, all.size));
        expect(new Set(shown.map(({ item_id: id }) => id)).size).toBe(shown.length);
        expect(shown.every(({ item_id: id, arm }) => request.lists[arm].includes(id))).toBe(true);
        expect(shown.map(({ position }) => position)).toEqual(shown.map((_, at) => at));
      }),
    );
  });

  it('gives neither arm more than one pick before the other, while both have items left', () => {
    fc.assert(
      fc.property(REQUEST, (request) => {
        const shown = teamDraft(request);
        shown.forEach((_, at) => {
          const before = shown.slice(0, at);
          const taken = new Set(before.map(({ item_id: id }) => id));
          const hasLeft = (arm: Arm) => request.lists[arm].some((id) => !taken.has(id));
          if (hasLeft('champion') && hasLeft('challenger')) {
            const picks = shown.slice(0, at + 1).map(({ arm }) => (arm === 'champion' ? -1 : 1) as number);
            expect(Math.abs(picks.reduce((sum, pick) => sum + pick, 0))).toBeLessThanOrEqual(1);
          }
        });
      }),
    );
  });

  it('begins a longer list with the shorter one, however far the lists beyond it reach', () => {
    fc.assert(
      fc.property(REQUEST, fc.nat(45), (request, length) => {
        const longer = teamDraft({ ...request, length: request.length + length });
        expect(longer.slice(0, request.length)).toEqual(teamDraft(request));
        const distinct = (arm: Arm) => [...new Set(request.lists[arm])].slice(0, request.length);
        const lists = { champion: distinct('champion'), challenger: distinct('challenger') };
        expect(teamDraft({ ...request, lists })).toEqual(teamDraft(request));
      }),
    );
  });

  it('lets each arm pick first for half of the users, and again for half of these in the next round', () => {
    const users = 20_000;
    const firsts = Array.from({ length: users }, (_, user) => draftFor(user, 4).filter((__, at) => at % 2 === 0));
    const shareOf = (pattern: string) =>
      firsts.filter((picks) => picks.map(({ arm }) => arm === 'challenger').join() === pattern).length / users;
    // Five standard errors of a quarter over 20,000 users: 0.0153.
    for (const pattern of ['true,true', 'true,false', 'false,true', 'false,false']) {
      expect(Math.abs(shareOf(pattern) - 0.25)).toBeLessThan(0.0153);
    }
  });

  it('gives the same user the same list, and another experiment or user one of its own', () => {
    const ids = (experimentId: string, userId: string) =>
      teamDraft({
        ...{ experimentId, userId, length: 40 },
        lists: {
          champion: Array.from({ length: 40 }, (_, at) => `a${at}`),
          challenger: Array.from({ length: 40 }, (_, at) => `b${at}`),
        },
      }).map(({ item_id: id }) => id);
    expect(ids('exp', 'u1')).toEqual(ids('exp', 'u1'));
    expect(ids('exp', 'u1')).not.toEqual(ids('exp', 'u2'));
    expect(ids('exp', 'u1')).not.toEqual(ids('exp-2', 'u1'));
  });

  it('credits an item to whoever drafted it, though both have it', () => {
    const items = [
      { item_id: 'x', position: 0, arm: 'challenger' },
      { item_id: 'y', position: 1, arm: 'champion' },
      { item_id: 'z', position: 2, arm: 'challenger' },
    ] as const;
    expect(creditOf({ items }, new Set(['x', 'z', 'elsewhere']))).toEqual({ champion: 0, challenger: 2 });
    expect(creditOf({ items }, new Set(['y']))).toEqual({ champion: 1, challenger: 0 });
  });
});
