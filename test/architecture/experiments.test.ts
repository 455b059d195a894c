import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { REPOSITORY } from './room-files.ts';

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(REPOSITORY, path), 'utf8'));

const schema = (await readJson('config/experiment.schema.json')) as object;
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, discriminator: true }).compile(
  schema,
);
const files = await readdir(join(REPOSITORY, 'experiments'));

test('experiments: the folder holds JSON configs only, and some', () => {
  expect(files.filter((file) => !/^[a-z0-9-]+\.json$/.test(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['baseline.json', 'smoke.json', 'sweep.json']));
});

test.each(files)('experiments/%s: fits the schema and names it for editors', async (file) => {
  const config = await readJson(`experiments/${file}`);
  validate(config);
  expect(validate.errors).toBeNull();
  expect(config).toMatchObject({ $schema: '../config/experiment.schema.json', name: file.replace(/\.json$/, '') });
});

test.each([
  ['an unknown key', { name: 'planted', trainning: {} }],
  ['a value out of range', { name: 'planted', training: { learning_rate: 0 } }],
  ['no name', {}],
])('config/experiment.schema: refuses %s', (_what, config) => {
  expect(validate(config)).toBe(false);
});
