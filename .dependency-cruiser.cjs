// The architecture as rules: which room may import which, and which packages. `npm run check:rooms` runs them.

const MODELS_BUILT_INS = '^(node:)?(fs|fs/promises|crypto|path)$';

/**
 * One row a room, as in CONTRIBUTING.md. Every room may import itself.
 * rooms: other rooms; types: rooms of which only types may be imported; packages: npm packages;
 * builtIns: true for all of Node's, false for none, or a pattern.
 */
const ROOMS = {
  contracts: { rooms: [], packages: [], builtIns: false },
  host: { rooms: ['contracts'], packages: [], builtIns: true },
  policy: { rooms: ['contracts'], packages: ['pure-rand'], builtIns: false },
  workflows: {
    rooms: ['contracts', 'policy'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    builtIns: false,
  },
  activities: {
    rooms: ['contracts', 'host', 'registry'],
    packages: ['@temporalio/activity', '@temporalio/common'],
    builtIns: true,
  },
  models: { rooms: ['contracts', 'host'], packages: ['@tensorflow/[^/]+'], builtIns: MODELS_BUILT_INS },
  pipeline: { rooms: ['contracts', 'host'], packages: ['@duckdb/[^/]+', 'pure-rand'], builtIns: true },
  tracking: { rooms: ['contracts', 'host'], packages: ['undici'], builtIns: true },
  registry: { rooms: ['contracts', 'host', 'policy', 'models', 'pipeline'], packages: [], builtIns: true },
  compute: { rooms: ['contracts', 'host', 'policy', 'models', 'pipeline', 'registry'], packages: [], builtIns: true },
  local: {
    rooms: ['contracts', 'host', 'policy', 'config', 'pipeline', 'registry', 'activities'],
    types: ['compute'],
    packages: [],
    builtIns: true,
  },
  config: {
    rooms: ['contracts', 'host', 'policy'],
    packages: ['ajv', 'ajv-errors', 'ajv-formats', 'jsonc-parser'],
    builtIns: true,
  },
  client: {
    rooms: ['contracts', 'host', 'policy', 'config', 'registry'],
    types: ['workflows'],
    packages: ['@temporalio/client', '@temporalio/common'],
    builtIns: true,
  },
  'ui-cli': {
    rooms: ['contracts', 'policy', 'client', 'config'],
    packages: ['commander', 'ink', 'react', '@types/react', 'string-width'],
    builtIns: true,
  },
  serving: {
    rooms: ['contracts', 'host', 'policy', 'registry'],
    packages: ['fastify', '@fastify/[^/]+', 'ajv', 'prom-client'],
    builtIns: true,
  },
  reports: { rooms: ['contracts', 'policy'], packages: [], builtIns: false },
  services: { rooms: ['contracts', 'host'], packages: [], builtIns: true },
};

/** Parts of a room that may import more than the room. */
const EXCEPTIONS = {
  'registry/search': { packages: ['usearch'] },
  'services/tensorflow': { packages: ['@tensorflow/[^/]+'] },
  'pipeline/sources/postgres': { packages: ['pg', 'pg-copy-streams', '@types/pg', '@types/pg-copy-streams'] },
};

const roomPattern = (room) => `^${room}/`;
const packagePattern = (name) => `(^|/)node_modules/${name}/`;
const listed = (names) => (names.length === 0 ? 'nothing' : names.join(', '));

const roomRules = Object.entries(ROOMS).flatMap(([room, { rooms, types = [], packages, builtIns }]) => {
  const from = { path: roomPattern(room) };
  const exceptions = Object.entries(EXCEPTIONS).filter(([folder]) => folder.startsWith(`${room}/`));
  const rules = [
    {
      name: `${room}-rooms`,
      comment:
        `${room}/ may import these rooms: ${listed([...rooms, ...types.map((type) => `${type} (types only)`)])}. ` +
        'Put a shared type in contracts/, or let bin/ pass the part in as a parameter.',
      severity: 'error',
      from,
      to: {
        dependencyTypes: ['local'],
        pathNot: [room, ...rooms, ...types].map(roomPattern),
      },
    },
    {
      name: `${room}-packages`,
      comment:
        `${room}/ may import these npm packages: ${listed(packages)}. ` +
        'Move the code to the room that owns the library, or extend the table here, in CONTRIBUTING.md and in an ADR.',
      severity: 'error',
      from: { ...from, pathNot: exceptions.map(([folder]) => roomPattern(folder)) },
      to: { path: packagePattern('[^/]+'), pathNot: packages.map(packagePattern) },
    },
    ...exceptions.map(([folder, extra]) => ({
      name: `${folder.replaceAll('/', '-')}-packages`,
      comment: `${folder}/ may import these npm packages: ${listed([...packages, ...extra.packages])}.`,
      severity: 'error',
      from: { path: roomPattern(folder) },
      to: { path: packagePattern('[^/]+'), pathNot: [...packages, ...extra.packages].map(packagePattern) },
    })),
  ];
  if (builtIns !== true) {
    rules.push({
      name: `${room}-built-ins`,
      comment:
        `${room}/ may import ${builtIns === false ? 'nothing' : `only ${builtIns}`} of Node's built-in modules. ` +
        'Take the value (clock, text, digest) as a parameter, or do the input and output in the room that calls.',
      severity: 'error',
      from,
      to: { dependencyTypes: ['core'], ...(builtIns === false ? {} : { pathNot: builtIns }) },
    });
  }
  rules.push(
    ...types.map((type) => ({
      name: `${room}-${type}-types-only`,
      comment: `${room}/ may use only types of ${type}/: write \`import type\`, or reach it by name over Temporal.`,
      severity: 'error',
      from,
      to: { path: roomPattern(type), dependencyTypesNot: ['type-only'] },
    })),
  );
  return rules;
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'only-bin-constructs',
      comment: 'Nothing imports bin/: it is the one place that constructs the parts and hands them to each other.',
      severity: 'error',
      from: { pathNot: roomPattern('bin') },
      to: { path: roomPattern('bin') },
    },
    {
      name: 'bin-imports-rooms',
      comment: 'bin/ ships: it may not import tests, benchmarks or scripts. Move what it needs into a room.',
      severity: 'error',
      from: { path: roomPattern('bin') },
      to: { path: '^(test|bench|scripts|dist)/' },
    },
    {
      name: 'no-cycle',
      comment: 'No cycle, not even of types. Move what both sides need into a third file or into contracts/.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment:
        'Every module is reached from bin/, the workflow bundle or what the package exports. Wire it there or delete it.',
      severity: 'error',
      from: { path: ['^bin/[^/]+\\.ts$', '^(workflows|client|serving)/index\\.ts$'] },
      to: {
        path: `^(${Object.keys(ROOMS).join('|')})/.*\\.tsx?$`,
        pathNot: '^(workflows|client|serving)/index\\.ts$',
        reachable: false,
      },
    },
    {
      name: 'resolvable',
      comment: 'The import cannot be resolved. Correct the path, or add the package to package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependency',
      comment: 'The package is not among the dependencies of package.json, so an installed tt-exp would not have it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|models/kernels/assembly)/' },
    // Type-only imports count, so that they can be allowed by name.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
