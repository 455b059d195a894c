/** What the gate would have said of a version that somebody made champion by hand, as one line for people. */

import { type DecidedVerdict, isChampionAlready } from '../../contracts/gate.ts';
import type { AdoptedVersion } from '../../contracts/registry-owner.ts';
import type { FoundGate } from '../../contracts/steps.ts';

/** Openings of a verdict's last sentence. */
const INSTEAD: Readonly<Record<DecidedVerdict['decision'], readonly [opening: RegExp, instead: string]>> = {
  promoted: [/^Promoted: /, 'would have been promoted: '],
  rejected: [/^Not promoted: /, 'would have been rejected because '],
  awaiting_approval: [/^Awaits approval/, 'would have awaited approval'],
};

export const describeByHand = (verdict: DecidedVerdict): string => {
  const { decision, reasons, champion } = verdict;
  if (decision === 'promoted' && isChampionAlready(verdict)) {
    return `would have been promoted: its model is that of version ${champion?.version}, champion before it`;
  }
  const [opening, instead] = INSTEAD[decision];
  return (reasons.at(-1) ?? '').replace(opening, instead).replace(/\.$/, '');
};

/** What the gate would have asked beyond the evaluation that the judgement rests on: it trains nothing. */
export const alsoLeftOut = (
  { gate, isDefault = false }: Pick<FoundGate, 'gate' | 'isDefault'>,
  { ci, champion_problem: problem }: DecidedVerdict,
): string => {
  // Settings of earlier versions have none.
  const { replicates = 1, unreadable_champion: way }: Partial<FoundGate['gate']> = gate;
  return [
    isDefault ? '; by the default settings, since no experiment of it has any that can be read' : '',
    replicates > 1 && ci !== null ? `; without the ${replicates - 1} replicates that gate.replicates asks for` : '',
    problem !== null && way === 'retrain' ? '; no stand-in was trained, as gate.unreadable_champion asks for' : '',
  ].join('');
};

/** Said with the judgement, whichever it is; empty where it was not. */
export const alsoArchived = (archived: Required<AdoptedVersion>['archived'] | null): string =>
  archived === null
    ? ''
    : `; it had been archived by ${archived.actor} on ${archived.at.slice(0, 10)} before it was made champion by hand`;

export const notEvaluated = (reason: string): string => `could not be evaluated: ${reason}`;
