/** Which engine answers whom: few interactions say little to a model, so its list begins where there are enough. */
import { ENGINE_NAMES, type EngineName } from '../../contracts/serving.ts';

export interface RouterThresholds {
  /** Fewer interactions than this: content. */
  readonly warmFrom: number;
  /** More interactions than this: the model. From `warmFrom` to here: the model too, or content without a vector. */
  readonly hotAbove: number;
}

export const DEFAULT_THRESHOLDS: RouterThresholds = { warmFrom: 5, hotAbove: 20 };

export interface RoutedRequest {
  /** Whether the bundle holds the user. */
  readonly isKnown: boolean;
  /** The bundle's and those that came online. */
  readonly interactions: number;
  /** The request states what the user looks for. */
  readonly hasPreferences: boolean;
  /**
   * Why an engine cannot answer this request, as a clause: `the user has no vector in this bundle`. Asked about one by one,
   * so that an engine that is not needed prepares nothing.
   */
  readonly unavailable: (engine: EngineName) => string | undefined;
  /** Set where the router is off: this engine, whoever asks. */
  readonly engine?: EngineName | undefined;
}

export interface Route {
  readonly engine: EngineName;
  /** Why this engine, in words, for the reader of the answer. */
  readonly reason: string;
  /** Which engine should have answered, and why it did not; null where the one that was wanted answers. */
  readonly fallback: string | null;
}

interface Wish {
  readonly engine: EngineName;
  readonly reason: string;
}

const interactionsInWords = (count: number): string => (count === 1 ? '1 interaction' : `${count} interactions`);

/** What the router would like to answer with, were every engine able to. */
const wish = (request: RoutedRequest, { warmFrom, hotAbove }: RouterThresholds): Wish => {
  const { isKnown, interactions, hasPreferences, engine } = request;
  if (engine !== undefined) {
    return { engine, reason: 'the request names the engine' };
  }
  const met = interactionsInWords(interactions);
  if (!isKnown) {
    if (hasPreferences) {
      return { engine: 'content', reason: 'the user is unknown, and the request states preferences' };
    }
    return interactions > 0
      ? { engine: 'content', reason: `training has not seen the user, who has ${met} since` }
      : { engine: 'popularity', reason: 'the user is unknown, and the request states no preferences' };
  }
  if (interactions < warmFrom) {
    return { engine: 'content', reason: `${met}, fewer than ${warmFrom}` };
  }
  return interactions > hotAbove
    ? { engine: 'two_tower', reason: `${met}, more than ${hotAbove}` }
    : { engine: 'two_tower', reason: `${met}, from ${warmFrom} to ${hotAbove}` };
};

/**
 * The engine for a request: by the number of interactions, or the one that the request names. Where it cannot answer,
 * the next of two_tower, content, popularity does; popularity answers whatever else is unavailable.
 */
export const routeRequest = (request: RoutedRequest, thresholds: RouterThresholds = DEFAULT_THRESHOLDS): Route => {
  const wanted = wish(request, thresholds);
  const chain = ENGINE_NAMES.slice(ENGINE_NAMES.indexOf(wanted.engine));
  const passedOver: string[] = [];
  const engine =
    chain.find((name) => {
      const problem = name === 'popularity' ? undefined : request.unavailable(name);
      passedOver.push(...(problem === undefined ? [] : [`${name}: ${problem}`]));
      return problem === undefined;
    }) ?? 'popularity';
  return { engine, reason: wanted.reason, fallback: passedOver.length === 0 ? null : passedOver.join('; ') };
};
