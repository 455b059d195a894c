import { join } from 'node:path';
import { SEARCH_ATTRIBUTE } from '../contracts/names.ts';
import { LOOPBACK } from '../host/processes/ports.ts';
import { answers, type ManagedService, type Ports, portOf } from './managed-service.ts';
import { noteServed, prepareDatabase } from './new-database.ts';

export interface TemporalServerOptions {
  readonly executable: string;
  readonly version: string;
  readonly canDisableNews: boolean;
  readonly namespace: string;
  /** Holds the database file. */
  readonly dataFolder: string;
}

// Without these, timers have a granularity of a second, continue-as-new waits one, and sequential activities stop at
// 20 a second: defaults made for a cluster, not for one machine.
const DYNAMIC_CONFIG: Readonly<Record<string, string>> = {
  'history.timerProcessorMaxTimeShift': '"50ms"',
  'history.workflowIdReuseMinimalInterval': '"0s"',
  'history.transferProcessorMaxPollRPS': '1000',
  'history.timerProcessorMaxPollRPS': '1000',
  'history.visibilityProcessorMaxPollRPS': '1000',
  // The server always opens an HTTP API beside the port for clients, and it takes simple POSTs, such as any web page may
  // send to 127.0.0.1. Nobody here uses it: a name that no request can carry as its Host makes it refuse all of them.
  'frontend.httpAllowedHosts': '["none of them"]',
};

const DATABASE = 'temporal.db';

/** The development server of the Temporal command line, with a database file, its web interface and our attributes. */
export const createTemporalServer = (options: TemporalServerOptions): ManagedService => {
  const database = join(options.dataFolder, DATABASE);
  const uiUrl = (ports: Ports): string => `http://${LOOPBACK}:${portOf(ports, 'ui')}`;
  return {
    name: 'temporal',
    kind: 'temporal',
    version: options.version,
    portNames: ['grpc', 'ui'],
    dependsOn: [],
    startTimeoutMs: 60_000,
    stopGraceMs: 10_000,
    prepare: () => prepareDatabase(database),
    launch: (ports) => ({
      command: options.executable,
      cwd: options.dataFolder,
      args: [
        ...['server', 'start-dev'],
        ...['--ip', LOOPBACK, '--ui-ip', LOOPBACK],
        ...['--port', String(portOf(ports, 'grpc')), '--ui-port', String(portOf(ports, 'ui'))],
        // Relative to the working folder: the name becomes part of a URL, in which "%" and "?" mean something else.
        ...['--db-filename', DATABASE],
        ...(options.canDisableNews ? ['--ui-disable-news-fetch'] : []),
        ...(options.namespace === 'default' ? [] : ['--namespace', options.namespace]),
        ...['--log-level', 'warn'],
        ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
        ...Object.values(SEARCH_ATTRIBUTE).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
        ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
      ],
      env: {},
      dropEnv: ['TEMPORAL_'],
    }),
    // Goes through the web server and the front end to the database, and waits for what is registered after the start.
    isHealthy: async ({ ports, signal }) =>
      (await answers(`${uiUrl(ports)}/api/v1/namespaces/${options.namespace}/search-attributes`, signal, (text) =>
        Object.values(SEARCH_ATTRIBUTE).every((name) => text.includes(`"${name}"`)),
      )) && noteServed(database),
    address: (ports) => `${LOOPBACK}:${portOf(ports, 'grpc')}`,
    uiUrl,
  };
};
