/** One version of a model: what `models show` tells, and the rules of its gate. */

import { printable } from '../../../contracts/printable.ts';
import { versionPage } from '../../registry/version-page.ts';
import { wrapLine } from '../../text/table.ts';
import { shellWord } from '../core/actions.ts';
import { fedOf } from '../core/feeds.ts';
import { type Line, lineOf } from '../core/line.ts';
import type { Place } from '../core/places.ts';
import type { Screen } from '../core/screen.ts';
import { scrolled, scrollKeys } from '../core/scroll.ts';
import type { DashboardState } from '../core/state.ts';
import { MODELS_FEED, questionFeed } from './known-models.ts';
import { answerKeys, moveKeys } from './move-keys.ts';
import { modelPageKey } from './page-key.ts';

type Here = Extract<Place, { screen: 'version' }>;

const referenceOf = ({ name, version }: Here): string => `${name}/${version}`;

const linesOf = (place: Here, { data, nowMs, size }: DashboardState): readonly Line[] => {
  const shown = fedOf(data, { feed: 'version', of: referenceOf(place) })?.value ?? null;
  if (shown === null) {
    return [lineOf('Asking MLflow for the version …', 'dim')];
  }
  const { ledgerProblem } = shown.details;
  const warning = ledgerProblem == null ? [] : wrapLine(printable(ledgerProblem), size.columns);
  return [
    ...warning.map((text) => lineOf(text, 'warn')),
    ...versionPage(shown, nowMs, size.columns)
      // The first line is in the title.
      .slice(1)
      .map((text) => lineOf(text, /^\S/.test(text) ? 'strong' : undefined)),
  ];
};

export const VERSION: Screen<Here> = {
  title: ({ name, version }) => `models › ${name} › version ${version}`,
  feeds: (place) => [{ feed: 'version', of: referenceOf(place) }, MODELS_FEED, questionFeed(place.name)],
  table: () => null,
  keys: (place) => [
    ...scrollKeys(referenceOf(place), (state) => linesOf(place, state).length),
    modelPageKey(() => referenceOf(place)),
    ...answerKeys(place.name, place.version),
    ...moveKeys(place.name, () => place.version),
  ],
  command: (place) => `tt-exp models show ${shellWord(referenceOf(place))}`,
  body: (place, state, { rows }) => scrolled(linesOf(place, state), referenceOf(place), state, rows),
};
