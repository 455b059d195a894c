/** `--events`: everything that happens as NDJSON on stdout, whose form is docs/events.schema.json. */
import type { StartedExperiment } from '../../client/experiments-client.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceProgress } from '../../contracts/services.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import type { ExperimentSummary } from '../run/summary.ts';
import { printJsonLine } from '../text/output.ts';
import type { Display } from './display.ts';
import type { EventData } from './event.ts';
import { NOTHING_TOLD, tellEvents } from './events.ts';
import { createMissedEpochs } from './missed-epochs.ts';

/** Grows when a key or a type goes or changes its meaning, and not when one comes. */
const VERSION = 1;

/** What only the command itself has to tell. */
type StreamData =
  | EventData
  | ({ readonly type: 'service' } & ServiceProgress)
  | {
      readonly type: 'started';
      readonly workflow_id: string;
      readonly attached: boolean;
      readonly urls: ExperimentSummary['urls'];
    }
  | ({ readonly type: 'summary' } & ExperimentSummary);

type Stream = Pick<ProcessRuntime, 'io' | 'now'>;

/** @param atMs null: now, when it was seen */
const writeEvent = (
  { io, now }: Stream,
  experimentId: string | null,
  { type, ...data }: StreamData,
  atMs: number | null = null,
): void =>
  printJsonLine(io, {
    v: VERSION,
    type,
    time: new Date(atMs ?? now()).toISOString(),
    experiment_id: experimentId,
    ...data,
  });

/** The last line of a stream, whatever happened. */
export const writeSummary = (stream: Stream, summary: ExperimentSummary): void =>
  writeEvent(stream, summary.experiment_id, { type: 'summary', ...summary });

export const createEventStream = (stream: Stream): Display => {
  let experimentId: string | null = null;
  let platform: Pick<Platform, 'facts'> | null = null;
  let told = NOTHING_TOLD;
  let lastService = '';
  // Views come while an earlier one still asks for what it has missed.
  let working = Promise.resolve();
  const missed = createMissedEpochs(async (...question) => (await platform?.facts.epochs(...question)) ?? []);

  const tell = async (view: ExperimentView): Promise<void> => {
    const news = tellEvents(told, view);
    told = news.told;
    for (const event of news.events) {
      for (const { data, atMs } of [...(await missed.before(event, view)), event]) {
        writeEvent(stream, experimentId, data, atMs);
      }
    }
  };
  return {
    connected: (opened) => {
      platform = opened;
    },
    service: (progress) => {
      const line = JSON.stringify(progress);
      // A download reports its percentage often.
      if (line !== lastService) {
        lastService = line;
        writeEvent(stream, experimentId, { type: 'service', ...progress });
      }
    },
    started: ({ experimentId: id, workflowId, isAttached }: StartedExperiment, { mlflow, temporal }) => {
      experimentId = id;
      const urls = { mlflow: mlflow.uri, temporal: temporal.uiUrl ?? temporal.address };
      writeEvent(stream, id, { type: 'started', workflow_id: workflowId, attached: isAttached, urls });
    },
    view: (view) => {
      working = working.then(() => tell(view));
    },
    close: () => working,
  };
};
