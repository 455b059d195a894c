/** A verdict that nothing came of, as people read it. Pure. */
import { type DecidedVerdict, isChampionAlready } from '../../contracts/gate.ts';
import type { GateAnswer } from '../../contracts/local-gate.ts';
import { verdictLines } from '../text/gate-lines.ts';
import { wrapLine } from '../text/table.ts';
import { replicateLines, settingsLine } from './settings-lines.ts';

const DECISIONS: Readonly<Record<DecidedVerdict['decision'], string>> = {
  promoted: 'The gate would promote it',
  rejected: 'The gate would reject it',
  awaiting_approval: 'The gate would wait for approval',
};

const decisionText = (verdict: DecidedVerdict): string =>
  verdict.decision === 'promoted' && isChampionAlready(verdict)
    ? 'The gate would change nothing'
    : DECISIONS[verdict.decision];

/** An experiment's looks are counted, this one is not. */
export const looksReason = (verdict: DecidedVerdict): string => {
  const { looks, shelf_life: life, champion } = verdict;
  if (looks !== null && life !== null) {
    return `an experiment would take look ${looks} of ${life} at these test users; this one is not counted`;
  }
  return champion === null || isChampionAlready(verdict)
    ? 'nothing is compared, so that none is taken'
    : 'asked about another model than the champion: this one is not counted, and has the full confidence';
};

export const answerLines = (answer: GateAnswer, width: number): readonly string[] => {
  const { candidate, against, dataset, verdict } = answer;
  const told = [...verdictLines(verdict), `Looks: ${looksReason(verdict)}.`];
  return [
    ...[`Candidate: ${candidate}`, `Against: ${against ?? 'nothing, there is no champion'}`],
    `Data: the test part of ${dataset.version}`,
    settingsLine(answer.settings),
    ...replicateLines(answer.replicates),
    '',
    `${decisionText(verdict)}:`,
    ...told.map((line) => `  ${line}`),
    '',
    'Nothing was moved.',
  ].flatMap((line) => wrapLine(line, width));
};
