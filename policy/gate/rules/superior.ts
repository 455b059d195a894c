/** Better than the champion: the interval's lower end lies above the required improvement. */
import type { ConfidenceInterval, GateRule } from '../../../contracts/gate.ts';
import { type Comparison, formatter, intervalText } from './gate-text.ts';

/** @param bound what the gain must exceed */
const sentence = (ci: ConfidenceInterval, { other, trainings }: Comparison, bound: number): string => {
  const { mean, low, high } = ci;
  const text = formatter([low, bound], [high, bound], [mean, 0]);
  const interval = intervalText(ci, text, trainings);
  const [required, isGain] = [text(bound), mean > 0];
  const gain = `the ${isGain ? 'gain' : 'difference'} of ${text(mean)} ${isGain ? 'over' : 'to'} ${other}`;
  if (high < bound) {
    return `${gain} is ${bound === 0 ? 'a loss' : `below the required ${required}`} (${interval} lies below ${required})`;
  }
  const certain = isGain && bound === 0 ? 'certain' : `certain to exceed ${required}`;
  return low > bound
    ? `${gain} is ${certain} (${interval} lies above ${required})`
    : `${gain} is not ${certain} (${interval} includes ${required})`;
};

export const superiorRule = (ci: ConfidenceInterval, comparison: Comparison, bound: number): GateRule => ({
  name: 'superior',
  passed: ci.low > bound,
  value: ci.low,
  comparison: '>',
  bound,
  reason: sentence(ci, comparison, bound),
});
