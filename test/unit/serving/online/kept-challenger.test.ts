import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ServedVersion } from '../../../../serving/follow/champion-source.ts';
import type { ServedBundle } from '../../../../serving/http/served-bundle.ts';
import { createDefinition, removeDefinition } from '../../../../serving/online/definition-file.ts';
import { createExperimentFollower } from '../../../../serving/online/follow-experiment.ts';
import { CHALLENGER_FILE, createKeptChallenger } from '../../../../serving/online/kept-challenger.ts';
import { onlineExperiment } from '../../../support/online-experiments.ts';
import { additionsToRelease } from '../../../support/released-additions.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const NO_SHAPE = { fields: [], takesText: false, embeddingDim: null };
const NOUNS = { user: 'developer', users: 'developers', item: 'startup', items: 'startups' };
const EXPERIMENT = onlineExperiment({
  champion: { version: '3', run_id: 'run 3' },
  challenger: { version: '4', run_id: 'run 4' },
});
const DIGEST = '4'.repeat(64);
const OTHER = '5'.repeat(64);

const bundleOf = (version: string, change: Partial<ServedBundle> = {}): ServedBundle => ({
  ...{ digest: version.repeat(64), model: 'two-tower', modelVersion: version, runId: `run ${version}`, nouns: NOUNS },
  ...{ userFields: [], itemFields: [], eventTypes: [], users: 1, items: 1, search: 'exact' },
  ...{ takes: { user: NO_SHAPE, item: NO_SHAPE }, hasTrained: () => false, additions: null, ...change },
  recommender: {
    recommend: () => expect.unreachable(),
    usersFor: () => expect.unreachable(),
    similarItems: () => expect.unreachable(),
  },
});

/** A home in which servers begin and end, and MLflow, as the test sets them. */
const createHome = async () => {
  const folder = await temporaryFolder();
  const home = {
    definition: join(folder, 'online-experiment.json'),
    pointer: join(folder, CHALLENGER_FILE),
    alias: { version: '4', runId: 'run 4' } as ServedVersion | null | 'down',
    /** What is in the home under a digest. */
    bundles: new Map([[DIGEST, (): ServedBundle => bundleOf('4')]]),
    /** How bundles were had: by their digest, or by their version with MLflow. */
    had: [] as string[],
    waits: [] as number[],
    messages: [] as string[],
    voided: [] as string[],
  };
  const startServer = () => {
    let stop = new AbortController();
    const log = (level: string, message: string): number => home.messages.push(`${level}: ${message}`);
    const load = async (digest: string): Promise<ServedBundle> => {
      home.had.push(digest);
      const open = home.bundles.get(digest);
      if (open === undefined) {
        throw new TtExpError('MODEL_NOT_LOADING', `${digest} is not whole`);
      }
      return open();
    };
    const follower = createExperimentFollower({
      ...{ definitionFile: home.definition, champion: () => bundleOf('3'), log },
      kept: createKeptChallenger(home.pointer, { load }, log),
      clock: { nowMs: () => 0, sleep: async () => stop.abort() },
      signal: {
        get aborted() {
          return stop.signal.aborted;
        },
      } as AbortSignal,
      onVoid: (_, why) => home.voided.push(why),
      source: {
        challenger: async (waitMs) => {
          home.waits.push(waitMs);
          if (home.alias === 'down') {
            throw new TtExpError('SERVICE_UNREACHABLE', 'no MLflow');
          }
          return home.alias;
        },
        bundleOf: async ({ version }) => {
          home.had.push(`version ${version}`);
          return bundleOf(version);
        },
      },
    });
    const look = async (): Promise<void> => {
      stop = new AbortController();
      await follower.follow();
    };
    const challenger = () => follower.running()?.bundles.challenger.digest ?? null;
    return { follower, look, challenger };
  };
  /** What a server has left that had MLflow's word. */
  await createDefinition(home.definition, EXPERIMENT);
  const before = startServer();
  await before.follower.begin();
  await before.look();
  expect(before.challenger()).toBe(DIGEST);
  home.had = [];
  home.waits = [];
  home.messages = [];
  return { home, startServer };
};

const WAITS = expect.stringContaining('MLflow cannot be asked for its challenger');

describe('online/kept-challenger', () => {
  it('begins with the bundle that was served, where MLflow cannot be asked, and goes on once it can', async () => {
    const { home, startServer } = await createHome();
    expect(JSON.parse(await readFile(home.pointer, 'utf8'))).toEqual({
      ...{ experiment_id: 'ab-1', version: '4', run_id: 'run 4', bundle: DIGEST },
    });
    home.alias = 'down';
    const { follower, look, challenger } = startServer();
    await follower.begin();
    expect([challenger(), follower.problem(), home.had]).toEqual([DIGEST, null, [DIGEST]]);
    // A server takes its first request within 1.5 s: an MLflow that hangs must leave time to open the bundle.
    expect(home.waits).toEqual([500]);
    expect(home.messages.join()).toContain('MLflow cannot be asked whether version 4 is still challenger');
    home.alias = { version: '4', runId: 'run 4', judgedBundle: DIGEST };
    await look();
    expect([challenger(), home.had, home.voided]).toEqual([DIGEST, [DIGEST], []]);
  });

  it('asks MLflow for the bundle where it answers', async () => {
    const { home, startServer } = await createHome();
    const { follower, challenger } = startServer();
    await follower.begin();
    expect([challenger(), home.had]).toEqual([DIGEST, ['version 4']]);
  });

  it('gives the champion to everybody once MLflow says that the challenger has moved, after a restart too', async () => {
    const { home, startServer } = await createHome();
    home.alias = 'down';
    const { follower, look, challenger } = startServer();
    await follower.begin();
    expect(challenger()).toBe(DIGEST);
    home.alias = { version: '4', runId: 'another run' };
    await look();
    expect([challenger(), home.voided]).toEqual([null, ['version 4 is not challenger any more']]);
    home.alias = 'down';
    const next = startServer();
    await next.follower.begin();
    const why = 'ab-1 is void, everybody gets the champion: version 4 is not challenger any more';
    expect([next.challenger(), next.follower.problem()]).toEqual([null, expect.stringContaining(why)]);
  });

  it('leaves the bundle where MLflow says that the gate has judged another', async () => {
    const { home, startServer } = await createHome();
    home.alias = 'down';
    const { follower, look, challenger } = startServer();
    await follower.begin();
    home.alias = { version: '4', runId: 'run 4', judgedBundle: OTHER };
    await look();
    expect([challenger(), follower.problem()]).toEqual([null, expect.stringContaining('MODEL_INCOMPATIBLE')]);
  });

  it.each([
    ['that is not whole', null, 'is not whole'],
    ['of another run', bundleOf('4', { runId: 'another run' }), 'is not that of challenger 4'],
    ['of another version', bundleOf('4', { modelVersion: '2' }), 'is not that of challenger 4'],
    ['of another model', bundleOf('4', { model: 'another' }), 'is not that of challenger 4'],
    ['of another digest than it says', bundleOf('4', { digest: OTHER }), 'is not that of challenger 4'],
  ])('serves no bundle %s, says so once, and has it from MLflow', async (_, found, says) => {
    const { home, startServer } = await createHome();
    let released = 0;
    home.bundles.clear();
    if (found !== null) {
      home.bundles.set(DIGEST, () => ({ ...found, additions: additionsToRelease(() => (released += 1)) }));
    }
    home.alias = 'down';
    const { follower, look, challenger } = startServer();
    await follower.begin();
    await look();
    expect([challenger(), follower.problem(), home.had]).toEqual([null, WAITS, [DIGEST]]);
    expect(home.messages.filter((message) => message.includes(says))).toEqual([expect.stringMatching(/^warn: /)]);
    expect(released).toBe(found === null ? 0 : 1);
    home.alias = { version: '4', runId: 'run 4' };
    await look();
    expect([challenger(), follower.problem(), home.had]).toEqual([DIGEST, null, [DIGEST, 'version 4']]);
  });

  it.each([
    { id: 'ab-2' },
    { challenger: { version: '4', run_id: 'run 5' } },
    { challenger: { version: '5', run_id: 'run 4' } },
  ])('serves none of an earlier experiment where the one in the home is %j', async (change) => {
    const { home, startServer } = await createHome();
    await removeDefinition(home.definition, EXPERIMENT.id);
    await createDefinition(home.definition, { ...EXPERIMENT, ...change });
    home.alias = 'down';
    const { follower, challenger } = startServer();
    await follower.begin();
    expect([challenger(), follower.problem(), home.had]).toEqual([null, WAITS, []]);
  });

  it.each([
    '{',
    'null',
    JSON.stringify({ version: '4', run_id: 'run 4', bundle: DIGEST }),
    JSON.stringify({ experiment_id: 'ab-1', version: '4', run_id: 'run 4', bundle: '../elsewhere' }),
  ])('takes %j for none, says so, and writes it anew with the next bundle', async (text) => {
    const { home, startServer } = await createHome();
    const written = await readFile(home.pointer, 'utf8');
    await writeFile(home.pointer, text);
    home.alias = 'down';
    const { follower, look, challenger } = startServer();
    await follower.begin();
    expect([challenger(), follower.problem(), home.had]).toEqual([null, WAITS, []]);
    expect(home.messages).toContainEqual(expect.stringMatching(/^warn: .*challenger\.json/));
    home.alias = { version: '4', runId: 'run 4' };
    await look();
    await look();
    expect(await readFile(home.pointer, 'utf8')).toBe(written);
  });

  it('says that a bundle cannot be kept, until it is', async () => {
    const folder = join(await temporaryFolder(), 'serving');
    await writeFile(folder, 'a file where the folder belongs');
    const kept = createKeptChallenger(join(folder, CHALLENGER_FILE), { load: () => expect.unreachable() }, () => {});
    await kept.keep(EXPERIMENT, DIGEST);
    expect(kept.problem()).toContain('a start without MLflow would not find it');
    await rm(folder);
    await kept.keep(EXPERIMENT, DIGEST);
    expect([kept.problem(), await readdir(folder)]).toEqual([null, [CHALLENGER_FILE]]);
  });
});
