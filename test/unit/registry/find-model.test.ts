import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ModelVersionRecord } from '../../../contracts/registered-models.ts';
import type { RunRecord } from '../../../contracts/runs.ts';
import { createWorkspace } from '../../../host/workspace.ts';
import { findModel, type ModelFinder } from '../../../registry/find-model.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const WEIGHTS = 'user_tower/weights.bin';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const MANIFEST = {
  dataset_version: 'ds-1',
  best_epoch: 4,
  settings: { seed: 7 },
  files: { [WEIGHTS]: sha256('weights') },
};

let home = '';
let artifacts: Record<string, string> = {};
let fetched: string[] = [];

beforeEach(async () => {
  home = await temporaryFolder('tt-exp-registry-');
  artifacts = {
    'model/manifest.json': JSON.stringify(MANIFEST),
    [`model/${WEIGHTS}`]: 'weights',
    'encoder.json': '{}',
  };
  fetched = [];
});

const run = (tags: Readonly<Record<string, string>>): RunRecord => ({
  ...{ runId: RUN, experimentId: '1', status: 'FINISHED', startTimeMs: 0, endTimeMs: 1, tags },
});

const version = (aliases: readonly string[]): ModelVersionRecord => ({
  ...{ name: 'two-tower', version: '3', runId: RUN, aliases, tags: {} },
});

/** An MLflow with one run, which is version 3 of two-tower and its champion. */
const finder = (kind = 'trial'): ModelFinder => ({
  workspace: createWorkspace(home),
  tracking: {
    listArtifacts: async (_runId, path) =>
      Object.keys(artifacts).flatMap((name) => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1)] : [])),
    getArtifactFile: async (_runId, path, file) => {
      const content = artifacts[path];
      if (content === undefined) {
        return false;
      }
      fetched.push(path);
      await writeFile(file, content);
      return true;
    },
    findByAlias: async (name, alias) => (name === 'two-tower' && alias === 'champion' ? version(['champion']) : null),
    findVersion: async (name, number) => (name === 'two-tower' && number === '3' ? version([]) : null),
    modelNames: async () => ['two-tower'],
    findRun: async (runId) => (runId === RUN ? run({ 'tt.kind': kind }) : null),
    findExperiment: async () => null,
    findRuns: async () => [],
    getArtifactText: async () => null,
  },
});

const fileHere = (path: string): string => join(home, 'models', RUN, path);

describe('registry/find-model', () => {
  it.each([
    ['two-tower', 'two-tower/3'],
    ['two-tower@champion', 'two-tower/3'],
    ['two-tower/3', 'two-tower/3'],
    [RUN, RUN],
  ])('%s is the run behind it, with its files on this host', async (text, name) => {
    const found = await findModel(finder(), text);
    expect(found).toMatchObject({
      name,
      runId: RUN,
      facts: { dataset_version: 'ds-1', best_epoch: 4, settings: { seed: 7 } },
      source: { modelFolder: fileHere('model'), encoderFile: fileHere('encoder.json') },
    });
    expect(found.version?.version ?? null).toBe(text === RUN ? null : '3');
    expect(await readFile(fileHere(`model/${WEIGHTS}`), 'utf8')).toBe('weights');
  });

  it('files that are whole are not fetched again, damaged ones are', async () => {
    await findModel(finder(), RUN);
    expect(fetched).toEqual(['model/manifest.json', `model/${WEIGHTS}`, 'encoder.json']);
    fetched = [];
    await findModel(finder(), RUN);
    expect(fetched).toEqual(['model/manifest.json', 'encoder.json']);
    fetched = [];
    await writeFile(fileHere(`model/${WEIGHTS}`), 'weight');
    await findModel(finder(), RUN);
    expect(fetched).toContain(`model/${WEIGHTS}`);
    expect(await readFile(fileHere(`model/${WEIGHTS}`), 'utf8')).toBe('weights');
  });

  it('an artifact that differs from the digest in its manifest is named', async () => {
    artifacts[`model/${WEIGHTS}`] = 'something else';
    await expect(findModel(finder(), RUN)).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADING',
      message: expect.stringMatching(/^Model not loading: .*model\/user_tower\/weights\.bin .*differs from the digest/),
    });
  });

  describe('of a model whose manifest records the digest of its encoder', () => {
    beforeEach(() => {
      artifacts['model/manifest.json'] = JSON.stringify({ ...MANIFEST, encoder_sha256: sha256('{}') });
    });

    const changed = (place: string) => ({
      code: 'MODEL_NOT_LOADING',
      exitCode: 66,
      message: `Model not loading: ${place}encoder.json differs from the digest recorded in its manifest`,
      hint: expect.stringContaining('encoder.json of the same training'),
    });

    it('an encoder.json that was changed is named: at the run, and in a folder', async () => {
      await findModel(finder(), RUN);
      artifacts['encoder.json'] = '{ }';
      await expect(findModel(finder(), RUN)).rejects.toMatchObject(changed(`run ${RUN}: its artifact `));
      const folder = join(home, 'folder');
      for (const [path, content] of Object.entries(artifacts)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      const none: ModelFinder = { ...finder(), tracking: null };
      await expect(findModel(none, folder)).rejects.toMatchObject(changed(`${folder}/`));
      await writeFile(join(folder, 'encoder.json'), '{}');
      expect((await findModel(none, folder)).facts.dataset_version).toBe('ds-1');
    });

    it('a digest that is none of a file is not taken for one that was not recorded', async () => {
      artifacts['model/manifest.json'] = JSON.stringify({ ...MANIFEST, encoder_sha256: null });
      await expect(findModel(finder(), RUN)).rejects.toMatchObject(changed(`run ${RUN}: its artifact `));
    });
  });

  it.each(['model/manifest.json', 'encoder.json'])('a run without %s has no model', async (path) => {
    delete artifacts[path];
    await expect(findModel(finder(), RUN)).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADING',
      message: expect.stringContaining(path),
    });
  });

  it('a run that is no training is refused before anything is fetched', async () => {
    await expect(findModel(finder('experiment'), RUN)).rejects.toMatchObject({ code: 'USAGE' });
    expect(fetched).toEqual([]);
  });

  it.each([
    ['two-tower/4', 'registered model two-tower'],
    ['two-tower@challenger', 'challenger'],
    ['three-tower', 'neither a folder nor a model'],
  ])('%s is unknown, with what there is', async (text, message) => {
    await expect(findModel(finder(), text)).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADING',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('two-tower'),
    });
  });

  it('a folder that exists comes before a name, and needs no MLflow', async () => {
    const folder = join(home, 'two-tower');
    for (const [path, content] of Object.entries(artifacts)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const none: ModelFinder = { ...finder(), tracking: null };
    const inside = { modelFolder: join(folder, 'model'), encoderFile: join(folder, 'encoder.json') };
    for (const path of [folder, join(folder, 'model'), join(folder, 'model', 'manifest.json')]) {
      expect((await findModel(none, path)).source).toEqual(inside);
    }
  });

  it.each(['two-tower', 'two-tower@champion', 'two-tower/3', RUN, 'sweep-0123456789/trial-000'])(
    '%s is not said to be missing where no MLflow is there to ask',
    async (text) => {
      await expect(findModel({ ...finder(), tracking: null }, text)).rejects.toMatchObject({
        code: 'SERVICE_UNREACHABLE',
        exitCode: 69,
        message: expect.stringContaining(text),
        hint: expect.stringContaining('MLFLOW_TRACKING_URI'),
      });
    },
  );
});
