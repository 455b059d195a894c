import { describe, expect, it } from 'vitest';
import { bestAncestor } from '../../../../policy/registry/best-ancestor.ts';
import type { Stint } from '../../../../policy/registry/standing.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');

const stint = (version: string, since: string, ndcgAt10: number | null, isReverted = false): Stint => ({
  ...{ version, since: `${since}T12:00:00.000Z`, ndcgAt10, isReverted, seq: 1 },
});

const bestOf = (...stints: readonly Stint[]) => bestAncestor({ stints }, NOW);

describe('policy/registry/best-ancestor', () => {
  it('is the champion with the highest NDCG@10 of the last 12 months, the later one of equals', () => {
    expect(bestOf()).toBeNull();
    expect(bestOf(stint('1', '2026-01-01', 0.4), stint('2', '2026-02-01', 0.5), stint('3', '2026-03-01', 0.45))).toBe(
      '2',
    );
    expect(bestOf(stint('1', '2026-01-01', 0.5), stint('2', '2026-02-01', 0.5))).toBe('2');
  });

  it('counts the time as champion, not its beginning', () => {
    const old = stint('1', '2024-01-01', 0.6);
    // Champion until a day before, and until a day after, the 30th of November a year ago.
    expect(bestOf(old, stint('2', '2025-11-29', 0.4))).toBe('2');
    expect(bestOf(old, stint('2', '2025-12-01', 0.4))).toBe('1');
    expect(bestOf(old)).toBe('1');
  });

  it('passes over what was moved by hand and taken back, and what has no figure', () => {
    expect(
      bestOf(stint('1', '2026-01-01', 0.4), stint('7', '2026-02-01', 0.9, true), stint('1', '2026-02-02', null)),
    ).toBe('1');
    expect(bestOf(stint('7', '2026-02-01', null))).toBeNull();
  });

  it('a version that serves again by a rollback keeps its figure', () => {
    const stints = [stint('1', '2025-01-01', 0.6), stint('2', '2025-02-01', 0.4), stint('1', '2026-02-01', null)];
    expect(bestOf(...stints)).toBe('1');
  });
});
