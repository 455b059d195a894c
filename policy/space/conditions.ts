/** When a parameter is part of a trial, and in which order parameters can be decided. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { SearchParameter } from '../../contracts/experiment-config.ts';

export interface Condition {
  readonly key: string;
  /** Canonical JSON of the values with which the condition holds. */
  readonly values: ReadonlySet<string>;
}

export const conditionsOf = ({ when = {} }: SearchParameter): readonly Condition[] =>
  Object.entries(when).map(([key, values]) => ({ key, values: new Set(values.map(canonicalJson)) }));

export const holds = ({ values }: Condition, value: unknown): boolean =>
  value !== undefined && values.has(canonicalJson(value));

export interface KeyOrder {
  /** Keys in the order of the config, but each after those that its condition asks. */
  readonly keys: readonly string[];
  /** Keys whose conditions lead round in a circle, or to one; empty in a space that can be used. */
  readonly cyclic: readonly string[];
}

export const orderKeys = (space: Readonly<Record<string, SearchParameter>>): KeyOrder => {
  const waiting = new Map(
    Object.entries(space).map(([key, { when = {} }]) => [
      key,
      Object.keys(when).filter((other) => Object.hasOwn(space, other)),
    ]),
  );
  const keys: string[] = [];
  const isReady = (others: readonly string[]): boolean => others.every((other) => !waiting.has(other));
  for (;;) {
    const next = [...waiting].find(([, others]) => isReady(others));
    if (next === undefined) {
      return { keys, cyclic: [...waiting.keys()] };
    }
    keys.push(next[0]);
    waiting.delete(next[0]);
  }
};
