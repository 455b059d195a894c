// Checks the room rules of .dependency-cruiser.cjs, and that every module of the rooms was really looked at: a
// compiler that the cruiser does not know makes it see no module at all and report no violation.
// Usage: node scripts/check-rooms.mjs [--root FOLDER]
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const ROOMS = [
  'activities',
  'bin',
  'client',
  'compute',
  'config',
  'contracts',
  'host',
  'local',
  'models',
  'pipeline',
  'policy',
  'registry',
  'reports',
  'services',
  'serving',
  'tracking',
  'ui-cli',
  'workflows',
];

/** AssemblyScript: compiled to WebAssembly by `npm run generate`, no module of ours imports it. */
const ASSEMBLY = /^models\/kernels\/assembly\//;

const modulesOnDisk = async (root, rooms) => {
  const perRoom = await Promise.all(
    rooms.map(async (room) => {
      const entries = await readdir(join(root, room), { recursive: true });
      return entries
        .filter(
          (entry) => /\.tsx?$/.test(entry) && !entry.includes('node_modules') && !ASSEMBLY.test(`${room}/${entry}`),
        )
        .map((entry) => `${room}/${entry}`);
    }),
  );
  return perRoom.flat();
};

const { values } = parseArgs({ options: { root: { type: 'string' } } });
const root = resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);

const rooms = ROOMS.filter((room) => existsSync(join(root, room)));
const options = await extractOptions(join(root, '.dependency-cruiser.cjs'));
const { output } = await cruise(rooms, options, undefined, { tsConfig: extractTsConfig(join(root, 'tsconfig.json')) });

const problems = output.summary.violations.map(({ from, to, rule, cycle }) => {
  const path = cycle === undefined ? to : cycle.map(({ name }) => name).join(' -> ');
  const { comment } = output.summary.ruleSetUsed.forbidden.find(({ name }) => name === rule.name);
  return `${rule.name}: ${from} -> ${path}\n  ${comment}`;
});

const cruised = new Set(output.modules.map(({ source }) => source));
const onDisk = await modulesOnDisk(root, rooms);
const unseen = onDisk.filter((module) => !cruised.has(module));
if (unseen.length > 0) {
  problems.push(
    `unseen: cruised ${onDisk.length - unseen.length} of ${onDisk.length} modules, expected all\n` +
      `  Not looked at: ${unseen.slice(0, 5).join(', ')}${unseen.length > 5 ? ', …' : ''}. Is TypeScript the version that dependency-cruiser supports?`,
  );
}
if (onDisk.length === 0) {
  problems.push('unseen: found no module in any room, expected some');
}

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n${problems.length} problem(s) in ${onDisk.length} modules\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${onDisk.length} modules in ${rooms.length} rooms keep the rules\n`);
}
