/** Parameter importances as bars of text. Pure. */
import type { ParameterImportances } from '../../contracts/importance.ts';
import { formatBar, formatPercent } from '../text/formats.ts';
import { formatTable } from '../text/table.ts';

const MOST_ROWS = 10;

/** One line that says why where there is nothing to measure. */
export const importanceLines = (importances: ParameterImportances): readonly string[] => {
  if (importances.kind === 'unknown') {
    return [`unknown: ${importances.reason}`];
  }
  const { shares } = importances;
  const rows = shares.slice(0, MOST_ROWS).map(({ key, share }) => [key, formatBar(share), formatPercent(share)]);
  return [
    ...formatTable([{ title: 'parameter' }, { title: '' }, { title: 'share', align: 'right' }], rows),
    ...(shares.length > MOST_ROWS ? [`and ${shares.length - MOST_ROWS} more: --json has them`] : []),
  ];
};
