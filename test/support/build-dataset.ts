/** Builds a dataset version in a process of its own: `node --import tsx build-dataset.ts FOLDER REQUEST_JSON`. */
import { createDatasetBuilder } from '../../pipeline/index.ts';

const [dataFolder = '', request = '{}'] = process.argv.slice(2);
const builder = createDatasetBuilder({
  dataFolder,
  gitCommit: null,
  now: Date.now,
  log: (_, message) => process.stderr.write(`${message}\n`),
  memoryLimitMegabytes: 512,
  threads: 1,
});
const { version } = await builder.encode(JSON.parse(request));
process.stdout.write(version);
