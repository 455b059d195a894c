/** Models, their versions and their ledgers, as a person reads them. */
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../../contracts/ledger.ts';
import type { OpenQuestion } from '../../../../contracts/registry-owner.ts';
import type { Place } from '../../../../ui-cli/dashboard/core/places.ts';
import { driveDashboard } from '../../../support/drive-dashboard.ts';
import { catalogueModel, catalogueVersion, NOW_MS, versionDetails } from '../../../support/fake-cli/fake-catalogue.ts';

const open = (place: Place, size = {}) => driveDashboard(place, { nowMs: NOW_MS, ...size });

const entry = (seq: number, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{ seq, at: '2026-11-01T12:00:00.000Z', actor: 'ana', action: 'promote', alias: 'champion', from: null, to: '3' },
  ...{ reason: 'better for new users', evidence: {}, request: `r${seq}`, previous_digest: null, digest: 'd' },
  ...change,
});

const MODEL = catalogueModel({
  aliases: { champion: '3', challenger: '4', previous: '2' },
  versions: [
    catalogueVersion('4', { aliases: ['challenger'], verdict: 'awaiting_approval', ndcgAt10: 0.5 }),
    catalogueVersion('3', { aliases: ['champion'], verdict: 'promoted', ndcgAt10: 0.4321 }),
    catalogueVersion('2', { aliases: ['previous'], verdict: 'superseded', isArchived: true }),
  ],
});

const QUESTION = {
  ...{ candidate: '4', experimentId: 'sweep-0123456789', askedAtMs: NOW_MS - 300_000, expiresAtMs: NOW_MS + 7_200_000 },
} as OpenQuestion;

const HISTORY = {
  name: 'two-tower',
  entries: [entry(1, { to: '2' }), entry(2, { from: '2' })],
  broken: null,
  notes: [],
};

const openModel = (size = {}) => open({ screen: 'model', name: 'two-tower' }, size).answer('models', '', [MODEL]);

describe('ui-cli/dashboard/screens/models', () => {
  it('lists champion, versions, the champion NDCG@10 and what waits; owners of models without a challenger are not asked', () => {
    const quiet = catalogueModel({ name: 'quiet' });
    const list = open({ screen: 'models' }).answer('models', '', [MODEL, quiet]);
    expect(list.asked()).toEqual(['models:', 'question:two-tower']);
    expect(list.lines()[2]).toBe('> two-tower         3         3   0.4321  challenger 4');
    expect(list.lines()[3]).toBe('  quiet          none         0        –  –');
    const known = list.answer('question', 'two-tower', { open: QUESTION });
    expect(known.lines()[2]).toContain('version 4 waits, 5 min');
    expect(list.answer('question', 'two-tower', { open: null }).lines()[2]).toMatch(/0\.4321 {2}–$/);
  });

  it('says of the model under the cursor, and on its screen, what is wrong with its record', () => {
    const ledgerProblem =
      'the ledger of broken cannot be relied on: record 7 is missing, so who is champion is not known';
    const versions = [catalogueVersion('3', { verdict: 'unknown' })];
    const dangling = [{ alias: 'champion', version: '9' }] as const;
    const broken = catalogueModel({ name: 'broken', ledgerProblem, versions, dangling });
    const list = open({ screen: 'models' }, { columns: 200 }).answer('models', '', [MODEL, broken]);
    expect(list.text()).not.toContain('cannot be relied on');
    const there = list.press('down');
    expect(there.lines().slice(4, 7)).toEqual(['', ledgerProblem, expect.stringContaining('9')]);
    expect(there.press('enter').text()).toContain(ledgerProblem);
    const small = open({ screen: 'models' }, { columns: 60, rows: 12 })
      .answer('models', '', [MODEL, broken])
      .press('down');
    expect(small.text()).toContain('> broken');
    expect(small.text()).toContain('the ledger of broken cannot be relied');
  });

  it('opens a model, one of its versions, and goes back', () => {
    const list = open({ screen: 'models' }).answer('models', '', [MODEL]);
    const version = list.press('enter', 'down', 'enter');
    expect(version.lines()[0]).toContain('models › two-tower › version 3');
    expect(version.asked()).toEqual(['version:two-tower/3', 'models:', 'question:two-tower']);
    expect(version.press('escape').lines()[0]).toContain('models › two-tower');
  });
});

describe('ui-cli/dashboard/screens/model', () => {
  it('shows versions with their verdicts, the question, and the newest records of the ledger', () => {
    const model = openModel()
      .answer('ledger', 'two-tower', HISTORY)
      .answer('question', 'two-tower', { open: QUESTION });
    const lines = model.lines();
    expect(lines[1]).toBe('champion 3, challenger 4, previous 2');
    expect(lines.slice(2, 4).join(' ')).toBe(
      'Version 4 of sweep-0123456789 waits for an answer, 5 min, rejected by itself in 2 h.',
    );
    expect(model.text()).toMatch(/2 {2}previous +archived, superseded +0\.4123 +12\.3 +1 d/);
    const [newest = '', oldest = ''] = lines.filter((line) => line.startsWith('#'));
    expect(newest).toBe('#2  2026-11-01 12:00:00 UTC  promote  champion 2 → 3');
    expect(oldest).toBe('#1  2026-11-01 12:00:00 UTC  promote  champion none → 2');
    expect(model.text()).not.toContain('moved by hand');
  });

  it('tells of a champion that the ledger does not know, of a broken ledger, and of an alias without its version', () => {
    const other = { ...HISTORY, entries: [entry(1, { to: '2' })] };
    expect(openModel({ columns: 200 }).answer('ledger', 'two-tower', other).text()).toContain(
      'champion is 3, but 2 by the ledger: it was moved by hand',
    );
    const broken = { ...other, broken: { seq: 2, reason: 'has another digest' } };
    const text = openModel({ columns: 200 }).answer('ledger', 'two-tower', broken).text();
    expect(text).toContain('record 2 has another digest; what follows it cannot be relied on');
    expect(text).not.toContain('moved by hand');
    const lost = { ...MODEL, dangling: [{ alias: 'beta', version: '9' }] };
    expect(open({ screen: 'model', name: 'two-tower' }).answer('models', '', [lost]).text()).toContain(
      'the alias beta names version 9, which was deleted',
    );
  });

  it('a question whose version was deleted does not wait: it can only be turned down', () => {
    const lostQuestion = 'Version 4 awaited approval and was deleted, so nobody can approve it.';
    const lost = { ...MODEL, lostQuestion };
    const model = open({ screen: 'model', name: 'two-tower' }, { columns: 120 })
      .answer('models', '', [lost])
      .answer('question', 'two-tower', { open: QUESTION });
    expect(model.text()).toContain(lostQuestion);
    expect(model.text()).not.toContain('waits for an answer');
    expect(model.press('a').text()).not.toContain('champion from');
    expect(model.press('A').text()).toContain('version 4 stays out');
    const list = open({ screen: 'models' }).answer('models', '', [lost]);
    expect(list.lines()[2]).toContain('cannot be approved');
    expect(list.answer('question', 'two-tower', { open: QUESTION }).text()).not.toContain('waits');
  });

  it('a model that is gone is told of', () => {
    expect(open({ screen: 'model', name: 'old' }).answer('models', '', [MODEL]).lines()[1]).toBe(
      'There is no model old any more.',
    );
  });

  it('a ledger that does not fit is read on a page of its own, newest record first, to its last line', () => {
    const entries = Array.from({ length: 40 }, (_, place) => entry(place + 1));
    const model = openModel().answer('ledger', 'two-tower', { ...HISTORY, entries });
    expect(model.text()).toContain('Ledger (l: all of it)');
    const page = model.press('l');
    expect(page.lines()[0]).toContain('ledger (40)');
    expect(page.lines()[1]).toContain('#40');
    expect(page.press('down').lines()[1]).toBe('    ana: better for new users');
    expect(page.press('end').lines().at(-4)).toContain('#1 ');
    // 80 lines in 21 rows: the end is reached after three pages, and one up from there is line 59.
    expect(page.press('page-down', 'page-down', 'page-down', 'page-down', 'up').lines()[1]).toContain('#11 ');
  });
});

describe('ui-cli/dashboard/screens/version', () => {
  it('shows the reasons, the records and the links', () => {
    const links = { run: 'http://127.0.0.1:5000/#/experiments/1/runs/3', gate: null };
    const page = open({ screen: 'version', name: 'two-tower', version: '3' }, { rows: 40 }).answer(
      'version',
      'two-tower/3',
      { details: versionDetails({ records: [entry(2, { from: '2' })] }), links, gate: null },
    );
    expect(page.text()).toContain('the lower end 0.0100 of the interval is above 0.0000');
    expect(page.text()).toContain('#2  2026-11-01 12:00:00 UTC  promote  champion 2 → 3');
    expect(page.text()).toContain(links.run);
    const details = versionDetails({ verdict: 'unknown', ledgerProblem: 'the ledger cannot be relied on' });
    const broken = page.answer('version', 'two-tower/3', { details, links, gate: null });
    expect(broken.lines()[1]).toBe('the ledger cannot be relied on');
  });

  it('offers to promote and to archive a version that is in use, and neither of an archived one', () => {
    const page = (version: string) =>
      open({ screen: 'version', name: 'two-tower', version }).answer('models', '', [MODEL]);
    expect(page('4').lines().at(-1)).toMatch(/P promote.*D archive/);
    expect(page('2').lines().at(-1)).not.toMatch(/P promote|D archive/);
    expect(page('4').press('P').effects).toHaveLength(1);
    expect(page('2').press('P', 'D').effects).toEqual([]);
    const list = openModel();
    expect(list.press('G').lines().at(-1)).not.toMatch(/P promote|D archive/);
    expect(list.press('G').lines().at(-1)).toContain('R roll back');
  });
});
