/** The ledger of a model as lines, and what is wrong with it. */
import type { ModelHistory } from '../../../contracts/model-catalogue.ts';
import { brokenText, entryLines, handMoveText } from '../../registry/entry-lines.ts';
import { wrapLine } from '../../text/table.ts';
import { type Line, lineOf } from '../core/line.ts';

/** Newest record first: who looks at a screen looks for what has just happened. */
export const ledgerLines = (
  { name, entries, broken }: ModelHistory,
  champion: string | null,
  width: number,
): readonly Line[] => {
  const last = entries.findLast(({ alias }) => alias === 'champion');
  const warnings = [
    ...(broken === null ? [] : [brokenText(name, broken)]),
    ...(broken === null && last !== undefined && last.to !== champion ? [handMoveText(champion, last.to)] : []),
  ];
  const none = 'No ledger yet: the first move begins one, with the champion of that time.';
  return [
    ...warnings.flatMap((text) => wrapLine(text, width)).map((text) => lineOf(text, 'warn')),
    ...(entries.length === 0 && broken === null ? [lineOf(none, 'dim')] : []),
    ...entryLines(entries.toReversed(), width).map((text) => lineOf(text)),
  ];
};
