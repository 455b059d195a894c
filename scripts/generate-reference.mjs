// Writes the table of config keys in docs/reference.md from config/experiment.schema.json. `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';

const schemaUrl = new URL('../config/experiment.schema.json', import.meta.url);
const documentUrl = new URL('../docs/reference.md', import.meta.url);
const BEGIN = '<!-- Generated from config/experiment.schema.json by `npm run generate`. Do not edit. -->';
const END = '<!-- End of the generated part. -->';

const schema = JSON.parse(await readFile(schemaUrl, 'utf8'));
const code = (value) => `\`${JSON.stringify(value)}\``;
const resolve = (node) => (node.$ref === undefined ? node : schema.$defs[node.$ref.replace('#/$defs/', '')]);

const bounds = (node) => {
  const parts = [];
  if (node.minimum !== undefined) parts.push(`≥ ${node.minimum}`);
  if (node.exclusiveMinimum !== undefined) parts.push(`> ${node.exclusiveMinimum}`);
  if (node.maximum !== undefined) parts.push(`≤ ${node.maximum}`);
  if (node.exclusiveMaximum !== undefined) parts.push(`< ${node.exclusiveMaximum}`);
  if (node.minLength !== undefined) parts.push(`at least ${node.minLength} character(s)`);
  if (node.maxLength !== undefined) parts.push(`at most ${node.maxLength} characters`);
  if (node.minItems !== undefined) parts.push(`at least ${node.minItems} value(s)`);
  if (node.maxItems !== undefined) parts.push(`at most ${node.maxItems} values`);
  if (node.pattern !== undefined) parts.push(`matches \`${node.pattern.replaceAll('|', '\\|')}\``);
  return parts.join(', ');
};

const form = (raw) => {
  const node = resolve(raw);
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  const limits = bounds(node);
  const of = node.type === 'array' && node.items !== undefined ? ` of ${form(node.items)}` : '';
  return `${node.type}${of}${limits === '' ? '' : `, ${limits}`}`;
};

const rowsOf = (prefix, node) =>
  Object.entries(node.properties)
    .filter(([key]) => key !== '$schema')
    .flatMap(([key, raw]) => {
      const value = resolve(raw);
      const path = `${prefix}${key}`;
      if (value.properties !== undefined) return rowsOf(`${path}.`, value);
      const isRequired = node.required?.includes(key) ?? false;
      const fallback = value.default === undefined ? (isRequired ? 'required' : '–') : code(value.default);
      return [`| \`${path}\` | ${form(value)} | ${fallback} | ${raw.description ?? value.description ?? ''} |`];
    });

const header = (third) => `| key | value | ${third} | meaning |\n|---|---|---|---|`;
const generated = [
  BEGIN,
  '',
  header('default'),
  ...rowsOf('', schema),
  '',
  'A parameter of `sweep.space` has exactly one of these keys:',
  '',
  header('default'),
  ...rowsOf('', { properties: { choice: schema.$defs.parameter.properties.choice } }),
  ...['int', 'float'].flatMap((kind) => rowsOf(`${kind}.`, schema.$defs.range)),
  '',
  END,
].join('\n');

const document = await readFile(documentUrl, 'utf8');
const from = document.indexOf(BEGIN);
const to = document.indexOf(END);
if (from < 0 || to < from) {
  throw new Error(`docs/reference.md: got no pair of marks, expected "${BEGIN}" and "${END}"`);
}
const updated = document.slice(0, from) + generated + document.slice(to + END.length);
if (!process.argv.includes('--check')) {
  await writeFile(documentUrl, updated);
} else if (updated !== document) {
  process.stderr.write('docs/reference.md is stale: run `npm run generate`\n');
  process.exitCode = 1;
}
