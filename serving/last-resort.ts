/** What the router gives where the engine that it chose leaves nothing: no list is empty while the catalogue is not. */
import type { EngineName } from '../contracts/serving.ts';
import type { RankedRows } from '../registry/search/vector-search.ts';
import type { Ranker, Wanted } from './engines/engine.ts';

export interface EngineList {
  readonly ranked: RankedRows;
  readonly engine: EngineName;
  readonly reason: string;
  readonly fallback: string | null;
}

export interface LastResortRequest {
  /** Empty. */
  readonly list: EngineList;
  readonly wanted: Wanted;
  /** Of the list's engine. */
  readonly ranker: Ranker;
  /** Ranks whatever there is. */
  readonly popularity: Ranker;
  /** Set where the user has met the whole catalogue: what is left out beside that. */
  readonly exceptMet: Wanted['excluded'] | null;
  /** Of items, for people. */
  readonly noun: string;
}

/**
 * By count where the engine had nothing to compare; whoever has met everything gets it again. Empty is what remains: the
 * reason says why.
 */
export const lastResort = ({ list, wanted, ranker, popularity, exceptMet, noun }: LastResortRequest): EngineList => {
  const byCount = list.engine === 'popularity' ? list.ranked : popularity(wanted);
  if (byCount.rows.length > 0) {
    const problem = `${list.engine}: it cannot compare any ${noun} that is left`;
    return {
      ...list,
      ...{ ranked: byCount, engine: 'popularity' },
      fallback: list.fallback === null ? problem : `${list.fallback}; ${problem}`,
    };
  }
  const again = exceptMet === null ? list.ranked : ranker({ ...wanted, excluded: exceptMet });
  const why =
    again.rows.length > 0
      ? `every ${noun} was met already, so they come again`
      : `no ${noun} is left that passes, was not met already, and is not excluded`;
  return { ...list, ranked: again, reason: `${list.reason}; ${why}` };
};
