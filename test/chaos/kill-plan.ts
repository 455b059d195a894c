/** Which process of a home dies when, drawn from a seed. */
import { createRng } from '../../policy/rng.ts';

export const TARGETS = [
  'worker-tt-cpu',
  'worker-tt-gpu',
  'training child',
  'command line',
  'temporal',
  'mlflow',
] as const;
export type Target = (typeof TARGETS)[number];

export interface PlannedKill {
  /** After the kill before it; the first one after the sweep's start. */
  readonly afterMs: number;
  readonly target: Target;
  /** Which of its processes, where it has several: a fraction of their number. */
  readonly choice: number;
}

export interface KillPlanOptions {
  readonly seed: number;
  readonly kills: number;
  readonly shortestMs: number;
  readonly longestMs: number;
}

/** Every six kills hit each target once, in an order of their own: a plan of six kills covers all of them. */
export const planKills = ({ seed, kills, shortestMs, longestMs }: KillPlanOptions): readonly PlannedKill[] => {
  const rng = createRng(seed);
  let left: Target[] = [];
  return Array.from({ length: kills }, () => {
    left = left.length === 0 ? [...TARGETS] : left;
    const [target = 'mlflow'] = left.splice(rng.below(left.length), 1);
    return { afterMs: shortestMs + rng.below(longestMs - shortestMs + 1), target, choice: rng.next() };
  });
};
