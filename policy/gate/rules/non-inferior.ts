/** Not worse than another model: the interval's lower end lies above -margin. */
import type { ConfidenceInterval, GateRule } from '../../../contracts/gate.ts';
import { type Comparison, formatter, intervalText } from './gate-text.ts';

export const nonInferiorRule = (
  name: 'non_inferior' | 'ancestor',
  ci: ConfidenceInterval,
  { other, trainings }: Comparison,
  margin: number,
): GateRule => {
  const bound = -margin;
  const { mean, low } = ci;
  const text = formatter([low, bound], [mean, 0]);
  const interval = intervalText(ci, text, trainings);
  const passed = low > bound;
  const loss = `a loss of ${text(margin)} or more to ${other} is ${passed ? '' : 'not '}ruled out`;
  const reason = `${loss} (difference ${text(mean)}, ${interval} ${passed ? 'lies above' : 'reaches'} ${text(bound)})`;
  return { name, passed, value: low, comparison: '>', bound, reason };
};
