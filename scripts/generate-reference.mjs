// Writes the table of config keys in docs/reference.md from config/experiment.schema.json. `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';

const schemaUrl = new URL('../config/experiment.schema.json', import.meta.url);
const documentUrl = new URL('../docs/reference.md', import.meta.url);
const BEGIN = '<!-- Generated from config/experiment.schema.json by `npm run generate`. Do not edit. -->';
const END = '<!-- End of the generated part. -->';

const schema = JSON.parse(await readFile(schemaUrl, 'utf8'));
const code = (value) => `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
const resolve = ({ $ref, ...beside }) =>
  $ref === undefined ? beside : { ...schema.$defs[$ref.replace('#/$defs/', '')], ...beside };

const bounds = (node) => {
  const parts = [];
  if (node.minimum !== undefined) {
    parts.push(`≥ ${node.minimum}`);
  }
  if (node.exclusiveMinimum !== undefined) {
    parts.push(`> ${node.exclusiveMinimum}`);
  }
  if (node.maximum !== undefined) {
    parts.push(`≤ ${node.maximum}`);
  }
  if (node.exclusiveMaximum !== undefined) {
    parts.push(`< ${node.exclusiveMaximum}`);
  }
  if (node.not?.const !== undefined) {
    parts.push(`not ${node.not.const}`);
  }
  if (node.minLength !== undefined) {
    parts.push(`at least ${node.minLength} character(s)`);
  }
  if (node.maxLength !== undefined) {
    parts.push(`at most ${node.maxLength} characters`);
  }
  if (node.minItems !== undefined) {
    parts.push(`at least ${node.minItems} value(s)`);
  }
  if (node.maxItems !== undefined) {
    parts.push(`at most ${node.maxItems} values`);
  }
  if (node.pattern !== undefined) {
    parts.push(`matches \`${node.pattern.replaceAll('|', '\\|')}\``);
  }
  return parts.join(', ');
};

const form = (raw) => {
  const node = resolve(raw);
  if (node.const !== undefined) {
    return code(node.const);
  }
  if (node.enum !== undefined) {
    return node.enum.map(code).join(', ');
  }
  if (node.anyOf !== undefined) {
    return node.anyOf.map(form).join(', or ');
  }
  const limits = bounds(node);
  const keys = Object.keys(node.items?.properties ?? {});
  const items = keys.length > 0 ? `{${keys.join(', ')}}` : node.items === undefined ? '' : form(node.items);
  const of = node.type === 'array' && items !== '' ? ` of ${items}` : '';
  return `${node.type}${of}${limits === '' ? '' : `, ${limits}`}`;
};

/** Parts that have tables of their own, since they stand in several places. */
const PARTS = {
  entities: 'a table of users or items',
  events: 'a table of interactions',
  location: 'a table',
  csv: 'a CSV dialect',
  feature: 'a feature',
  labelRule: 'a label',
  guard: 'a guard',
};

const partOf = (raw) => PARTS[raw.$ref?.replace('#/$defs/', '')];

const rowsOf = (prefix, node) =>
  Object.entries(node.properties)
    .filter(([key]) => key !== '$schema')
    .flatMap(([key, raw]) => {
      const value = resolve(raw);
      const path = `${prefix}${key}`;
      const part = partOf(raw) ?? (value.items === undefined ? undefined : partOf(value.items));
      if (part !== undefined) {
        const preset = value.default === undefined || raw.default === undefined ? '–' : code(value.default);
        const isRequired = node.required?.includes(key) ?? false;
        const kind = value.type === 'array' ? `list: ${part}` : part;
        return [`| \`${path}\` | ${kind} | ${isRequired ? 'required' : preset} | ${value.description ?? ''} |`];
      }
      if (value.oneOf !== undefined) {
        const kinds = value.oneOf.map((branch) => resolve(branch).properties[value.discriminator.propertyName].const);
        const preset = value.default === undefined ? 'required' : code(value.default[value.discriminator.propertyName]);
        return [
          `| \`${path}.${value.discriminator.propertyName}\` | ${kinds.map(code).join(', ')} | ${preset} | ${value.description} |`,
        ];
      }
      if (value.properties !== undefined) {
        const others = value.additionalProperties;
        const more = partOf(typeof others === 'object' ? others : {});
        const extra = more === undefined ? [] : [`| \`${path}.<name>\` | ${more} | – | ${value.description} |`];
        return [...rowsOf(`${path}.`, value), ...extra];
      }
      if (typeof value.additionalProperties === 'object' && partOf(value.additionalProperties) !== undefined) {
        return [`| \`${path}.<name>\` | ${partOf(value.additionalProperties)} | – | ${value.description} |`];
      }
      const isRequired = node.required?.includes(key) ?? false;
      const fallback = value.default === undefined ? (isRequired ? 'required' : '–') : code(value.default);
      return [`| \`${path}\` | ${form(value)} | ${fallback} | ${raw.description ?? value.description ?? ''} |`];
    });

const header = (third) => `| key | value | ${third} | meaning |\n|---|---|---|---|`;
/** A table of the keys of one definition, but for the one that tells its kind. */
const section = (title, name, except = []) => {
  const node = schema.$defs[name];
  const keys = Object.entries(node.properties).filter(
    ([key, { const: kind }]) => kind === undefined && !except.includes(key),
  );
  const rows = rowsOf('', { ...node, properties: Object.fromEntries(keys) });
  return rows.length === 0 ? ['', title] : ['', title, '', header('default'), ...rows];
};

const NAMES = Object.keys(schema.$defs.location.properties);

const generated = [
  BEGIN,
  '',
  header('default'),
  ...rowsOf('', schema),
  ...section('`data.source` of type `synthetic`:', 'syntheticSource'),
  ...section('`data.source` of type `files`:', 'filesSource'),
  ...section('`data.source` of type `sqlite`:', 'sqliteSource'),
  ...section('`data.source` of type `postgres`:', 'postgresSource'),
  ...section('A table is named by `path` in a source of files, and by `table` or `query` in a database:', 'location'),
  ...section('A CSV dialect:', 'csv'),
  ...section('A table of users or items has, beside what names it:', 'entities', NAMES),
  ...section('A table of interactions has, beside what names it:', 'events', NAMES),
  '',
  'A feature has a `kind`:',
  ...schema.$defs.feature.oneOf.flatMap((branch) => {
    const name = branch.$ref.replace('#/$defs/', '');
    const { const: kind, description } = schema.$defs[name].properties.kind;
    return section(`\`${kind}\`: ${description}`, name);
  }),
  ...section('A label:', 'labelRule'),
  ...section('A guard of `gate.guards`:', 'guard'),
  '',
  'A parameter of `sweep.space` has exactly one of `choice`, `int` and `float`, and perhaps a condition:',
  '',
  header('default'),
  ...rowsOf('', { properties: { choice: schema.$defs.parameter.properties.choice } }),
  ...['int', 'float'].flatMap((kind) => rowsOf(`${kind}.`, schema.$defs.range)),
  ...rowsOf('', { properties: { when: schema.$defs.parameter.properties.when } }),
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
