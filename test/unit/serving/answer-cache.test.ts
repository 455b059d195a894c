import { describe, expect, it } from 'vitest';
import { createAnswerCache } from '../../../serving/http/answer-cache.ts';
import type { ServedBundle } from '../../../serving/http/served-bundle.ts';

const bundle = (digest: string): ServedBundle => ({ digest }) as ServedBundle;

describe('http/answer-cache', () => {
  it('gives an answer again for the same bundle, key and revision, and makes it anew otherwise', () => {
    const cache = createAnswerCache<number>(10);
    const one = bundle('one');
    let made = 0;
    const look = (of: ServedBundle, key: string, revision: number) => cache.find(of, key, revision, () => ++made);
    expect(look(one, 'a', 0)).toEqual({ answer: 1, isHit: false });
    expect(look(one, 'a', 0)).toEqual({ answer: 1, isHit: true });
    expect(look(one, 'b', 0)).toEqual({ answer: 2, isHit: false });
    expect(look(one, 'a', 7)).toEqual({ answer: 3, isHit: false });
    // The same digest, loaded again, has another overlay behind it.
    expect(look(bundle('one'), 'b', 0)).toEqual({ answer: 4, isHit: false });
    expect(look(one, 'b', 0)).toEqual({ answer: 5, isHit: false });
  });

  it('keeps no more than it may, those that were asked for last', () => {
    const cache = createAnswerCache<string>(2);
    const one = bundle('one');
    const look = (key: string) => cache.find(one, key, 0, () => key).isHit;
    expect([look('a'), look('b'), look('a'), look('c')]).toEqual([false, false, true, false]);
    expect([look('a'), look('c'), look('b')]).toEqual([true, true, false]);
  });

  it('keeps nothing of what fails', () => {
    const cache = createAnswerCache<string>(2);
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => cache.find(bundle('one'), 'a', 0, fail)).toThrow('no');
    expect(cache.find(bundle('one'), 'a', 0, () => 'yes')).toEqual({ answer: 'yes', isHit: false });
  });
});
