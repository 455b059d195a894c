/** Progress as plain lines, one an event. */
import type { StartedExperiment } from '../../client/experiments-client.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import { mlflowLink, temporalLink } from '../platform/links.ts';
import { formatUtc } from '../text/formats.ts';
import type { Display } from './display.ts';
import { NOTHING_TOLD, tellEvents } from './events.ts';
import { createServiceTexts } from './service-texts.ts';

export const startedLines = (experiment: StartedExperiment, addresses: ServiceAddresses): readonly string[] => [
  `experiment ${experiment.experimentId}: ${experiment.isAttached ? 'already started, attached to it' : 'started'}`,
  `mlflow: ${mlflowLink(addresses, null)}`,
  `temporal: ${temporalLink(addresses, experiment.workflowId)}`,
];

/** Before its events, which are told as they were then. */
const endedLine = ({ status, endedAtMs }: ExperimentView): string =>
  `experiment: ${status}${endedAtMs == null ? '' : `, ended ${formatUtc(endedAtMs)}`}; this is what happened in it, and the summary says what holds now`;

/** @param write takes one line without its end; @param now in milliseconds */
export const createPlainDisplay = (write: (line: string) => void, now: () => number): Display => {
  const services = createServiceTexts(now);
  let told = NOTHING_TOLD;
  return {
    service: (event) => {
      const line = services.tell(event);
      if (line !== null) {
        write(line);
      }
    },
    started: (experiment, addresses) => {
      for (const line of startedLines(experiment, addresses)) {
        write(line);
      }
    },
    view: (view) => {
      if (told === NOTHING_TOLD && view.status !== 'running') {
        write(endedLine(view));
      }
      const news = tellEvents(told, view);
      told = news.told;
      for (const line of news.events.flatMap(({ lines }) => lines)) {
        write(line);
      }
    },
    close: async () => {},
  };
};
