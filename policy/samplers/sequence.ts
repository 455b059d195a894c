/** Samplers whose points come from a sequence that no outcome changes. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import type { Sampler } from './sampler.ts';

/**
 * First the enqueued points, then those of a sequence, each once. What was drawn is remembered, which changes no answer:
 * a sequence is a function of its number alone.
 */
export const createSequenceSampler = (enqueued: readonly TrialParams[], points: Iterator<TrialParams>): Sampler => {
  const seen = new Set(enqueued.map(canonicalJson));
  const drawn: TrialParams[] = [...enqueued];
  return {
    lag: null,
    propose: (index) => {
      while (drawn.length <= index) {
        const next = points.next();
        if (next.done === true) {
          return null;
        }
        const text = canonicalJson(next.value);
        if (!seen.has(text)) {
          seen.add(text);
          drawn.push(next.value);
        }
      }
      return drawn[index] ?? null;
    },
  };
};
