import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementAt } from '../../../contracts/element-at.ts';
import type { AskedLook, Look } from '../../../contracts/test-part-looks.ts';
import { takeLook } from '../../../policy/gate/alpha-ledger.ts';

const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

const windows = fc.tuple(fc.nat(60), fc.nat(30)).map(([start, days]) => [start, start + days] as const);

interface Question {
  readonly window: readonly [start: number, end: number];
  readonly key: number;
  readonly confidence: number;
}
const sequences: fc.Arbitrary<readonly Question[]> = fc.array(
  fc.record({ window: windows, key: fc.nat(40), confidence: fc.constantFrom(0.9, 0.95, 0.99, 0.999) }),
  { maxLength: 90 },
);

const askAll = (sequence: readonly Question[]): readonly Look[] => {
  const looks: Look[] = [];
  for (const { window, key, confidence } of sequence) {
    const asked: AskedLook = {
      key: `${window.join('-')} ${key} ${confidence}`,
      at: day(100),
      stated_confidence: confidence,
      dataset_version: 'ds',
      starts_at: day(window[0]),
      ends_at: day(window[1]),
      rows_digest: '',
      users: 1,
    };
    const look = takeLook(looks, asked);
    if (!looks.includes(look)) {
      looks.push(look);
    }
  }
  return looks;
};

describe('policy/gate/alpha-ledger laws', () => {
  it('no moment of any window is spent beyond the lowest stated confidence of its looks', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const looks = askAll(sequence);
        for (let moment = 0; moment <= 90; moment += 1) {
          const at = looks.filter(({ starts_at, ends_at }) => starts_at <= day(moment) && day(moment) <= ends_at);
          const spent = at.reduce((sum, look) => sum + look.spent, 0);
          const lowest = Math.min(1, ...at.map((look) => look.stated_confidence));
          expect(spent).toBeLessThanOrEqual(1 - lowest + 1e-12);
        }
      }),
    );
  });

  it('each interval leaves out what its look spends, and later looks at the same windows never get more', () => {
    fc.assert(
      fc.property(windows, fc.constantFrom(0.5, 0.9, 0.95, 0.99, 0.9999), (window, confidence) => {
        const looks = askAll(Array.from({ length: 60 }, (_, key) => ({ window, key, confidence })));
        for (const [index, look] of looks.entries()) {
          expect(look.is_used_up).toBe(look.looks > look.shelf_life);
          if (!look.is_used_up) {
            expect((1 - look.confidence) / 2).toBeCloseTo(look.spent, 12);
          }
          if (index > 0) {
            expect(look.confidence).toBeGreaterThan(elementAt(looks, index - 1).confidence - 1e-12);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('a question asked again changes nothing', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        expect(askAll([...sequence, ...sequence])).toEqual(askAll(sequence));
      }),
    );
  });
});
