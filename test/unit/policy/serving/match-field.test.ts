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
