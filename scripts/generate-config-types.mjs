// Writes contracts/experiment-config.ts from config/experiment.schema.json. `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const schemaUrl = new URL('../config/experiment.schema.json', import.meta.url);
const typesUrl = new URL('../contracts/experiment-config.ts', import.meta.url);
const schema = JSON.parse(await readFile(schemaUrl, 'utf8'));
const source = await compile(schema, 'ExperimentConfig', {
  bannerComment: '/** Generated from config/experiment.schema.json by `npm run generate`. Do not edit. */',
  additionalProperties: false,
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 120 },
});
if (process.argv.includes('--check')) {
  const current = await readFile(typesUrl, 'utf8');
  if (current !== source) {
    process.stderr.write('contracts/experiment-config.ts is stale: run `npm run generate`\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(typesUrl, source);
}
