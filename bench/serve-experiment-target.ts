// A server of bench/serve-experiments.ts: two bundles of which the second is the challenger's. Its lists are written down.
import { join } from 'node:path';
import type { OnlineMode } from '../contracts/online-experiment.ts';
import { systemClock } from '../host/clock.ts';
import { loadBundle } from '../registry/bundle/load-bundle.ts';
import { openEventLog } from '../serving/events/event-log.ts';
import { createHttpServer } from '../serving/http/create-server.ts';
import { createExperimentLists } from '../serving/online/experiment-lists.ts';
import { openImpressionLog } from '../serving/online/impression-log.ts';
import { openServedBundle } from '../serving/open-served-bundle.ts';

export type ExperimentMode = Exclude<OnlineMode, 'shadow'> | 'champion alone';

const [mode = 'champion alone', workFolder = '', ...folders] = process.argv.slice(2) as [
  ExperimentMode,
  string,
  ...string[],
];
const log = (_level: string, message: string): void => console.error(message);
const timestamp = (): string => new Date().toISOString();
const events = await openEventLog({ path: join(workFolder, 'events.ndjson'), clock: systemClock, log });
const open = async (folder = ''): ReturnType<typeof openServedBundle> =>
  openServedBundle(await loadBundle(folder), events.overlay);
const [champion, challenger] = [await open(folders[0]), await open(folders[1])];
const experiment =
  mode === 'champion alone'
    ? null
    : {
        ...({ format: 1, id: 'ab-bench', model: 'two-tower', mode } as const),
        share: mode === 'split' ? 0.5 : 1,
        champion: { version: '1', run_id: 'a' },
        challenger: { version: '2', run_id: 'b' },
        ...{ started_at: timestamp(), attribution_hours: 24 },
      };
const impressions = openImpressionLog({
  ...{ path: join(workFolder, `${mode}.ndjson`), clock: systemClock, log, timestamp },
});
const server = await createHttpServer({
  source: { current: () => champion, problems: () => [], building: () => null },
  online: createExperimentLists({
    ...{ impressions, log, timestamp },
    running: () => (experiment === null ? null : { experiment, bundles: { champion, challenger } }),
  }),
  ...{ events, keys: null, rateLimit: null, log, version: '0', timestamp },
});
process.send?.(await server.listen('127.0.0.1', 0));
