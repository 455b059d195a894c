import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { withoutPythonOverrides } from '../../../services/provision/pip.ts';
import { findPython } from '../../../services/provision/python.ts';
import { readRequirements } from '../../../services/provision/requirements.ts';
import { probeTemporal } from '../../../services/provision/temporal-binary.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const provisionFolder = fileURLToPath(new URL('../../../services/provision', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-provision-');
});

const script = async (name: string, ...lines: readonly string[]): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(file, 0o755);
  return file;
};

describe('services/provision/requirements', () => {
  it('services/provision/requirements: every package of both lists is pinned and hashed, and no list names a host', async () => {
    for (const part of ['mlflow', 'temporal']) {
      const text = await readFile(join(provisionFolder, `requirements-${part}.txt`), 'utf8');
      const entries = text
        .replaceAll(/^#.*$/gm, '')
        .replaceAll('\\\n', ' ')
        .split('\n')
        .filter((line) => line.trim() !== '');
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        expect(entry).toMatch(/^[a-z0-9-]+==[0-9][^\s;]*( ; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+ *$/);
      }
      expect(text).not.toContain('://');
    }
  });

  it('services/provision/requirements: MLflow and its two parts have one version', async () => {
    const { versions } = await readRequirements(join(provisionFolder, 'requirements-mlflow.txt'));
    expect(versions.mlflow).toBe('3.17.2');
    expect(versions['mlflow-skinny']).toBe('3.17.2');
    expect(versions['mlflow-tracing']).toBe('3.17.2');
  });

  it('services/provision/requirements: a comment does not change the digest, a version does', async () => {
    const digestOf = async (text: string): Promise<string> => {
      const file = join(folder, 'requirements.txt');
      await writeFile(file, text);
      return (await readRequirements(file)).digest;
    };
    const plain = await digestOf('a==1 \\\n    --hash=sha256:00\n');
    expect(plain).toMatch(/^[0-9a-f]{16}$/);
    expect(await digestOf('# told\na==1 \\\n    --hash=sha256:00\n')).toBe(plain);
    expect(await digestOf('a==2 \\\n    --hash=sha256:00\n')).not.toBe(plain);
  });

  it('services/provision/requirements: a missing list is an error that says so', async () => {
    await expect(readRequirements(join(folder, 'none.txt'))).rejects.toMatchObject({ code: 'PROVISION_FAILED' });
  });
});

describe('services/provision/python', () => {
  it('services/provision/python: passes over old, broken and venv-less ones and takes the first that fits', async () => {
    await script('python3', 'echo 3.9.18', 'echo /usr/bin/python3');
    await script('python3.13', 'echo "No module named ensurepip" >&2', 'exit 1');
    const good = await script('python3.11', 'echo 3.11.2', 'echo /opt/python3.11');
    expect(await findPython({ PATH: folder })).toEqual({ executable: '/opt/python3.11', version: '3.11.2' });

    await rm(good);
    await expect(findPython({ PATH: folder })).rejects.toMatchObject({
      code: 'PYTHON_MISSING',
      message: expect.stringMatching(/python3: is Python 3\.9\.18; python3\.13: No module named ensurepip/),
    });
  });

  it('services/provision/python: an interpreter that is named is taken alone', async () => {
    await script('python3', 'echo 3.12.0', 'echo /opt/python3');
    const old = await script('mine', 'echo 3.8.1', 'echo /opt/mine');
    await expect(findPython({ PATH: folder }, old)).rejects.toMatchObject({ code: 'PYTHON_MISSING' });
  });
});

describe('services/provision/pip', () => {
  it("services/provision/pip: drops the user's own Python settings and keeps the package index", () => {
    const env = {
      PATH: '/bin',
      PYTHONPATH: '/x',
      PYTHONHOME: '/y',
      PIP_TARGET: '/z',
      VIRTUAL_ENV: '/v',
      PIP_INDEX_URL: 'i',
    };
    expect(withoutPythonOverrides(env)).toEqual({ PATH: '/bin', PIP_INDEX_URL: 'i' });
  });
});

describe('services/provision/temporal-binary', () => {
  const help = '--db-filename --search-attribute --sqlite-pragma --dynamic-config-value --ui-port';
  const answering = (flags: string): readonly string[] => [
    'if [ "$1" = --version ]; then echo "temporal version 1.4.0 (Server 1.27.0, UI 2.36.0)"; else',
    `  echo "${flags}"`,
    'fi',
  ];

  it('services/provision/temporal-binary: knows version and flags of a command', async () => {
    const plain = await script('temporal', ...answering(help));
    expect(await probeTemporal(plain, {})).toEqual({ kind: 'works', version: '1.4.0', canDisableNews: false });
    const newer = await script('temporal', ...answering(`${help} --ui-disable-news-fetch`));
    expect(await probeTemporal(newer, {})).toMatchObject({ kind: 'works', canDisableNews: true });
  });

  it('services/provision/temporal-binary: one that lacks a flag, fails or is not there is unfit, with the reason', async () => {
    const old = await script(
      'temporal',
      ...answering('--db-filename --search-attribute --dynamic-config-value --ui-port'),
    );
    expect(await probeTemporal(old, {})).toEqual({ kind: 'unfit', reason: `${old} 1.4.0 lacks --sqlite-pragma` });
    const failing = await script('failing', 'echo no such library', 'exit 127');
    expect(await probeTemporal(failing, {})).toMatchObject({
      kind: 'unfit',
      reason: expect.stringContaining('no such library'),
    });
    expect(await probeTemporal(join(folder, 'none'), {})).toMatchObject({ reason: expect.stringContaining('ENOENT') });
  });
});
