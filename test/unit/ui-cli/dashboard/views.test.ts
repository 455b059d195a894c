/** Saved views: kept for the home, and shown when somebody asks for them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../../../bin/cli/views.ts';
import type { SavedView, SavedViews } from '../../../../ui-cli/dashboard/core/saved-views.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';
import { catalogueModel } from '../../../support/fake-cli/fake-catalogue.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);

const BY_NAME: SavedView = { sorting: { column: 'model', isDescending: true }, filter: 'tower', columns: ['model'] };

const MODELS = [
  catalogueModel({ name: 'a-tower' }),
  catalogueModel({ name: 'b-tower' }),
  catalogueModel({ name: 'c' }),
];

const open = (isReadOnly = false): DrivenDashboard =>
  driveDashboard({ screen: 'models' }, { nowMs: NOW_MS, isReadOnly }).answer('models', '', MODELS);

const typed = (dashboard: DrivenDashboard, text: string): DrivenDashboard => dashboard.press(':', ...text, 'enter');

const namesIn = (dashboard: DrivenDashboard): readonly string[] =>
  dashboard
    .lines()
    .flatMap((line) => /^[> ] (\S+)/.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'model');

describe('ui-cli/dashboard: views', () => {
  it('saves what was made of the table, and shows it again by its name', () => {
    const made = typed(typed(open(), 'sort model desc'), 'filter tower');
    const saved = typed(typed(made, 'columns model'), 'view save towers');
    expect(saved.effects).toEqual([
      { kind: 'act', action: { kind: 'save-view', table: 'models', name: 'towers', view: BY_NAME } },
    ]);
    const known = open().answer('views', '', { models: { towers: BY_NAME } });
    expect(namesIn(known)).toEqual(['a-tower', 'b-tower', 'c']);
    const shown = typed(known, 'view towers');
    expect(namesIn(shown)).toEqual(['b-tower', 'a-tower']);
    expect(shown.text()).not.toContain('champion');
    expect(
      known
        .press(':', ...'view tow', 'tab')
        .lines()
        .at(-2),
    ).toBe(':view towers');
  });

  it('a view of another name, of another table, or without one is told of', () => {
    const known = open().answer('views', '', { models: { towers: BY_NAME }, services: { mine: BY_NAME } });
    expect(typed(known, 'view tower').text()).toContain('did you mean towers?');
    expect(typed(known, 'view mine').text()).toContain('No view mine of this table');
    expect(typed(known, 'view toString').text()).toContain('No view toString of this table');
    expect(typed(known, 'view delete mine').effects).toEqual([]);
    expect(typed(known, 'view delete towers').effects).toMatchObject([{ action: { name: 'towers', view: null } }]);
    expect(typed(known, 'view save a/b').text()).toContain('Name the view');
    const still = open(true).answer('views', '', {});
    expect(typed(still, 'view save towers').effects).toEqual([]);
  });

  it('`default` is shown from the beginning, once, where nobody has touched the table', () => {
    const views: SavedViews = { models: { default: BY_NAME } };
    const shown = open().answer('views', '', views);
    expect(namesIn(shown)).toEqual(['b-tower', 'a-tower']);
    expect(namesIn(shown.press('escape').answer('views', '', views))).toEqual(['c', 'b-tower', 'a-tower']);
    expect(namesIn(typed(open(), 'filter c').answer('views', '', views))).toEqual(['c']);
  });

  it('columns that are no longer there leave the others', () => {
    const old = { ...BY_NAME, columns: ['gone'], filter: '' };
    const shown = typed(open().answer('views', '', { models: { old } }), 'view old');
    expect(shown.text()).toContain('champion');
  });
});

describe('bin/cli/views', () => {
  it('two dashboards at once lose nothing', async () => {
    const home = await temporaryFolder();
    const [one, other] = [viewsOf(home), viewsOf(home)];
    expect(await one.savedViews()).toEqual({});
    await Promise.all([
      one.saveView('models', 'a', BY_NAME),
      other.saveView('models', 'b', BY_NAME),
      other.saveView('services', 'a', BY_NAME),
    ]);
    await one.saveView('models', 'a', null);
    expect(await other.savedViews()).toEqual({ models: { b: BY_NAME }, services: { a: BY_NAME } });
  });

  it.each([
    '{"format": 1, "views"',
    '{"format": 2, "views": {}}',
    '{"format": 1, "views": {"models": {"a": {"filter": 3}}}}',
    '[]',
  ])('a file that is not ours is told of, and stays as it is: %s', async (text) => {
    const home = await temporaryFolder();
    const file = join(home, 'views.json');
    await writeFile(file, text);
    await expect(viewsOf(home).savedViews()).rejects.toThrow(`${file}: got`);
    await expect(viewsOf(home).saveView('models', 'a', BY_NAME)).rejects.toThrow('expected saved views of format 1');
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
