/** All records of a model's ledger. */

import { shellWord } from '../core/actions.ts';
import { type Line, lineOf } from '../core/line.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { scrolled, scrollKeys } from '../core/scroll.ts';
import type { DashboardState } from '../core/state.ts';
import { knownLedger, knownModel, ledgerFeed, MODELS_FEED } from './known-models.ts';
import { ledgerLines } from './ledger-lines.ts';

const pageOf = (name: string) => `ledger:${name}`;

const linesOf = (name: string, state: DashboardState): readonly Line[] => {
  const ledger = knownLedger(name, state)?.value ?? null;
  const champion = knownModel(name, state)?.aliases.champion ?? null;
  return ledger === null
    ? [lineOf('Asking MLflow for the ledger …', 'dim')]
    : ledgerLines(ledger, champion, state.size.columns);
};

export const LEDGER: Screen<Extract<Place, { screen: 'ledger' }>> = {
  title: ({ name }, state) => `models › ${name} › ledger (${knownLedger(name, state)?.value?.entries.length ?? '…'})`,
  feeds: ({ name }) => [ledgerFeed(name), MODELS_FEED],
  table: () => null,
  keys: ({ name }) => scrollKeys(pageOf(name), (state) => linesOf(name, state).length),
  command: ({ name }) => `tt-exp models history ${shellWord(name)}`,
  body: ({ name }, state, { rows }) => scrolled(linesOf(name, state), pageOf(name), state, rows),
};
