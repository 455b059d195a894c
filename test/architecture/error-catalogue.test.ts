import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_CATALOGUE, EXIT } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import { REPOSITORY } from './room-files.ts';

const document = await readFile(join(REPOSITORY, 'docs/errors.md'), 'utf8');
const sections = new Map(
  document
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...body] = section.split('\n');
      return [title.trim(), body.join('\n')] as const;
    })
    .filter(([title]) => /^[A-Z_]+$/.test(title)),
);

describe('contracts/errors and docs/errors.md', () => {
  test('docs/errors: has a section for each code and no other', () => {
    expect([...sections.keys()].sort()).toEqual(Object.keys(ERROR_CATALOGUE).sort());
  });

  test.each(Object.entries(ERROR_CATALOGUE))('docs/errors: %s says who acts, retried, exit code', (code, kind) => {
    const { actor, isRetryable, exitCode } = kind;
    const line = `Who acts: ${actor}. Retried: ${isRetryable ? 'yes' : 'no'}. Exit code: ${exitCode}.`;
    expect(sections.get(code)?.trim().split('\n')[0]).toBe(line);
  });

  test('docs/errors: the table of exit codes is that of contracts', () => {
    const rows = [...document.matchAll(/^\| (\d+) \|/gm)].map(([, exitCode]) => Number(exitCode));
    expect(rows).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });

  test('docs/errors: quotes every message that people search for', () => {
    for (const message of Object.values(MESSAGE)) {
      expect(document).toContain(`\`${message}\``);
    }
  });

  test('contracts/errors: every exit code is one of EXIT', () => {
    const known = new Set<number>(Object.values(EXIT));
    const strange = Object.entries(ERROR_CATALOGUE).filter(([, { exitCode }]) => !known.has(exitCode));
    expect(strange).toEqual([]);
  });
});
