/** The package as npm would publish it, installed in a folder where nothing of the checkout is. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const call = promisify(execFile);

interface PackedFile {
  readonly path: string;
}

let folder: string;
let installed: string;
let packed: readonly string[];

/** Neither the checkout's home nor its servers. */
const environment = (): NodeJS.ProcessEnv => {
  const { TEMPORAL_ADDRESS: _temporal, MLFLOW_TRACKING_URI: _mlflow, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1', TT_EXP_HOME: join(folder, 'home') };
};

const inProject = (command: string, args: readonly string[]) =>
  call(command, args, { cwd: folder, env: environment(), maxBuffer: 16_000_000 });

const CLI = (): string => join(folder, 'node_modules', '.bin', 'tt-exp');

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-package-');
  const { stdout } = await call('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const [pack] = JSON.parse(stdout) as readonly { readonly filename: string; readonly files: readonly PackedFile[] }[];
  packed = pack?.files.map(({ path }) => path) ?? [];
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'other', private: true, type: 'module' }));
  await inProject('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${pack?.filename}`]);
  installed = join(folder, 'node_modules', 'tt-exp');
});

afterAll(async () => {
  await inProject(CLI(), ['down']);
});

it('package: holds what runs, once, and nothing of what builds it', () => {
  expect(packed).toEqual(expect.arrayContaining(['dist/bin/tt-exp.js', 'dist/client/index.d.ts', 'docs/errors.md']));
  const wrong = (path: string): boolean =>
    path.endsWith('.map') ||
    path.endsWith('.png') ||
    (path.endsWith('.ts') && !path.endsWith('.d.ts')) ||
    path.startsWith('services/');
  expect(packed.filter(wrong)).toEqual([]);
});

it('package: its prepare step does nothing where there is nothing to build', async () => {
  const { stdout } = await call('npm', ['run', 'prepare', '--silent'], { cwd: installed, env: environment() });
  expect(stdout).toBe('');
});

it('package: the compiler of the workflow bundle has the version that the checkout is tested with', async () => {
  const versionIn = async (root: string): Promise<string> =>
    (JSON.parse(await readFile(join(root, 'node_modules/@swc/core/package.json'), 'utf8')) as { version: string })
      .version;
  expect(await versionIn(folder)).toBe(await versionIn('.'));
});

it('package: another program imports the client and the recommender, with types', async () => {
  await mkdir(join(folder, 'src'));
  await writeFile(
    join(folder, 'src', 'list.ts'),
    `import { createExperimentsClient, type ExperimentSnapshot, openTemporalClient, TtExpError } from 'tt-exp';
export const names = (views: readonly ExperimentSnapshot[]): readonly string[] => views.map(({ name }) => name);
export const list = async (): Promise<number> => {
  const client = await openTemporalClient({ address: '127.0.0.1:1', namespace: 'default' });
  return (await createExperimentsClient(client).list()).length;
};
// @ts-expect-error A snapshot has no such field: types are there, and are not any.
export const wrong = (view: ExperimentSnapshot): string => view.nothingOfTheKind;
list().catch((error: unknown) => console.log(error instanceof TtExpError ? error.code : String(error)));
`,
  );
  await writeFile(
    join(folder, 'src', 'recommend.ts'),
    `import { createRecommender, type Recommendation, TtExpError } from 'tt-exp/serving';
const recommender = createRecommender({ bundle: 'nowhere' });
// @ts-expect-error A recommendation has no such field.
export const wrong = (recommendation: Recommendation): string => recommendation.nothingOfTheKind;
recommender
  .recommend({ userId: 'd0000001', useCase: 'developer_startup', limit: 10, filters: { type: 'collaboration' } })
  .catch((error: unknown) => console.log(error instanceof TtExpError ? error.code : String(error)));
`,
  );
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'NodeNext',
        target: 'ES2023',
        strict: true,
        rootDir: 'src',
        outDir: 'out',
        types: [],
        // As Temporal's own declarations want it.
        skipLibCheck: true,
        lib: ['ES2023', 'DOM'],
      },
      include: ['src'],
    }),
  );
  const compiled = await inProject(process.execPath, [compiler]).catch((error: { readonly stdout: string }) => error);
  expect(compiled.stdout).toBe('');
  const { stdout } = await inProject(process.execPath, ['out/list.js']);
  expect(stdout).toBe('SERVICE_UNREACHABLE\n');
  expect((await inProject(process.execPath, ['out/recommend.js'])).stdout).toBe('MODEL_NOT_LOADING\n');
});

it('package: its command runs an experiment', async () => {
  const { stdout } = await inProject(CLI(), ['run', join(installed, 'experiments', 'smoke.json'), '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
});
