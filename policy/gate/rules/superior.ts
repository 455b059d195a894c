/** Better than the champion: the interval's lower end lies above the required improvement. */
import type { ConfidenceInterval, GateRule } from '../../../contracts/gate.ts';
import { type Comparison, formatter, intervalText, oneSidedLevel, percentText } from './gate-text.ts';

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
  const isAgainstChance = isGain && bound === 0;
  if (low <= bound) {
    const doubt = isAgainstChance ? 'may be chance' : `is not shown to exceed ${required}`;
    return `${gain} ${doubt} (${interval} includes ${required})`;
  }
  // What the lower end alone leaves out: nobody asks whether the candidate is worse.
  const level = `at a level of ${percentText(oneSidedLevel(ci))}`;
  const finding = isAgainstChance ? `is larger than chance ${level}` : `is shown to exceed ${required} ${level}`;
  return `${gain} ${finding} (${interval} lies above ${required})`;
};

export const superiorRule = (ci: ConfidenceInterval, comparison: Comparison, bound: number): GateRule => ({
  name: 'superior',
  passed: ci.low > bound,
  value: ci.low,
  comparison: '>',
  bound,
  reason: sentence(ci, comparison, bound),
});
