import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY, ROOMS } from './room-files.ts';

const read = (path: string): Promise<string> => readFile(join(REPOSITORY, path), 'utf8');
const inDocs = await readdir(join(REPOSITORY, 'docs'), { recursive: true });
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs.map((path) => `docs/${path}`)].filter(
  (path) => path.endsWith('.md'),
);

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

test.each(documents)('%s: every relative link leads to a file, and to a heading of it', async (path) => {
  const links = [...(await read(path)).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  for (const [, target = '', anchor] of links) {
    const file = target === '' ? path : join(dirname(path), target);
    expect(existsSync(join(REPOSITORY, file)), `${path} -> ${target}`).toBe(true);
    if (anchor !== undefined) {
      const headings = [...(await read(file)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      expect(headings, `${path} -> ${target}#${anchor}`).toContain(anchor);
    }
  }
});

test.each(['README.md', 'CONTRIBUTING.md', ...documents.filter((path) => path.startsWith('docs/'))])(
  '%s: every file it names in backticks exists',
  async (path) => {
    const paths = [...(await read(path)).matchAll(/`((?:\.?[\w-]+\/)+[\w.-]+\.(?:ts|tsx|json|md|sh|mjs|cjs|py))`/g)];
    const isThere = (named: string): boolean =>
      existsSync(join(REPOSITORY, named)) || existsSync(join(REPOSITORY, dirname(path), named));
    expect(paths.map(([, named = '']) => named).filter((named) => !isThere(named))).toEqual([]);
  },
);

test('CONTRIBUTING: has at most 80 lines and a row for each room', async () => {
  const text = await read('CONTRIBUTING.md');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(80);
  const section = /^## Rooms\n([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, room]) => room);
  expect(rows.sort()).toEqual([...ROOMS].sort());
});

test('docs/operations: lists every variable that config/env reads', async () => {
  const variables = new Set((await read('config/env.ts')).match(/\b(?:TEMPORAL|MLFLOW|TT)_[A-Z_]+\b/g));
  expect(variables.size).toBeGreaterThan(10);
  const text = await read('docs/operations.md');
  expect([...variables].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

test('docs/adr: decisions are numbered without a gap and say context, decision, consequences', async () => {
  const files = (await readdir(join(REPOSITORY, 'docs/adr'))).sort();
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_file, index) => index + 1));
  for (const file of files) {
    const headings = [...(await read(`docs/adr/${file}`)).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings, file).toEqual(['Context', 'Decision', 'Consequences']);
  }
});

test('docs/tour: leads from every command of the README to its files', async () => {
  const commandsIn = (text: string): readonly string[] => {
    const rows = [...text.matchAll(/^\| (`tt-exp .*?) \|/gm)].map(([, cell = '']) => cell);
    return rows.flatMap((cell) => {
      const [first = '', ...others] = [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
      const [, word = '', second = ''] = first.split(' ');
      const own = word === 'data' ? [`data ${second}`] : [word];
      return [
        ...own,
        ...others.map((code) => `${word === 'data' ? 'data ' : ''}${code.replace(/^data /, '').split(' ')[0]}`),
      ];
    });
  };
  const toured = new Set(commandsIn(await read('docs/tour.md')));
  const named = commandsIn(await read('README.md')).filter((command) => !command.startsWith('-'));
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter((command) => !toured.has(command))).toEqual([]);
});
