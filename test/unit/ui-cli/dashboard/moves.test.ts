/** Moving a model's champion from the full screen: what is asked, what is refused, and what the owner is sent. */
import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ModelVerification, PlannedMove } from '../../../../contracts/model-catalogue.ts';
import type { OpenQuestion, RegistryRequest } from '../../../../contracts/registry-owner.ts';
import type { Action } from '../../../../ui-cli/dashboard/core/actions.ts';
import { perform } from '../../../../ui-cli/dashboard/program/perform.ts';
import type { Sources } from '../../../../ui-cli/dashboard/program/sources.ts';
import type { ModelCatalogue } from '../../../../ui-cli/registry/registry-runtime.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';
import { catalogueModel, catalogueVersion, NOW_MS } from '../../../support/fake-cli/fake-catalogue.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';

const ALIASES = { champion: '2', challenger: '3', previous: '1' };

const MODEL = catalogueModel({
  aliases: ALIASES,
  versions: [catalogueVersion('3'), catalogueVersion('2', { aliases: ['champion'] }), catalogueVersion('1')],
});

const FORESEEN = { before: ALIASES, after: { champion: '3', challenger: null, previous: '2' } };

const planned = (version: string, change: Partial<PlannedMove> = {}): PlannedMove => ({
  ...{ name: 'two-tower', version, aliases: ALIASES, verdict: 'rejected', decidedBy: null },
  ...{
    reasons: ['NDCG@10 fell by 0.02'],
    gateWord: { decision: 'rejected', reasons: ['NDCG@10 fell by 0.02'] },
    evidence: { run_id: `run-${version}` },
    gate: null,
    bundle: 'b'.repeat(64),
    problem: null,
    notes: [],
  },
  ...change,
});

interface World {
  readonly catalogue?: Partial<ModelCatalogue>;
  /** Of the owner; undefined: it moves. */
  readonly refusal?: TtExpError;
}

/** Services that do what a test says. */
const worldOf = ({ catalogue, refusal }: World = {}) => {
  const asked: (readonly [string, RegistryRequest])[] = [];
  const models: Partial<ModelCatalogue> = {
    plan: async (reference) => planned(reference.split('/')[1] ?? ''),
    aliases: async () => ALIASES,
    foreseeMove: async () => FORESEEN,
    ...catalogue,
  };
  const registry = {
    ask: async (name: string, request: RegistryRequest) => {
      asked.push([name, request]);
      if (refusal !== undefined) {
        throw refusal;
      }
      const entry = { alias: 'champion', from: '2', to: '3', seq: 7, digest: 'd' };
      return { kind: 'done', entry, aliases: { champion: '3', challenger: null, previous: '2' } };
    },
  };
  const use =
    (connection: object) =>
    <Result>(work: (opened: never) => Promise<Result>): Promise<Result> =>
      work(connection as never);
  const sources = { platform: { use: use({ registry }) }, catalogue: { use: use(models) } } as unknown as Sources;
  const { runtime } = createFakeRuntime({ definedOnline: async () => null });
  return { asked, carryOut: (action: Action) => perform(runtime, sources, action) };
};

const openModel = (): DrivenDashboard =>
  driveDashboard({ screen: 'model', name: 'two-tower' }, { nowMs: NOW_MS }).answer('models', '', [MODEL]);

const actionOf = ({ effects }: DrivenDashboard): Action => {
  const [effect] = effects;
  if (effect?.kind !== 'act') {
    throw new Error('nothing was to be done');
  }
  return effect.action;
};

/** Presses a key, lets the program do it, and hands the outcome back. */
const doKey = async (dashboard: DrivenDashboard, key: string, world: World = {}) => {
  const pressed = dashboard.press(key);
  const action = actionOf(pressed);
  const outcome = await worldOf(world).carryOut(action);
  return pressed.send({ kind: 'done', action, outcome });
};

describe('ui-cli/dashboard: moves', () => {
  it('a promotion says what moves and what speaks against it, asks why, then for the word, then asks the owner', async () => {
    const asking = await doKey(openModel(), 'P');
    expect(asking.lines().slice(-6, -1)).toEqual([
      'two-tower: champion from version 2 to version 3?',
      'two-tower: challenger 3 → none, previous 1 → 2',
      'warning: the gate rejected it:',
      '  NDCG@10 fell by 0.02',
      'reason:',
    ]);
    expect(asking.press('enter').text()).toContain('It needs a reason.');
    expect(asking.press('\u200b', 'enter').text()).toContain('It needs a reason.');
    const reasoned = asking.press(...'new', 'space', ...'users', 'enter');
    expect(reasoned.lines().slice(-4, -1)).toEqual([
      'warning: the gate rejected it:',
      '  NDCG@10 fell by 0.02',
      'two-tower: champion from version 2 to version 3? Type promote:',
    ]);
    expect(reasoned.press(...'prom', 'enter').effects).toEqual([]);
    const sent = reasoned.press(...'promote', 'enter');
    const world = worldOf();
    const outcome = await world.carryOut(actionOf(sent));
    expect(world.asked).toMatchObject([
      ['two-tower', { kind: 'promote', candidate: '3', comparedWith: '2', reason: 'new users', actor: 'tester' }],
    ]);
    const done = sent.send({ kind: 'done', action: actionOf(sent), outcome });
    expect(done.text()).toContain('two-tower: champion from version 2 to version 3, record 7 of its ledger');
    expect(done.press('y').text()).toContain("tt-exp models promote two-tower/3 --reason 'new users'");
  });

  it('the target is that of the moment when it was asked, and the owner refuses where the champion changed meanwhile', async () => {
    const asking = await doKey(openModel(), 'P');
    const changed = asking.answer('models', '', [{ ...MODEL, aliases: { ...ALIASES, champion: '4' } }]);
    const sent = changed.press(...'why', 'enter', ...'promote', 'enter');
    const action = actionOf(sent);
    const refusal = new TtExpError('MOVE_REFUSED', 'model two-tower: version 4 is champion by now');
    const world = worldOf({ refusal });
    await expect(world.carryOut(action)).rejects.toThrow('version 4 is champion by now');
    expect(world.asked).toMatchObject([['two-tower', { candidate: '3', comparedWith: '2' }]]);
  });

  it('a rollback names where it leads; where that has changed, the owner is not asked', async () => {
    const asking = await doKey(openModel(), 'R');
    expect(asking.text()).toContain('two-tower: champion from version 2 back to version 1?');
    const action = actionOf(asking.press(...'why', 'enter', ...'rollback', 'enter'));
    const world = worldOf({ catalogue: { aliases: async () => ({ ...ALIASES, previous: null }) } });
    await expect(world.carryOut(action)).rejects.toThrow('none is previous by now, not version 1');
    expect(world.asked).toEqual([]);
    const willing = worldOf();
    await willing.carryOut(action);
    expect(willing.asked).toMatchObject([['two-tower', { kind: 'rollback', comparedWith: '2', reason: 'why' }]]);
  });

  it('an archival is of the version under the cursor', async () => {
    const asking = await doKey(openModel().press('down', 'down'), 'D');
    expect(asking.text()).toContain('version 1 out of use: it cannot become champion or');
    const sent = asking.press(...'why', 'enter', ...'archive', 'enter');
    expect(sent.press('y').text()).toContain('tt-exp models archive two-tower/1 --reason why');
  });

  it('what would be refused is not asked, and what is so already needs no answer', async () => {
    const pressed = openModel().press('P');
    const refused = worldOf({
      catalogue: {
        foreseeMove: async () => {
          throw new TtExpError('MOVE_REFUSED', 'model two-tower: Version 3 is out of use');
        },
      },
    });
    await expect(refused.carryOut(actionOf(pressed))).rejects.toThrow('Version 3 is out of use');
    const same = await doKey(openModel(), 'P', { catalogue: { foreseeMove: async () => null } });
    expect(same.lines().at(-2)).toBe('two-tower: nothing to do: it is so already');
    expect(same.state.overlay.kind).toBe('none');
  });

  it('whoever did not wait for the plan is not asked in the middle of something else', async () => {
    const pressed = openModel().press('P');
    const action = actionOf(pressed);
    const outcome = await worldOf().carryOut(action);
    const left = pressed.press('escape', ':', 's').send({ kind: 'done', action, outcome });
    expect(left.lines().at(-2)).toBe(':s');
  });

  it('an open question is answered for its own experiment; without one the keys do nothing', () => {
    const question = { candidate: '3', experimentId: 'sweep-0123456789', askedAtMs: NOW_MS, expiresAtMs: null };
    const asking = openModel().answer('question', 'two-tower', { open: question as OpenQuestion });
    expect(asking.lines().at(-1)).toMatch(/a approve {2}A reject {2}P promote.* {2}\? help.* {2}q leave$/);
    const approve = asking.press('a');
    expect(approve.text()).toContain('two-tower: champion from version 2 to version 3?');
    const sent = approve.press(...'fine', 'enter', ...'approve', 'enter');
    expect(actionOf(sent)).toEqual({ kind: 'approve', experimentId: 'sweep-0123456789', reason: 'fine' });
    expect(asking.press('A').text()).toContain('two-tower: version 3 stays out?');
    expect(openModel().press('a').state.overlay.kind).toBe('none');
    // On the page of another version.
    expect(asking.press('down', 'enter', 'a').state.overlay.kind).toBe('none');
    expect(asking.press('enter', 'a').text()).toContain('to version 3?');
  });

  it('a verification is read on a page by whoever waits, and told in a line to whoever does not', async () => {
    const found: ModelVerification = {
      ...{ name: 'two-tower', records: 2, broken: null, problems: [], notes: [], aliases: ALIASES },
      ...{ deletedQuestion: null, unchecked: 0 },
      ...{ ledgerChampion: { version: '2' }, versions: [{ version: '2', aliases: ['champion'], problem: 'gone' }] },
    };
    const catalogue = { verify: async () => found };
    const page = await doKey(openModel(), 'V', { catalogue });
    expect(page.text()).toContain('ledger: 2 records, intact');
    expect(page.text()).toContain('error: two-tower/2: gone');
    expect(page.press('q').lines()[0]).toContain('models › two-tower');
    const left = openModel().press('V');
    const outcome = await worldOf({ catalogue }).carryOut(actionOf(left));
    const told = left.press('escape').send({ kind: 'done', action: actionOf(left), outcome });
    expect(told.lines().at(-2)).toBe('error: two-tower/2: gone');
  });

  it('read-only, models are verified and nothing else', () => {
    const still = driveDashboard({ screen: 'model', name: 'two-tower' }, { nowMs: NOW_MS, isReadOnly: true }).answer(
      'models',
      '',
      [MODEL],
    );
    expect(still.press('P', 'R', 'D', 'a', 'A').effects).toEqual([]);
    expect(still.press('V').effects).toHaveLength(1);
  });
});
