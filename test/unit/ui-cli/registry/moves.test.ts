import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { LedgerEntry } from '../../../../contracts/ledger.ts';
import type { PlannedMove } from '../../../../contracts/model-catalogue.ts';
import type { OnlineExperiment } from '../../../../contracts/online-experiment.ts';
import type { Aliases, RegistryRequest } from '../../../../contracts/registry-owner.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { PlatformRuntime } from '../../../../ui-cli/platform/platform-runtime.ts';
import { fakeCatalogue, runOnCatalogue } from '../../../support/fake-cli/fake-catalogue.ts';
import { createFakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';
import { onlineExperiment } from '../../../support/online-experiments.ts';

const ALIASES = { champion: '2', challenger: null, previous: '1' };

const REJECTED = { decision: 'rejected', reasons: ['NDCG@10 fell by 0.02'] };
const PASSED = { decision: 'promoted', reasons: ['NDCG@10 rose by 0.02'] };

const planned = (change: Partial<PlannedMove> = {}): PlannedMove => ({
  ...{
    name: 'two-tower',
    version: '3',
    aliases: ALIASES,
    verdict: 'rejected',
    reasons: ['NDCG@10 fell by 0.02'],
    decidedBy: null,
  },
  gateWord: REJECTED,
  ...{ evidence: { run_id: 'run-3', ndcg_at_10: 0.4 }, gate: null, bundle: 'b'.repeat(64), problem: null, notes: [] },
  ...change,
});

const entryOf = (request: RegistryRequest, move: Pick<LedgerEntry, 'alias' | 'from' | 'to'>): LedgerEntry => ({
  ...{ seq: 7, at: '2026-11-30T12:00:00.000Z', actor: request.actor, action: 'promote', reason: request.reason },
  ...{ evidence: {}, request: request.request, previous_digest: null, digest: 'd'.repeat(64) },
  ...move,
});

interface Answer {
  readonly move?: Pick<LedgerEntry, 'alias' | 'from' | 'to'>;
  readonly error?: TtExpError;
}

/** Services with one owner, who says what a test gives. */
const owners = ({ move, error }: Answer) => {
  const asked: (readonly [string, RegistryRequest])[] = [];
  const openPlatform = async () => ({
    close: async () => undefined,
    registry: {
      ask: async (name: string, request: RegistryRequest) => {
        asked.push([name, request]);
        if (error !== undefined) {
          throw error;
        }
        const entry = move === undefined ? null : entryOf(request, move);
        return { kind: 'done', entry, aliases: { ...ALIASES, champion: move?.to ?? ALIASES.champion } };
      },
    },
  });
  return { asked, openPlatform: openPlatform as unknown as PlatformRuntime['openPlatform'] };
};

const PROMOTE = ['models', 'promote', 'two-tower/3', '--reason', 'better for new users'];
const PROMOTED = { move: { alias: 'champion', from: '2', to: '3' } } as const;

describe('ui-cli/registry', () => {
  test('models promote: says what moves and that the gate was against it, and asks the owner with what it rests on', async () => {
    const { asked, openPlatform } = owners(PROMOTED);
    const run = await runOnCatalogue([...PROMOTE, '--yes'], { plan: async () => planned() }, { openPlatform });
    expect(run.exitCode).toBe(0);
    expect(run.stderr()).toBe(
      'two-tower: champion from version 2 to version 3\nwarning: the gate rejected it:\n  NDCG@10 fell by 0.02\n',
    );
    expect(run.stdout()).toBe(
      'two-tower: champion from version 2 to version 3, record 7 of its ledger\ntwo-tower: champion 3, previous 1\n',
    );
    expect(asked).toMatchObject([
      [
        'two-tower',
        {
          ...{ kind: 'promote', candidate: '3', comparedWith: '2', supersedes: false },
          ...{ actor: 'tester', reason: 'better for new users' },
          evidence: { run_id: 'run-3', ndcg_at_10: 0.4, compared_with: null, champion_at_request: '2' },
        },
      ],
    ]);
  });

  test.each([
    [null, 'warning: no gate has judged it\n'],
    [REJECTED, 'warning: the gate rejected it:\n  NDCG@10 fell by 0.02\n'],
    [PASSED, 'what the gate had said:\n  NDCG@10 rose by 0.02\n'],
  ])(
    'models promote: says since when an experiment online tries it, with the word of the gate %j',
    async (gateWord, told) => {
      const { openPlatform } = owners(PROMOTED);
      const plan = async () => planned({ verdict: 'none', challengerSince: '2026-11-30T12:00:00.000Z', gateWord });
      const { stderr } = await runOnCatalogue([...PROMOTE, '--yes'], { plan }, { openPlatform });
      expect(stderr()).toContain(`note: it is challenger since 2026-11-30, by an experiment online\n${told}`);
    },
  );

  test.each([
    [
      { verdict: 'superseded', decidedBy: 'root', reasons: ['by hand'] },
      'warning: the gate rejected it:\n  NDCG@10 fell',
    ],
    [{ verdict: 'unknown', reasons: [] }, 'warning: the gate rejected it:\n  NDCG@10 fell'],
    [{ verdict: 'superseded', gateWord: null }, 'warning: no gate has judged it\n'],
  ] as const)(
    'models promote: says what the gate had said whatever was moved by hand since: %j',
    async (change, told) => {
      const { openPlatform } = owners(PROMOTED);
      const { stderr } = await runOnCatalogue(
        [...PROMOTE, '--yes'],
        { plan: async () => planned(change) },
        { openPlatform },
      );
      expect(stderr()).toContain(`two-tower: champion from version 2 to version 3\n${told}`);
    },
  );

  test('models promote: the record names what the verdict compared with, and the champion beside it', async () => {
    const { asked, openPlatform } = owners(PROMOTED);
    const plan = async () => planned({ gate: comparedVerdict({ compared_with: '1' }) });
    await runOnCatalogue([...PROMOTE, '--yes'], { plan }, { openPlatform });
    expect(asked).toMatchObject([['two-tower', { evidence: { compared_with: '1', champion_at_request: '2' } }]]);
  });

  test('models promote --json: the move', async () => {
    const { openPlatform } = owners(PROMOTED);
    const run = await runOnCatalogue(
      [...PROMOTE, '--yes', '--json'],
      { plan: async () => planned() },
      { openPlatform },
    );
    expect(jsonOf(run)).toEqual({
      ...{ name: 'two-tower', alias: 'champion', from: '2', to: '3', seq: 7, digest: 'd'.repeat(64) },
    });
  });

  test('a move whose result stdout does not take is told on stderr: it was made', async () => {
    const { asked, openPlatform } = owners(PROMOTED);
    const { io } = createFakeRuntime().runtime;
    let told = '';
    io.stderr.on('data', (text: string) => {
      told += text;
    });
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(full) }) as unknown as NodeJS.WriteStream;
    const run = await runOnCatalogue(
      [...PROMOTE, '--yes', '--json'],
      { plan: async () => planned() },
      { openPlatform, io: { ...io, stdout } },
    );
    expect([run.exitCode, asked.length]).toEqual([1, 1]);
    expect(told).toContain(
      'two-tower: champion from version 2 to version 3, record 7 of its ledger\n' +
        'two-tower: champion 3, previous 1\nerror: stdout: no space left (ENOSPC',
    );
  });

  test('models rollback and archive: what the owner is asked', async () => {
    const back = owners({ move: { alias: 'champion', from: '2', to: '1' } });
    const aliases = async () => ALIASES;
    const plan = async () => planned({ version: '1', verdict: 'superseded', gateWord: PASSED });
    const rolled = await runOnCatalogue(
      ['models', 'rollback', 'two-tower', '--reason', 'complaints', '--yes'],
      { aliases, plan },
      { openPlatform: back.openPlatform },
    );
    expect(rolled.stderr()).toBe('two-tower: champion from version 2 back to version 1\n');
    const asked = { kind: 'rollback', comparedWith: '2', reason: 'complaints' };
    expect(back.asked).toMatchObject([['two-tower', { ...asked, evidence: { champion_at_request: '2' } }]]);
    expect(back.asked[0]?.[1].evidence).not.toHaveProperty('compared_with');
    const out = owners({ move: { alias: null, from: '3', to: null } });
    const archived = await runOnCatalogue(
      ['models', 'archive', 'two-tower/3', '--yes'],
      { plan: async () => planned() },
      { openPlatform: out.openPlatform },
    );
    expect(archived.stdout()).toContain('two-tower: version 3 out of use, record 7 of its ledger\n');
    expect(out.asked).toMatchObject([['two-tower', { kind: 'archive', version: '3', reason: 'no reason given' }]]);
  });

  describe('what else a move changes', () => {
    const BEFORE = { champion: '1', challenger: '2', previous: '2' };
    const ONLINE = onlineExperiment({
      champion: { version: '1', run_id: 'run-1' },
      challenger: { version: '2', run_id: 'run-2' },
    });
    const ARCHIVED = { champion: '1', challenger: null, previous: '3' };
    const made = async (args: readonly string[], after: Aliases | null, online: OnlineExperiment | Error | null) => {
      const openPlatform = async () => ({
        close: async () => undefined,
        registry: {
          ask: async (_name: string, request: RegistryRequest) => {
            const isArchival = request.kind === 'archive';
            const entry = entryOf(request, isArchival ? ARCHIVE : { alias: 'champion', from: '1', to: '2' });
            return { kind: 'done', entry, aliases: after ?? ARCHIVED };
          },
        },
      });
      const definedOnline = async () => {
        if (online instanceof Error) {
          throw online;
        }
        return online;
      };
      return runOnCatalogue(
        [...args, '--reason', 'why', '--yes'],
        {
          plan: async () => planned({ version: '2', aliases: BEFORE, gateWord: PASSED, verdict: 'superseded' }),
          foreseeMove: async () => ({ before: BEFORE, after }),
        },
        { columns: 200, openPlatform: openPlatform as unknown as PlatformRuntime['openPlatform'], definedOnline },
      );
    };
    const ARCHIVE = { alias: null, from: '2', to: null };
    const OUT = ['models', 'archive', 'two-tower/2'];
    const TRIES = 'it tries version 2 beside champion version 1';

    test('models archive: which aliases move and that the experiment becomes void, before and after', async () => {
      const { stdout, stderr } = await made(OUT, ARCHIVED, ONLINE);
      const moves = 'two-tower: challenger 2 → none, previous 2 → 3\n';
      expect(stderr()).toBe(
        'two-tower: version 2 out of use: it cannot become champion or previous any more\n' +
          `${moves}warning: the experiment online ab-1 becomes void: ${TRIES.replace(' champion', '\nchampion')}\n`,
      );
      expect(stdout()).toBe(
        `two-tower: version 2 out of use, record 7 of its ledger\n${moves}` +
          `two-tower: champion 1, previous 3\ntwo-tower: the experiment online ab-1 is void: ${TRIES}\n`,
      );
    });

    test('models promote: of the challenger that is tried', async () => {
      const { stdout, stderr } = await made(
        ['models', 'promote', 'two-tower/2'],
        { champion: '2', challenger: null, previous: '1' },
        ONLINE,
      );
      expect(stderr()).toContain('two-tower: challenger 2 → none, previous 2 → 1\n');
      expect(stderr()).toContain(
        `warning: the experiment online ab-1 becomes void: ${TRIES.replace(' champion', '\nchampion')}\n`,
      );
      expect(stdout()).toContain(`the experiment online ab-1 is void: ${TRIES}\n`);
    });

    test('nothing is said of an experiment that goes on, is void already, or is not there', async () => {
      const others = [
        await made(OUT, { ...BEFORE, previous: '3' }, ONLINE),
        await made(OUT, ARCHIVED, onlineExperiment()),
        await made(OUT, ARCHIVED, null),
      ];
      expect(others.map(({ stdout, stderr }) => `${stdout()}${stderr()}`).join()).not.toContain('void');
    });

    test('where only the owner can tell, the result does; a definition that cannot be read stops nobody', async () => {
      const late = await made(OUT, null, ONLINE);
      expect([late.stderr(), late.stdout()]).toEqual([
        'two-tower: version 2 out of use: it cannot become champion or previous any more\n',
        expect.stringContaining('the experiment online ab-1 is void'),
      ]);
      const unread = await made(OUT, ARCHIVED, new TtExpError('CONFIG_INVALID', 'the definition is none'));
      expect([unread.exitCode, unread.stderr()]).toEqual([
        0,
        expect.stringContaining(
          'warning: whether an experiment online becomes void cannot be told: the\ndefinition is none',
        ),
      ]);
    });
  });

  test('models archive: says that it rejects what awaits approval', async () => {
    const { openPlatform } = owners({ move: { alias: null, from: '3', to: null } });
    const plan = async () => planned({ verdict: 'awaiting_approval' });
    const run = await runOnCatalogue(['models', 'archive', 'two-tower/3', '--yes'], { plan }, { openPlatform });
    expect(run.stderr()).toContain('warning: it awaits approval: archiving it rejects it\n');
  });

  test.each([PROMOTE, ['models', 'rollback', 'two-tower', '--reason', 'complaints']])(
    'a version without files is not made champion: %s %s',
    async (...argv) => {
      const { asked, openPlatform } = owners(PROMOTED);
      const plan = async () => planned({ version: '1', problem: 'its run run-1 has no artifact model/manifest.json' });
      const run = await runOnCatalogue([...argv, '--yes'], { aliases: async () => ALIASES, plan }, { openPlatform });
      expect(run.exitCode).toBe(66);
      expect(run.stderr()).toMatch(
        /^error: Model not loading: two-tower\/1: its run run-1 has no artifact model\/manifest\.json\nhint: .*\n$/,
      );
      expect(asked).toEqual([]);
    },
  );

  test('a move that the owner refuses ends with 1 and the reason', async () => {
    const error = new TtExpError('MOVE_REFUSED', 'model two-tower: version 4 is champion by now', {
      hint: 'Ask again.',
    });
    const { openPlatform } = owners({ error });
    const run = await runOnCatalogue(
      [...PROMOTE, '--yes'],
      { plan: async () => planned({ verdict: 'none', gateWord: null }) },
      { openPlatform },
    );
    expect([run.exitCode, run.stdout()]).toEqual([1, '']);
    expect(run.stderr()).toBe(
      'two-tower: champion from version 2 to version 3\nwarning: no gate has judged it\n' +
        'error: model two-tower: version 4 is champion by now\nhint: Ask again.\n',
    );
  });

  test('what the owner would refuse is neither announced nor asked', async () => {
    const { asked, openPlatform } = owners(PROMOTED);
    const foreseeMove = async () => {
      throw new TtExpError('MOVE_REFUSED', 'model two-tower: Version 3 is archived.', { hint: 'Promote another.' });
    };
    const run = await runOnCatalogue(
      [...PROMOTE, '--yes'],
      { plan: async () => planned(), foreseeMove },
      { openPlatform },
    );
    expect([run.exitCode, run.stdout(), asked]).toEqual([1, '', []]);
    expect(run.stderr()).toBe('error: model two-tower: Version 3 is archived.\nhint: Promote another.\n');
  });

  test.each([
    ['promote', PROMOTE],
    ['rollback', ['models', 'rollback', 'two-tower', '--reason', 'back']],
  ])('%s: that a version is not blessed is said before somebody agrees', async (_, args) => {
    const { openPlatform } = owners(PROMOTED);
    const catalogue = { plan: async () => planned({ bundle: null }), aliases: async () => ALIASES };
    const { stderr } = await runOnCatalogue([...args, '--yes'], catalogue, { openPlatform });
    expect(stderr()).toContain('warning: it is not blessed: no server was asked whether it answers as');
  });

  test('a person who rejected it is named, not the gate', async () => {
    const { openPlatform } = owners(PROMOTED);
    const plan = async () =>
      planned({
        ...{ decidedBy: 'ana', reasons: ['unfair to new users'] },
        gateWord: { decision: 'awaiting_approval', reasons: ['NDCG@10 rose by 0.02'] },
      });
    const run = await runOnCatalogue([...PROMOTE, '--yes'], { plan }, { openPlatform });
    expect(run.stderr()).toContain('warning: ana rejected it:\n  unfair to new users\n');
  });

  test('what is so already is no error, and no record', async () => {
    const { openPlatform } = owners({});
    const run = await runOnCatalogue(
      [...PROMOTE, '--yes', '--json'],
      { plan: async () => planned({ version: '2' }), foreseeMove: async () => null },
      { openPlatform },
    );
    expect(run.stderr()).toBe('');
    expect([run.exitCode, jsonOf(run)]).toEqual([
      0,
      { name: 'two-tower', alias: 'champion', from: '2', to: '2', seq: null, digest: null },
    ]);
  });

  test('without a terminal and without --yes nothing is asked of anybody', async () => {
    const run = await runOnCatalogue(PROMOTE, {});
    expect([run.exitCode, run.stderr()]).toEqual([
      64,
      'error: tt-exp: nobody can be asked, because this is no terminal\nhint: Add --yes to do it without a question.\n',
    ]);
  });

  test.each([
    ['promote', 'two-tower/3'],
    ['rollback', 'two-tower'],
  ])('models %s: a reason must be given', async (command, argument) => {
    const run = await runOnCatalogue(['models', command, argument, '--yes'], {});
    expect([run.exitCode, run.stderr()]).toEqual([64, expect.stringContaining('--reason <text>')]);
  });

  test.each([' ', '\u200b\u2060', '\u3164'])('a reason that shows nothing is none: %j', async (reason) => {
    const run = await runOnCatalogue(['models', 'archive', 'two-tower/3', '--reason', reason, '--yes'], {});
    expect([run.exitCode, run.stderr()]).toEqual([
      64,
      expect.stringContaining(`--reason: got "${reason}", expected a text that can be read`),
    ]);
  });

  test.each([
    ['y\n', 0, 1],
    ['Yes\n', 0, 1],
    ['n\n', 1, 0],
    ['\n', 1, 0],
    ['yesterday\n', 1, 0],
    [null, 1, 0],
  ])('on a terminal the answer %j decides', async (answer, exitCode, moves) => {
    const { asked, openPlatform } = owners(PROMOTED);
    const fake = createFakeRuntime({ openPlatform, ...fakeCatalogue({ plan: async () => planned() }) });
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const runtime = { ...fake.runtime, io: { ...fake.runtime.io, stdin: stdin as unknown as NodeJS.ReadStream } };
    const running = runCli(PROMOTE, { ...runtime, openPlatform, openCatalogue: fake.runtime.openCatalogue });
    stdin.end(answer ?? '');
    expect(await running).toBe(exitCode);
    await settle();
    expect(asked.length).toBe(moves);
    expect(fake.stderr()).toContain('Do it? [y/N] ');
    expect(fake.stderr().includes('nothing was moved')).toBe(moves === 0);
  });

  test('a champion that was moved by hand is recorded before anything is shown', async () => {
    const { asked, openPlatform } = owners(PROMOTED);
    const run = await runOnCatalogue(
      ['models', 'history', 'two-tower'],
      {
        movedByHand: async () => ['two-tower'],
        history: async (name) => {
          const request = asked.at(-1)?.[1];
          const move = { alias: 'champion', from: '2', to: '3' } as const;
          const entries = request === undefined ? [] : [{ ...entryOf(request, move), reason: 'ana had archived it' }];
          return { name, entries, broken: null, notes: [] };
        },
      },
      { openPlatform },
    );
    expect(asked).toMatchObject([['two-tower', { kind: 'reconcile', actor: 'tester' }]]);
    expect([run.exitCode, run.stderr()]).toEqual([
      0,
      'note: two-tower: the champion was moved by hand in MLflow; it is version 3 now\n  ana had archived it\n',
    ]);
  });

  test('where its owner cannot be asked, that is said, and the model is shown all the same', async () => {
    const { openPlatform } = owners({ error: new TtExpError('SERVICE_UNREACHABLE', 'Temporal is not running') });
    const run = await runOnCatalogue(
      ['models', 'history', 'two-tower'],
      {
        movedByHand: async () => ['two-tower'],
        history: async (name) => ({ name, entries: [], broken: null, notes: [] }),
      },
      { openPlatform },
    );
    expect([run.exitCode, run.stdout()]).toEqual([0, expect.stringContaining('two-tower has no ledger yet')]);
    expect(run.stderr()).toContain(
      'moved by hand in MLflow, which is not in the ledger yet: Temporal is not running\n',
    );
  });
});
