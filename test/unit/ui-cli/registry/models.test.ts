import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../../contracts/ledger.ts';
import {
  catalogueModel,
  catalogueVersion,
  NOW_MS,
  runOnCatalogue,
  versionDetails,
} from '../../../support/fake-cli/fake-catalogue.ts';
import { jsonOf } from '../../../support/fake-cli/fake-runtime.ts';

const MODEL = catalogueModel({
  aliases: { champion: '12', challenger: '13', previous: '9' },
  dangling: [{ alias: 'shadow', version: '4' }],
  versions: [
    catalogueVersion('13', { aliases: ['challenger'], verdict: 'awaiting_approval', createdAtMs: NOW_MS - 300_000 }),
    catalogueVersion('12', { aliases: ['champion', 'stable'], verdict: 'promoted', ndcgAt10: 0.5, bundle: 'ab12' }),
    catalogueVersion('9', {
      aliases: ['previous'],
      verdict: 'superseded',
      bytes: 40_000,
      createdAtMs: NOW_MS - 40 * 86_400_000,
    }),
    catalogueVersion('1', { runId: null, run: 'none', ndcgAt10: null, bytes: null, datasetVersion: null }),
  ],
});

const entry = (change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{
    seq: 2,
    at: '2026-11-30T10:00:00.000Z',
    actor: 'ana',
    action: 'promote',
    alias: 'champion',
    from: '9',
    to: '12',
  },
  ...{
    reason: 'better for new users',
    evidence: {},
    request: 'r',
    previous_digest: 'a'.repeat(64),
    digest: 'b'.repeat(64),
  },
  ...change,
});

describe('ui-cli/registry', () => {
  test('models: a table, newest first, within 80 columns', async () => {
    const asked: unknown[] = [];
    const list = async (request: unknown) => {
      asked.push(request);
      return [MODEL, catalogueModel({ name: 'empty' })];
    };
    const { stdout, exitCode } = await runOnCatalogue(['models'], { list });
    expect(asked).toEqual([{ name: null, asOfMs: null }]);
    expect(exitCode).toBe(0);
    expect(stdout().split('\n')).toEqual([
      'two-tower: champion 12, challenger 13, previous 9',
      '  version  NDCG@10    MB    age  verdict            aliases',
      '       13   0.4123  12.3  5 min  awaiting approval  challenger',
      '       12   0.5000  12.3    1 d  promoted           champion, stable',
      '        9   0.4123  0.04   40 d  superseded         previous',
      '        1        –     –    1 d  –',
      '  challenger 13 is not blessed: no server was asked whether it answers as the',
      '  model was evaluated',
      '  the alias shadow names version 4, which was deleted: it counts as none',
      '',
      'empty: no champion',
      '  no versions',
      '',
    ]);
  });

  test('models and models show: a question that nobody can answer any more is told with what to do', async () => {
    const lost = 'Version 3 awaits approval, and its question is gone: decide by hand with `tt-exp models promote`.';
    const list = async () => [catalogueModel({ lostQuestion: lost, versions: [catalogueVersion('3')] })];
    const listed = await runOnCatalogue(['models'], { list });
    expect(listed.stdout().replaceAll(/\s+/g, ' ')).toContain(` ${lost}`);
    const show = async () => versionDetails({ lostQuestion: lost });
    const { stdout } = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show });
    expect(stdout().replaceAll(/\s+/g, ' ')).toContain(`What to do ${lost}`);
    const fine = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show: async () => versionDetails() });
    expect(fine.stdout()).not.toContain('What to do');
  });

  test('models and models show: of a ledger that cannot be relied on a warning, and no verdict', async () => {
    const ledgerProblem = 'the ledger of two-tower cannot be relied on: record 7 is missing';
    const versions = ['3', '1'].map((version) => catalogueVersion(version, { verdict: 'unknown' }));
    const list = async () => [catalogueModel({ ledgerProblem, versions }), catalogueModel({ name: 'fine' })];
    const listed = await runOnCatalogue(['models'], { list });
    expect(listed.stderr()).toBe(`warning: ${ledgerProblem}\n`);
    expect(listed.stdout().match(/ unknown\n/g)).toHaveLength(2);
    const json = await runOnCatalogue(['models', '--json'], { list });
    expect(jsonOf(json)).toMatchObject({ models: [{ versions: [{ verdict: 'unknown', archived: null }, {}] }, {}] });
    expect(json.stderr()).toBe(`warning: ${ledgerProblem}\n`);
    const show = async () => versionDetails({ ledgerProblem, verdict: 'unknown' });
    const shown = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show });
    expect(shown.stderr()).toBe(`warning: ${ledgerProblem}\n`);
    expect(shown.stdout()).toContain('  verdict     unknown\n');
    expect(shown.stdout()).toContain('What the gate had said: promoted\n');
  });

  test('models: who decided, and what is out of use', async () => {
    const versions = [
      catalogueVersion('4', { verdict: 'promoted', decidedBy: 'ana' }),
      catalogueVersion('3', { verdict: 'rejected' }),
      catalogueVersion('2', { verdict: 'rejected', decidedBy: 'bob' }),
      catalogueVersion('1', { verdict: 'superseded', isArchived: true }),
      catalogueVersion('0', { isArchived: true }),
    ];
    const { stdout } = await runOnCatalogue(['models'], { list: async () => [catalogueModel({ versions })] });
    const verdicts = stdout()
      .split('\n')
      .slice(2, 7)
      .map((line) => line.split(/ {2,}/).at(-1));
    expect(verdicts).toEqual([
      'promoted by ana',
      'rejected by the gate',
      'rejected by bob',
      'archived, superseded',
      'archived',
    ]);
  });

  test('models show: a person overruled the gate, and both are told as what they are', async () => {
    const show = async () =>
      versionDetails({ decidedBy: 'ana', gateDecision: 'rejected', reasons: ['Not promoted: a loss.'] });
    const { stdout } = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show });
    expect(stdout()).toContain('  verdict     promoted by ana\n');
    expect(stdout()).toContain('What the gate had said: rejected\n  Not promoted: a loss.\n');
  });

  test('models show: what a person answered is not taken for the word of the gate', async () => {
    const reasons = ['Awaits approval: a gain.', 'Rejected by ana: not needed'];
    const show = async () =>
      versionDetails({ verdict: 'rejected', decidedBy: 'ana', gateDecision: 'rejected', reasons });
    const { stdout } = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show });
    expect(stdout()).toContain('  verdict     rejected by ana\n');
    expect(stdout()).toContain('What the gate had said: awaiting approval\n  Awaits approval: a gain.\n');
  });

  test('models: no line is wider than a narrow terminal', async () => {
    const { stdout } = await runOnCatalogue(['models', 'two-tower'], { list: async () => [MODEL] }, { columns: 40 });
    expect(
      stdout()
        .split('\n')
        .filter((line) => line.length > 40),
    ).toEqual([]);
    expect(stdout()).toContain('  12  champion, stable\n    NDCG@10 0.5000, 12.3 MB, 1 d,\n    promoted\n');
  });

  test('models --json: the fields that scripts rely on', async () => {
    const run = await runOnCatalogue(['models', '--json'], { list: async () => [MODEL] });
    expect(jsonOf(run)).toEqual({
      models: [
        {
          name: 'two-tower',
          aliases: { champion: '12', challenger: '13', previous: '9' },
          versions: expect.arrayContaining([
            {
              version: '12',
              aliases: ['champion', 'stable'],
              run_id: '12'.padStart(32, '0'),
              dataset_version: 'ds-0123456789abcdef',
              ndcg_at_10: 0.5,
              size_mb: 12.345678,
              created_at: '2026-11-29T12:00:00.000Z',
              verdict: 'promoted',
              decided_by: null,
              archived: false,
              bundle: 'ab12',
            },
          ]),
        },
      ],
    });
  });

  test('models --as-of: the time is in UTC, and what no record tells is said', async () => {
    const asked: unknown[] = [];
    const list = async (request: unknown) => {
      asked.push(request);
      return [catalogueModel({ hasRecords: false, versions: [catalogueVersion('1')] })];
    };
    const { stderr, exitCode } = await runOnCatalogue(['models', 'two-tower', '--as-of', '2026-11-01T12:00'], { list });
    expect(asked).toEqual([{ name: 'two-tower', asOfMs: Date.UTC(2026, 10, 1, 12) }]);
    expect(stderr()).toBe(
      'note: two-tower: its ledger has no record as old as that, so who served then is not known\n',
    );
    expect(exitCode).toBe(0);
  });

  test.each([
    ['2026-11-01 12:00:05 UTC', 5999],
    ['2026-11-01T12:00:05', 5999],
    ['2026-11-01T14:00:05+02:00', 5999],
    ['2026-11-01T12:00:05.250Z', 5250],
    ['2026-11-01T12:00', 0],
  ])('models --as-of %s: a whole second is its end, as `models history` prints it', async (time, afterMs) => {
    const asked: unknown[] = [];
    const list = async ({ asOfMs }: { readonly asOfMs: number | null }) => {
      asked.push(asOfMs);
      return [];
    };
    expect((await runOnCatalogue(['models', '--as-of', time], { list })).exitCode).toBe(0);
    expect(asked).toEqual([Date.UTC(2026, 10, 1, 12) + afterMs]);
  });

  test.each(['2026-02-30', '2026-13-01', 'yesterday', '2026-11-01T25:00', '12:00'])(
    '--as-of %s is refused',
    async (time) => {
      const { stderr, exitCode } = await runOnCatalogue(['models', '--as-of', time], {});
      expect([exitCode, stderr()]).toEqual([
        64,
        expect.stringContaining(`--as-of: got "${time}", expected an ISO 8601 time`),
      ]);
    },
  );

  test.each([
    ['2026-11-30T12:00:01', true],
    ['2026-11-30T12:00', false],
  ])('--as-of %s, in the future: %s', async (time, isRefused) => {
    const run = await runOnCatalogue(['models', '--as-of', time], { list: async () => [] });
    expect(run.exitCode).toBe(isRefused ? 64 : 0);
    expect(run.stderr().includes(`--as-of: ${time} is in the future`)).toBe(isRefused);
  });

  test('models show: what is known of a version, its records among it', async () => {
    const show = async () =>
      versionDetails({
        records: [entry(), entry({ seq: 3, action: 'reject', alias: 'challenger', from: '3', to: null })],
      });
    const { stdout } = await runOnCatalogue(['models', 'show', 'two-tower@champion'], { show });
    expect(stdout()).toContain('two-tower/3\n  aliases     champion\n  verdict     promoted\n');
    expect(stdout()).toContain('  trained by  sweep-0123456789/trial-002\n');
    expect(stdout()).toContain(
      '  #2  2026-11-30 10:00:00 UTC  promote  champion 9 → 12\n      ana: better for new users\n',
    );
    expect(stdout()).toContain('  #3  2026-11-30 10:00:00 UTC  reject  version 3\n      ana: better for new users\n');
    expect(stdout()).toContain(
      '  http://127.0.0.1:5000/#/experiments/1/runs/3\n  http://127.0.0.1:5000/#/experiments/1/runs/3/artifacts/gate.html\n',
    );
  });

  test('models show: what the gate would have said of a version that was made champion by hand', async () => {
    const gateByHand = 'would have been rejected because the lower end -0.1200 of the interval is not above 0.0000';
    const show = async () => versionDetails({ gateByHand });
    const text = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show });
    expect(text.stdout()).toContain(
      'Made champion by hand: what the gate would have said\n  would have been rejected because',
    );
    expect(jsonOf(await runOnCatalogue(['models', 'show', 'two-tower/3', '--json'], { show }))).toMatchObject({
      gate_by_hand: gateByHand,
    });
    const none = await runOnCatalogue(['models', 'show', 'two-tower/3'], { show: async () => versionDetails() });
    expect(none.stdout()).not.toContain('by hand');
  });

  test.each([['two-tower@champion'], ['two-tower/3'], ['two-tower', '--as-of', '2026-11-01']])(
    'show %s: a version of a model, as models show',
    async (...args) => {
      const asked: unknown[] = [];
      const show = async ({ reference }: { readonly reference: string }) => {
        asked.push(reference);
        return versionDetails();
      };
      const run = await runOnCatalogue(['show', ...args, '--json'], { show });
      expect(asked).toEqual([args[0]]);
      expect(jsonOf(run)).toMatchObject({ name: 'two-tower', version: '3', experiment_id: 'sweep-0123456789' });
    },
  );

  test('models history: records oldest first; a broken one is named, and what was read is shown', async () => {
    const history = async () => ({
      name: 'two-tower',
      entries: [entry()],
      broken: { seq: 3, reason: 'is missing' },
      notes: [],
    });
    const text = await runOnCatalogue(['models', 'history', 'two-tower'], { history });
    expect(text.stdout()).toBe(
      '#2  2026-11-30 10:00:00 UTC  promote  champion 9 → 12\n    ana: better for new users\n',
    );
    expect(text.stderr()).toContain('warning: record 3 is missing');
    const json = jsonOf(await runOnCatalogue(['models', 'history', 'two-tower', '--json'], { history }));
    expect(json).toEqual({ name: 'two-tower', entries: [entry()], intact: false });
  });

  test('models history: an answer to a question is told from a move that nobody was asked about', async () => {
    const answer = (kind: string, change: Partial<LedgerEntry>) => entry({ ...change, request: `ana/${kind}/1` });
    const entries = [
      answer('approve', { seq: 1 }),
      answer('reject', { seq: 2, action: 'reject', alias: 'challenger', from: '3', to: null }),
      answer('promote', { seq: 3 }),
      answer('ab', { seq: 4, action: 'challenge', alias: 'challenger', from: null, to: '4' }),
      answer('ab', { seq: 5, action: 'challenge', alias: 'challenger', from: '4', to: '4' }),
    ];
    const run = await runOnCatalogue(['models', 'history', 'two-tower'], {
      history: async () => ({ name: 'two-tower', entries, broken: null, notes: [] }),
    });
    const heads = run
      .stdout()
      .split('\n')
      .filter((line) => line.startsWith('#'));
    expect(heads.map((line) => line.slice('#1  2026-11-30 10:00:00 UTC  '.length))).toEqual([
      'promote (approved)  champion 9 → 12',
      'reject (turned down)  version 3',
      'promote  champion 9 → 12',
      'challenge  challenger none → 4',
      'challenge  challenger 4 already',
    ]);
  });

  test('models verify: what is broken is named on stderr, with exit code 65', async () => {
    const verification = {
      ...{ name: 'two-tower', records: 2, broken: null, aliases: { champion: '2', challenger: null, previous: null } },
      versions: [{ version: '2', aliases: ['champion'], problem: null }],
      problems: [],
      notes: [],
      ledgerChampion: { version: '1' },
      deletedQuestion: null,
      unchecked: 0,
    };
    const verify = (change: object) =>
      runOnCatalogue(['models', 'verify', 'two-tower', '--yes'], {
        verify: async () => ({ ...verification, ...change }),
      });
    const whole = await verify({});
    expect([whole.exitCode, whole.stdout()]).toEqual([0, 'ledger: 2 records, intact\nversion 2 (champion): intact\n']);
    expect(whole.stderr()).toContain('note: champion is 2, but 1 by the ledger');
    const broken = await verify({ broken: { seq: 2, reason: 'is missing' }, notes: [] });
    expect([broken.exitCode, broken.stderr()]).toEqual([
      65,
      expect.stringContaining('error: ledger of two-tower: record 2 is missing\n'),
    ]);
    const beside = await verify({ problems: ['gate.json of run r is missing'], notes: ['looks.json is older'] });
    expect([beside.exitCode, beside.stderr()]).toEqual([
      65,
      expect.stringContaining('error: ledger of two-tower: gate.json of run r is missing\n'),
    ]);
    expect(beside.stderr()).toContain('note: looks.json is older\n');
    const restore = 'hint: Restore these artifacts in MLflow from a backup.\n';
    expect(beside.stderr()).toContain(restore);
    const deletedQuestion = 'Version 3 awaited approval and was deleted';
    const nothing = { records: 0, ledgerChampion: { version: '2' } };
    const open = await verify({ ...nothing, problems: [deletedQuestion], deletedQuestion, unchecked: 3 });
    expect([open.exitCode, open.stdout()]).toEqual([65, 'ledger: no records yet\nversion 2 (champion): intact\n']);
    expect(open.stderr()).toBe(
      [
        'note: 3 versions without the alias champion, challenger or previous not checked (--all)',
        `error: ledger of two-tower: ${deletedQuestion}`,
        'hint: `tt-exp reject two-tower --reason …` settles the open question.',
        '',
      ].join('\n'),
    );
    const both = await verify({ problems: [deletedQuestion, 'gate.json of run r is missing'], deletedQuestion });
    expect(both.stderr()).toContain(restore);
    expect((await verify({ records: 0, ledgerChampion: null, unchecked: 1 })).stdout()).toMatch(/^no ledger yet\n/);
    const file = await verify({ versions: [{ version: '2', aliases: [], problem: 'run r has no artifact model/' }] });
    expect([file.exitCode, file.stderr()]).toEqual([
      65,
      expect.stringContaining('error: two-tower/2: run r has no artifact model/\n'),
    ]);
  });

  test('models pull: needs a folder, and says how to go on', async () => {
    const none = await runOnCatalogue(['models', 'pull', 'two-tower'], {});
    expect([none.exitCode, none.stderr()]).toEqual([64, expect.stringContaining('--to <folder>')]);
    const pulled = { name: 'two-tower', version: '3', runId: 'r', isEncoderVerified: true };
    const pull = async ({ folder }: { readonly folder: string }) => ({ ...pulled, folder });
    const { stdout } = await runOnCatalogue(['models', 'pull', 'two-tower', '--to', '/tmp/copy'], { pull });
    expect(stdout()).toBe(
      'two-tower/3 in /tmp/copy, every file verified\nevaluate it: tt-exp evaluate --model /tmp/copy\n',
    );
    const older = { pull: async () => ({ ...pulled, isEncoderVerified: false, folder: '/tmp/copy' }) };
    const old = await runOnCatalogue(['models', 'pull', 'two-tower', '--to', '/tmp/copy'], older);
    expect(old.stdout()).toContain(
      "/tmp/copy, every file verified but encoder.json: its encoder's digest was not recorded\n",
    );
    const json = await runOnCatalogue(['models', 'pull', 'two-tower', '--to', '/tmp/copy', '--json'], older);
    expect(JSON.parse(json.stdout())).toMatchObject({ folder: '/tmp/copy', encoder_verified: false });
  });
});
