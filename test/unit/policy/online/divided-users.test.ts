import { describe, expect, it } from 'vitest';
import { divideUsers } from '../../../../policy/online/divided-users.ts';

describe('policy/online/divided-users', () => {
  it('counts the users of each arm of a split', () => {
    const users = [{ arm: 'champion' }, { arm: 'challenger' }, { arm: 'champion' }] as const;
    expect(divideUsers({ mode: 'split', share: 0.2 }, users)).toEqual({
      expectedShare: 0.2,
      counts: { champion: 2, challenger: 1 },
    });
  });

  it('counts who picked first of the users whose lists were drafted, where anybody did', () => {
    const users = [
      ...[{ arm: null, first_pick: 'challenger' } as const, { arm: null, first_pick: 'challenger' } as const],
      ...[{ arm: null, first_pick: 'champion' } as const, { arm: null, first_pick: null }, { arm: null }],
    ];
    expect(divideUsers({ mode: 'interleave', share: 0.2 }, users)).toEqual({
      expectedShare: 0.5,
      counts: { champion: 1, challenger: 2 },
    });
  });

  it('divides nobody in a shadow', () => {
    expect(divideUsers({ mode: 'shadow', share: 0.2 }, [{ arm: 'champion' }])).toBeNull();
  });
});
