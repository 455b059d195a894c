/** Builds a dataset version in a process of its own: `node --import tsx build-dataset.ts FOLDER REQUEST_JSON`. */
import { createDatasetBuilder, createHashedEncoder } from '../../pipeline/index.ts';
import { NO_ACCESS } from './data-requests.ts';

const [dataFolder = '', request = '{}'] = process.argv.slice(2);
const builder = createDatasetBuilder({
  dataFolder,
  gitCommit: null,
  now: Date.now,
  log: (_, message) => process.stderr.write(`${message}\n`),
  memoryLimitMegabytes: 512,
  threads: 1,
  sources: NO_ACCESS,
  textEncoder: async () => createHashedEncoder(),
});
const { version } = await builder.encode(JSON.parse(request));
process.stdout.write(version);
