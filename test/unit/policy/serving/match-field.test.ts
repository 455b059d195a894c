import { describe, expect, it } from 'vitest';
import { fieldMatcher, fitsNumbers } from '../../../../policy/serving/match-field.ts';

describe('match-field', () => {
  it('matches text without regard to case, and nothing else', () => {
    const matches = fieldMatcher(['Collaboration']);
    expect(matches('collaboration')).toBe(true);
    expect(matches(' COLLABORATION ')).toBe(true);
    expect(matches('collaborations')).toBe(false);
    expect(matches('')).toBe(false);
  });

  it('matches a list by any of its entries, and any of several wanted values', () => {
    expect(fieldMatcher(['rust'])(['Go', 'Rust'])).toBe(true);
    expect(fieldMatcher(['rust'])(['Go'])).toBe(false);
    expect(fieldMatcher(['rust', 'go'])(['Go'])).toBe(true);
    expect(fieldMatcher(['rust'])([])).toBe(false);
  });

  it('matches a number as a number, and by a range with its ends or without one of them', () => {
    expect(fieldMatcher(['5.0'])(5)).toBe(true);
    expect(fieldMatcher(['5'])(50)).toBe(false);
    expect([4, 5, 7.5, 10, 11].filter(fieldMatcher(['5..10']))).toEqual([5, 7.5, 10]);
    expect([4, 5, 11].filter(fieldMatcher(['5..']))).toEqual([5, 11]);
    expect([-20, 4, 11].filter(fieldMatcher(['..10']))).toEqual([-20, 4]);
    expect([-3, -1, 0].filter(fieldMatcher(['-2..-0.5']))).toEqual([-1]);
    expect([1, 20].filter(fieldMatcher(['10..5']))).toEqual([]);
  });

  it.each(['5', '-0.5', '1e3', ' 7 ', '5..10', '5..', '..10', '5..5', '-2..-1'])('takes %j for numbers', (wanted) => {
    expect(fitsNumbers(wanted)).toBe(true);
  });

  it.each(['', 'abc', '5-7', '>5', '9..5', '..', '5...7', '0x5', '5..x', 'Infinity'])('takes %j for none', (wanted) => {
    expect(fitsNumbers(wanted)).toBe(false);
  });

  it('matches days and times by a range, whole days up to their end and times without a zone as UTC', () => {
    const values = [
      '2026-02-28',
      '2026-03-01T00:00:00Z',
      '2026-03-31 23:59:59.5',
      '2026-04-01T01:00:00+02:00',
      '2026-04-02',
    ];
    const among = (wanted: string) => values.filter(fieldMatcher([wanted])).map((value) => values.indexOf(value));
    expect(among('2026-03-01..')).toEqual([1, 2, 3, 4]);
    expect(among('..2026-03-31')).toEqual([0, 1, 2, 3]);
    expect(among('2026-03-01..2026-03-30')).toEqual([1]);
    expect(among('2026-03-01T00:00:01..2026-03-31T23:00Z')).toEqual([3]);
    expect(among('2026-03-31..2026-03-01')).toEqual([]);
    expect(among('2026-13-01..')).toEqual([]);
    expect(among('2026-04-02')).toEqual([4]);
    expect(fieldMatcher(['2026-03-01..'])('soon')).toBe(false);
    expect(fieldMatcher(['2026-03-01..'])(20260401)).toBe(false);
    expect(fieldMatcher(['2026-03-01..'])(null)).toBe(false);
  });

  it('takes for a range only what is one', () => {
    expect(fieldMatcher(['..'])(5)).toBe(false);
    expect(fieldMatcher(['..'])('..')).toBe(true);
    expect(fieldMatcher(['a..b'])('a..b')).toBe(true);
    expect(fieldMatcher(['5..10'])('7')).toBe(false);
    expect(fieldMatcher(['5..10'])('5..10')).toBe(true);
  });

  it('matches true and false by their names, and a missing value by nothing', () => {
    expect(fieldMatcher(['true'])(true)).toBe(true);
    expect(fieldMatcher(['false'])(true)).toBe(false);
    expect(fieldMatcher(['null'])(null)).toBe(false);
    expect(fieldMatcher(['', '..5', '5..'])(null)).toBe(false);
    expect(fieldMatcher([''])(0)).toBe(false);
    expect(fieldMatcher([])('anything')).toBe(false);
  });
});
