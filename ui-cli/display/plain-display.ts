/** Progress as plain lines, one an event. */
import type { StartedExperiment } from '../../client/experiments-client.ts';
import type { ServiceAddresses, ServiceProgress } from '../../contracts/services.ts';
import { mlflowLink, temporalLink } from '../platform/links.ts';
import type { Display } from './display.ts';
import { NOTHING_TOLD, tellEvents } from './events.ts';

export const serviceLine = ({ part, step, message }: ServiceProgress): string => `${part}: ${step}: ${message}`;

const startedLines = (experiment: StartedExperiment, addresses: ServiceAddresses): readonly string[] => [
  `experiment ${experiment.experimentId}: ${experiment.isAttached ? 'already started, attached to it' : 'started'}`,
  `mlflow: ${mlflowLink(addresses, null)}`,
  `temporal: ${temporalLink(addresses, experiment.workflowId)}`,
];

/** `write` takes one line without its end. */
export const createPlainDisplay = (write: (line: string) => void): Display => {
  const lastOfPart = new Map<string, string>();
  let told = NOTHING_TOLD;
  return {
    service: (event) => {
      const line = serviceLine(event);
      // A download reports its percentage often; its line is told once.
      if (lastOfPart.get(event.part) !== line) {
        lastOfPart.set(event.part, line);
        write(line);
      }
    },
    started: (experiment, addresses) => {
      for (const line of startedLines(experiment, addresses)) {
        write(line);
      }
    },
    view: (view) => {
      const news = tellEvents(told, view);
      told = news.told;
      for (const line of news.events.flatMap(({ lines }) => lines)) {
        write(line);
      }
    },
    close: async () => {},
  };
};
