import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { listRoomFiles, REPOSITORY } from './room-files.ts';

const MAX_LINES = 300;
const GENERATED = 'contracts/experiment-config.ts';
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*\.tsx?$/;
const ENVIRONMENT_MODULE = 'config/env.ts';

const read = (path: string): Promise<string> => readFile(join(REPOSITORY, path), 'utf8');

/** True for `import process`, `import * as process` and `import { env }`; `import { cwd }` reaches no environment. */
const importsEnvironment = (node: ts.ImportDeclaration): boolean => {
  const clause = node.importClause;
  const bindings = clause?.namedBindings;
  return (
    clause?.name !== undefined ||
    (bindings !== undefined &&
      (ts.isNamespaceImport(bindings) ||
        bindings.elements.some((element) => (element.propertyName ?? element.name).text === 'env')))
  );
};

/** Places that reach the environment: process.env in any spelling, or an import of it from node:process. */
const environmentReads = (path: string, text: string): string[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const isProcess = (node: ts.Node): boolean => /^(globalThis\.)?process$/.test(node.getText(source));
  const visit = (node: ts.Node): void => {
    const isProperty = ts.isPropertyAccessExpression(node) && node.name.text === 'env' && isProcess(node.expression);
    const isElement =
      ts.isElementAccessExpression(node) &&
      isProcess(node.expression) &&
      /^['"`]env['"`]$/.test(node.argumentExpression.getText(source));
    const isDestructured =
      ts.isVariableDeclaration(node) &&
      node.initializer !== undefined &&
      isProcess(node.initializer) &&
      ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => (element.propertyName ?? element.name).getText(source) === 'env');
    const isImport =
      ts.isImportDeclaration(node) &&
      ts.isStringLiteral(node.moduleSpecifier) &&
      /^(node:)?process$/.test(node.moduleSpecifier.text) &&
      importsEnvironment(node);
    if (isProperty || isElement || isDestructured || isImport) {
      found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

test('rooms: only config/env.ts reads the environment', async () => {
  const paths = (await listRoomFiles()).filter((path) => path !== ENVIRONMENT_MODULE);
  const reads = await Promise.all(paths.map(async (path) => environmentReads(path, await read(path))));
  expect(reads.flat()).toEqual([]);
});

test.each([
  'const home = process.env.HOME;',
  "const home = process['env'].HOME;",
  'const home = globalThis.process.env.HOME;',
  'const { env } = process;',
  'const { env: environment } = process;',
  "import { env } from 'node:process';",
  "import { env as environment } from 'process';",
  "import * as system from 'node:process';",
  "import process from 'process';",
])('rooms: the environment check sees %s', (text) => {
  expect(environmentReads('planted.ts', `// first line\n${text}\n`)).toEqual(['planted.ts:2']);
});

test('rooms: the environment check lets comments and other env properties pass', () => {
  const text = "// process.env\nconst { env } = context;\nuse(child.env);\nimport { cwd } from 'node:process';\n";
  expect(environmentReads('fine.ts', text)).toEqual([]);
});

test(`rooms: no file has more than ${MAX_LINES} lines`, async () => {
  // What is generated from the schema is as long as the schema; nobody edits it.
  const paths = (await listRoomFiles()).filter((path) => path !== GENERATED);
  const counts = await Promise.all(
    paths.map(async (path) => ({ path, lines: (await read(path)).trimEnd().split('\n').length })),
  );
  expect(counts.filter(({ lines }) => lines > MAX_LINES)).toEqual([]);
});

test('rooms: every file name is kebab-case', async () => {
  expect((await listRoomFiles()).filter((path) => !KEBAB_CASE.test(basename(path)))).toEqual([]);
});

test('rooms: what a terminal is given passes contracts/printable', async () => {
  // Help holds words of ours alone.
  const exempt = ['ui-cli/text/output.ts', 'ui-cli/program.ts'];
  const paths = (await listRoomFiles()).filter(
    (path) => /^(ui-cli|bin|host|local)\//.test(path) && !exempt.includes(path),
  );
  const raw = (path: string, text: string): readonly string[] =>
    text
      .split('\n')
      .flatMap((line) =>
        /\bstd(out|err)\.write\(|\bstream\.write\(/.test(line) && !line.includes('printable')
          ? [`${path}: ${line.trim()}`]
          : [],
      );
  const found = await Promise.all(paths.map(async (path) => raw(path, await read(path))));
  expect(found.flat()).toEqual([]);
});
