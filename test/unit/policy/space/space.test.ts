import { describe, expect, it } from 'vitest';
import { findPoint } from '../../../../policy/space/find-point.ts';
import { spaceSize } from '../../../../policy/space/size.ts';
import { createSpace } from '../../../../policy/space/space.ts';
import { sweepSettings } from '../../../support/experiment-fixtures.ts';

describe('policy/space', () => {
  it('counts the points that conditions and constraints leave', () => {
    const sweep = sweepSettings({
      space: {
        'a.depth': { choice: [1, 2, 3], when: { 'a.kind': ['deep'] } },
        'a.kind': { choice: ['flat', 'deep'] },
        'a.width': { int: { low: 1, high: 4 } },
      },
      constraints: ['a.width < a.limit'],
      base: { 'a.limit': 3 },
    });
    // Widths 1 and 2; with each flat, or deep with 3 depths: 2 * (1 + 3).
    expect(spaceSize(sweep)).toBe(8);
  });

  it('a continuous range has no size, one of a single value has one', () => {
    expect(spaceSize(sweepSettings({ space: { a: { float: { low: 0, high: 1 } } } }))).toBeNull();
    expect(spaceSize(sweepSettings({ space: { a: { float: { low: 1, high: 1 } } } }))).toBe(1);
    expect(spaceSize(sweepSettings({ space: { a: { float: { low: 0, high: 1, step: 0.3 } } } }))).toBe(4);
  });

  it('what depends on a parameter that is left out is left out too', () => {
    const sweep = sweepSettings({
      space: {
        'a.kind': { choice: ['flat'] },
        'a.depth': { choice: [2], when: { 'a.kind': ['deep'] } },
        'a.skip': { choice: [true], when: { 'a.depth': [2] } },
      },
      base: { 'a.depth': 2 },
    });
    expect(findPoint(createSpace(sweep))).toEqual({ kind: 'found', params: { 'a.kind': 'flat' } });
  });

  it('says which constraint leaves no point, and whether that is proven', () => {
    const constraints = ['a.x >= 0', 'a.x > 2'];
    const listed = createSpace(sweepSettings({ space: { 'a.x': { choice: [1, 2] } }, constraints }));
    expect(findPoint(listed)).toMatchObject({ kind: 'none', by: { index: 1 }, isProven: true });
    const drawn = createSpace(sweepSettings({ space: { 'a.x': { float: { low: 0, high: 1 } } }, constraints }));
    expect(findPoint(drawn)).toMatchObject({ kind: 'none', by: { index: 1 }, isProven: false });
  });
});
