import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { listRoomFiles, REPOSITORY } from './room-files.ts';

const checkRooms = (root: string): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [join(REPOSITORY, 'scripts/check-rooms.mjs'), '--root', root], { encoding: 'utf8' });

/** Rule, file that breaks it, and the file's text. */
const PLANTED: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['contracts-rooms', 'contracts/planted.ts', "import '../policy/rng.ts';\n"],
  ['contracts-packages', 'contracts/planted-package.ts', "import 'undici';\n"],
  ['contracts-built-ins', 'contracts/planted-built-in.ts', "import 'node:crypto';\n"],
  ['policy-built-ins', 'policy/planted.ts', "import { readFileSync } from 'fs';\nreadFileSync('');\n"],
  ['policy-packages', 'policy/planted-package.ts', "import 'ajv';\n"],
  ['workflows-built-ins', 'workflows/planted.ts', "import 'node:os';\n"],
  ['workflows-packages', 'workflows/planted-package.ts', "import '@temporalio/client';\n"],
  ['workflows-rooms', 'workflows/planted-room.ts', "import type {} from '../client/connection.ts';\n"],
  [
    'workflows-activities-types-only',
    'workflows/planted-value.ts',
    "import type { CpuActivities } from '../activities/index.ts';\nimport { createCpuActivities } from '../activities/index.ts';\nexport const used: CpuActivities | typeof createCpuActivities | null = null;\nexport { createCpuActivities };\n",
  ],
  ['client-workflows-types-only', 'client/planted.ts', "export * from '../workflows/messages.ts';\n"],
  ['activities-rooms', 'activities/planted.ts', "import type {} from '../policy/rng.ts';\n"],
  ['activities-packages', 'activities/planted-package.ts', "import '@temporalio/worker';\n"],
  ['models-built-ins', 'models/planted.ts', "import 'node:child_process';\n"],
  ['models-packages', 'models/planted-package.ts', "import 'undici';\n"],
  ['pipeline-packages', 'pipeline/planted.ts', "import 'undici';\n"],
  ['tracking-packages', 'tracking/planted.ts', "import '@duckdb/node-api';\n"],
  ['config-rooms', 'config/planted.ts', "import type {} from '../client/connection.ts';\n"],
  ['ui-cli-rooms', 'ui-cli/planted.tsx', "import type {} from '../tracking/index.ts';\n"],
  ['ui-cli-packages', 'ui-cli/planted-package.ts', "import '@temporalio/client';\n"],
  ['reports-rooms', 'reports/planted.ts', "import type {} from '../config/digest.ts';\n"],
  ['reports-built-ins', 'reports/planted-built-in.ts', "import 'node:fs';\n"],
  ['services-packages', 'services/planted.ts', "import '@tensorflow/tfjs-core';\n"],
  ['services-tensorflow-packages', 'services/tensorflow/planted.ts', "import 'undici';\n"],
  ['serving-rooms', 'serving/planted.ts', "import type {} from '../services/index.ts';\n"],
  ['only-bin-constructs', 'services/planted-bin.ts', "import '../bin/tt-exp.ts';\n"],
  ['bin-imports-rooms', 'bin/planted.ts', "import '../test/planted.ts';\n"],
  ['services-rooms', 'services/planted-room.ts', "import type {} from '../compute/index.ts';\n"],
  ['host-rooms', 'host/planted.ts', "import type {} from '../services/index.ts';\n"],
  ['host-packages', 'host/planted-package.ts', "import 'undici';\n"],
  ['registry-rooms', 'registry/planted.ts', "import type {} from '../tracking/index.ts';\n"],
  ['compute-rooms', 'compute/planted.ts', "import type {} from '../services/index.ts';\n"],
  ['local-rooms', 'local/planted.ts', "import type {} from '../services/index.ts';\n"],
  ['local-compute-types-only', 'local/planted-value.ts', "export * from '../compute/index.ts';\n"],
  ['no-cycle', 'policy/planted-a.ts', "import type { B } from './planted-b.ts';\nexport type A = B;\n"],
  ['no-orphan', 'policy/planted-orphan.ts', 'export const orphan = 1;\n'],
  ['resolvable', 'policy/planted-missing.ts', "import './not-there.ts';\n"],
  ['declared-dependency', 'pipeline/planted-dev.ts', "import 'fast-check';\n"],
];

describe('the rules on planted violations', () => {
  let root = '';
  let result: SpawnSyncReturns<string>;

  beforeAll(async () => {
    root = await temporaryFolder('tt-exp-rooms-');
    const shared = ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'];
    const copied = [...shared, ...(await listRoomFiles())];
    for (const path of copied) {
      await cp(join(REPOSITORY, path), join(root, path));
    }
    await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
    const support: [string, string][] = [
      ['policy/planted-b.ts', "import type { A } from './planted-a.ts';\nexport type B = A;\n"],
      ['test/planted.ts', 'export const planted = 1;\n'],
    ];
    for (const [path, text] of [...support, ...PLANTED.map(([, path, text]) => [path, text] as const)]) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    result = checkRooms(root);
  });

  test('scripts/check-rooms: ends with 1', () => {
    expect(result.status).toBe(1);
  });

  test.each(PLANTED)('scripts/check-rooms: %s is broken by %s', (rule, path) => {
    expect(result.stderr).toContain(`${rule}: ${path} -> `);
  });

  test('scripts/check-rooms: modules that were not looked at are a failure, not a pass', async () => {
    const config = join(root, '.dependency-cruiser.cjs');
    const text = await readFile(config, 'utf8');
    await writeFile(
      config,
      text.replace("exclude: { path: '^(dist|models/kernels/assembly)/' }", "exclude: { path: '[.]tsx?' }"),
    );
    const { status, stderr } = checkRooms(root);
    expect(stderr).toMatch(/unseen: cruised 0 of \d+ modules, expected all/);
    expect(status).toBe(1);
  });
});

test('scripts/check-rooms: the rooms keep every rule', () => {
  const { status, stdout, stderr } = checkRooms(REPOSITORY);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\d+ modules in \d+ rooms keep the rules\n$/);
  expect(status).toBe(0);
});
