import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { Clock } from '../../../../host/clock.ts';
import type { ServedVersion } from '../../../../serving/follow/champion-source.ts';
import { type Follower, openFollower } from '../../../../serving/follow/follow-champion.ts';
import type { ServedBundle } from '../../../../serving/http/served-bundle.ts';
import { additionsToRelease } from '../../../support/released-additions.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const versionOf = (version: string): ServedVersion => ({ version, runId: `run ${version}` });
const DIGEST: Readonly<Record<string, string>> = { 1: 'aaaaaaaa', 2: 'bbbbbbbb', 3: 'cccccccc' };
const NO_SHAPE = { fields: [], takesText: false, embeddingDim: null };
const NOUNS = { user: 'developer', users: 'developers', item: 'startup', items: 'startups' };

const bundleOf = (version: string, nouns = NOUNS, onRelease: () => void = () => undefined): ServedBundle => ({
  ...{ digest: DIGEST[version] ?? 'ffffffff', model: 'm', modelVersion: version, runId: `run ${version}`, nouns },
  ...{ userFields: [], itemFields: [], eventTypes: [], users: 1, items: 1, search: 'exact' },
  ...{ takes: { user: NO_SHAPE, item: NO_SHAPE }, hasTrained: () => false },
  additions: additionsToRelease(onRelease),
  recommender: {
    recommend: () => expect.unreachable(),
    usersFor: () => expect.unreachable(),
    similarItems: () => expect.unreachable(),
  },
});

/** MLflow and the home, as the test sets them; the clock moves only with its sleeps. */
const createWorld = async () => {
  const pointerFile = join(await temporaryFolder(), 'current.json');
  const world = {
    champion: versionOf('1') as ServedVersion | null | 'down',
    broken: new Set<string>(),
    nouns: NOUNS,
    kept: true,
    built: [] as string[],
    loaded: [] as string[],
    released: [] as string[],
    messages: [] as string[],
    swapped: [] as string[],
    waits: [] as number[],
    isHanging: false,
    names: ['m'] as readonly string[],
    beforeAnswer: async (): Promise<void> => undefined,
    whileBuilding: (): void => undefined,
  };
  let nowMs = 0;
  const stop = new AbortController();
  let looks = Number.POSITIVE_INFINITY;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      looks -= 1;
      if (looks < 0) {
        stop.abort();
      }
    },
  };
  const open = (): Promise<Follower> =>
    openFollower({
      ...{ model: 'm', pointerFile, clock, signal: stop.signal },
      log: (_, message) => world.messages.push(message),
      onSwap: ({ digest }) => world.swapped.push(digest),
      source: {
        champion: async (waitMs, signal) => {
          world.waits.push(waitMs);
          await world.beforeAnswer();
          if (world.isHanging) {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            throw signal.reason;
          }
          if (world.champion === 'down') {
            throw new TtExpError('SERVICE_UNREACHABLE', 'no MLflow');
          }
          return world.champion;
        },
        modelNames: async () => world.names,
        bundleOf: async ({ version }) => {
          world.built.push(version);
          if (world.broken.has(version)) {
            throw new TtExpError('MODEL_NOT_LOADING', `version ${version} is broken`);
          }
          world.whileBuilding();
          return bundleOf(version, world.nouns, () => world.released.push(version));
        },
        load: async (digest) => {
          world.loaded.push(digest);
          const version = Object.keys(DIGEST).find((key) => DIGEST[key] === digest);
          if (!world.kept || version === undefined) {
            throw new TtExpError('MODEL_NOT_LOADING', 'the bundle is not whole');
          }
          return bundleOf(version, NOUNS, () => world.released.push(version));
        },
      },
    });
  /** So many looks, 2 s apart. Once. */
  const follow = async (follower: Follower, count: number): Promise<void> => {
    looks = count;
    await follower.follow();
  };
  return { world, open, follow, pointerFile, stop };
};

const servedBy = (follower: Follower): string | null => follower.current().modelVersion;

describe('follow-champion', () => {
  it('serves the champion, keeps which bundle that is, and begins with the same one without building it', async () => {
    const { world, open, pointerFile } = await createWorld();
    const first = await open();
    expect([servedBy(first), first.problems(), world.built]).toEqual(['1', [], ['1']]);
    expect(JSON.parse(await readFile(pointerFile, 'utf8'))).toEqual({
      ...{ bundle: 'aaaaaaaa', version: '1', run_id: 'run 1' },
    });
    expect(servedBy(await open())).toBe('1');
    expect([world.built, world.loaded]).toEqual([['1'], ['aaaaaaaa']]);
  });

  it('builds again a kept bundle that is not whole any more', async () => {
    const { world, open } = await createWorld();
    await open();
    world.kept = false;
    expect(servedBy(await open())).toBe('1');
    expect(world.built).toEqual(['1', '1']);
  });

  it('waits for MLflow where the kept bundle is of no use, and says what is wrong with it where MLflow stays away', async () => {
    const { world, open } = await createWorld();
    await open();
    world.kept = false;
    world.champion = 'down';
    await expect(open()).rejects.toMatchObject({
      ...{ code: 'MODEL_NOT_LOADING', message: 'the bundle is not whole; no MLflow' },
      hint: expect.stringContaining('Start MLflow with `tt-exp up`'),
    });
    expect(world.waits.splice(0).slice(0, 4)).toEqual([30_000, 2_000, 30_000, 28_000]);
    world.beforeAnswer = async () => {
      world.champion = world.waits.length > 1 ? versionOf('1') : 'down';
    };
    expect(servedBy(await open())).toBe('1');
    expect(world.waits).toEqual([2_000, 30_000]);
    expect(world.messages).toContainEqual(expect.stringMatching(/^the bundle is not whole; no MLflow\. Start MLflow/));
  });

  it('says why the champion cannot be had, not what is wrong with the bundle before, where both are of no use', async () => {
    const { world, open } = await createWorld();
    await open();
    world.kept = false;
    world.broken.add('1');
    await expect(open()).rejects.toMatchObject({ message: 'version 1 is broken' });
    expect(world.messages).toContain('the bundle that served last is of no use: the bundle is not whole');
    world.champion = null;
    await expect(open()).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      hint: expect.stringContaining('tt-exp models promote'),
    });
  });

  it('builds the version of a model that was registered anew under the same number', async () => {
    const { world, open } = await createWorld();
    await open();
    world.champion = { version: '1', runId: 'another run' };
    await open();
    expect(world.built).toEqual(['1', '1']);
  });

  it('begins with the last good bundle, and says why, where MLflow is down, there is no champion, or its bundle is broken', async () => {
    const { world, open } = await createWorld();
    await open();
    world.champion = 'down';
    const withoutMlflow = await open();
    expect([servedBy(withoutMlflow), withoutMlflow.problems()]).toEqual([
      '1',
      ['MLflow cannot be asked for the champion; m/1 serves as before'],
    ]);
    world.champion = null;
    expect((await open()).problems()).toEqual(['m has no champion; m/1 serves as before']);
    world.champion = versionOf('2');
    world.broken.add('2');
    const withoutBundle = await open();
    expect([servedBy(withoutBundle), withoutBundle.problems()]).toEqual([
      '1',
      ['m/2 cannot be served, m/1 serves on (MODEL_NOT_LOADING; the log says more)'],
    ]);
  });

  it.each([
    ['down', 'MODEL_NOT_FOUND', 'tt-exp up'],
    [null, 'MODEL_NOT_FOUND', 'tt-exp models promote m/<version>'],
  ] as const)('refuses to begin with nothing to serve (champion: %s)', async (champion, code, hint) => {
    const { world, open } = await createWorld();
    world.champion = champion;
    await expect(open()).rejects.toMatchObject({ code, exitCode: 66, hint: expect.stringContaining(hint) });
  });

  it('says what is wrong with the only bundle there could be, and takes a pointer that cannot be read for none', async () => {
    const { world, open, pointerFile } = await createWorld();
    await writeFile(pointerFile, '{"bundle": "../../etc"');
    world.broken.add('1');
    await expect(open()).rejects.toMatchObject({ message: 'version 1 is broken' });
    await writeFile(pointerFile, '{"bundle": "../../etc", "version": "1", "run_id": "r"}');
    await expect(open()).rejects.toMatchObject({ message: 'version 1 is broken' });
    expect(world.loaded).toEqual([]);
    const said = `${pointerFile}: does not say which bundle served last; it is written anew with the next one`;
    expect(world.messages.filter((message) => message === said)).toHaveLength(2);
  });

  it('follows the champion to the next version and back, once each', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    world.champion = versionOf('2');
    await follow(follower, 3);
    expect([servedBy(follower), world.swapped, world.built]).toEqual(['2', ['bbbbbbbb'], ['1', '2']]);
    expect(world.released).toEqual(['1']);
  });

  it('serves no other bundle of a version than the one that was judged, and says that it is degraded', async () => {
    const { world, open, follow } = await createWorld();
    world.champion = { ...versionOf('1'), judgedBundle: 'aaaaaaaa' };
    const follower = await open();
    world.champion = { ...versionOf('2'), judgedBundle: 'dddddddd' };
    await follow(follower, 2);
    expect([servedBy(follower), world.swapped, world.released]).toEqual(['1', [], ['2']]);
    expect(follower.problems()).toEqual([
      'm/2 cannot be served, m/1 serves on (MODEL_INCOMPATIBLE; the log says more)',
    ]);
    expect(world.messages.join('\n')).toContain(
      'the bundle of version 2 is bbbbbbbb here, and the gate has judged dddddddd',
    );
  });

  it('says of what begins to serve that the gate has judged no bundle of it', async () => {
    const { world, open, follow } = await createWorld();
    world.champion = { ...versionOf('1'), judgedBundle: null };
    const follower = await open();
    const unblessed = (version: string) =>
      `m/${version} is not blessed: no server was asked whether it answers as the model was evaluated`;
    expect(world.messages).toContain(unblessed('1'));
    world.champion = { ...versionOf('2'), judgedBundle: null };
    await follow(follower, 1);
    expect([servedBy(follower), world.messages.filter((text) => text === unblessed('2'))]).toEqual([
      '2',
      [unblessed('2')],
    ]);
    world.messages.length = 0;
    world.champion = { ...versionOf('1'), judgedBundle: 'aaaaaaaa' };
    await follow(await open(), 1);
    expect(world.messages.join()).not.toContain('not blessed');
  });

  it('does not begin with a kept bundle that was not judged, nor fall back on it', async () => {
    const { world, open } = await createWorld();
    await open();
    world.champion = { ...versionOf('1'), judgedBundle: 'dddddddd' };
    await expect(open()).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE', exitCode: 65 });
    expect(world.built).toEqual(['1', '1']);
    // The kept one, the one that was built, and the kept one once more.
    expect(world.released).toEqual(['1', '1', '1']);
  });

  it('swaps to no version that stopped being the champion while its bundle was built', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    world.champion = versionOf('2');
    world.whileBuilding = () => {
      world.champion = versionOf('1');
    };
    await follow(follower, 2);
    expect([servedBy(follower), world.swapped, follower.problems()]).toEqual(['1', [], []]);
    expect(new Set(world.released)).toEqual(new Set(['2']));
  });

  it('serves on when the next bundle is broken, says so once, and tries again after a while', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    world.champion = versionOf('2');
    world.broken.add('2');
    // Looks at 2, 4 … 38 s; the version is tried at 2 s and, 30 s later, at 32 s.
    await follow(follower, 19);
    expect([servedBy(follower), world.built]).toEqual(['1', ['1', '2', '2']]);
    expect(follower.problems()).toEqual(['m/2 cannot be served, m/1 serves on (MODEL_NOT_LOADING; the log says more)']);
    const said = world.messages.filter((message) => message.includes('cannot be served'));
    expect(said).toEqual([expect.stringContaining('version 2 is broken')]);
  });

  it('names a full disk and what helps, once, however the names of temporary files differ', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    world.champion = versionOf('2');
    world.whileBuilding = () => {
      const temporary = `a.json.${world.built.length}-${randomUUID().slice(0, 8)}.tmp`;
      throw new TtExpError('DISK_FULL', `no space left (open '/home/${temporary}')`, { hint: 'Free some.' });
    };
    await follow(follower, 19);
    expect([servedBy(follower), world.built]).toEqual(['1', ['1', '2', '2']]);
    const problem =
      'm/2 cannot be served, m/1 serves on (DISK_FULL; free some space on the disk of the server, which then tries again; the log says more)';
    expect(follower.problems()).toEqual([problem]);
    expect(world.messages).toEqual([
      expect.stringMatching(/^m\/2 cannot be served.*: no space left .*\. Free some\.$/),
    ]);
  });

  it('has no problem any more once the broken version is the champion no longer', async () => {
    const { world, open, follow } = await createWorld();
    world.champion = versionOf('2');
    world.broken.add('2');
    await expect(open()).rejects.toThrow();
    world.champion = versionOf('1');
    await open();
    world.champion = versionOf('2');
    const follower = await open();
    expect(follower.problems()).toHaveLength(1);
    world.champion = versionOf('1');
    await follow(follower, 1);
    expect(follower.problems()).toEqual([]);
    expect(world.messages.at(-1)).toContain('is served again');
  });

  it('serves on while MLflow is away or has no champion', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    world.champion = 'down';
    await follow(follower, 2);
    expect([servedBy(follower), follower.problems()]).toEqual([
      '1',
      ['MLflow cannot be asked for the champion; m/1 serves on'],
    ]);
    expect(world.messages).toEqual([expect.stringContaining('no MLflow')]);
  });

  it('waits 2 s for MLflow where there is a bundle to begin with, else 30 s, and then 3 s at every look', async () => {
    const { world, open, follow } = await createWorld();
    await open();
    await follow(await open(), 1);
    expect(world.waits).toEqual([30_000, 2_000, 3_000]);
  });

  it('ends at once when it is told to while MLflow says nothing, at the start and later, and calls that no problem', async () => {
    const { world, open, follow, stop } = await createWorld();
    const follower = await open();
    world.isHanging = true;
    const following = follow(follower, 5);
    const starting = open();
    await expect.poll(() => world.waits.length).toBe(3);
    stop.abort(new Error('told to end'));
    await following;
    await expect(starting).rejects.toThrow('told to end');
    expect([follower.problems(), world.messages]).toEqual([[], []]);
  });

  it('tries again at every look to keep which bundle it is, until it can', async () => {
    const { world, open, follow, pointerFile } = await createWorld();
    const folder = dirname(pointerFile);
    const follower = await open();
    const problems: string[] = [];
    let asked = 0;
    world.champion = versionOf('2');
    world.beforeAnswer = async () => {
      asked += 1;
      if (asked === 1) {
        await rm(folder, { recursive: true });
        await writeFile(folder, 'a file in the way');
      } else if (asked === 3) {
        problems.push(...follower.problems());
        await rm(folder);
      }
    };
    // Version 2 is swapped in at the first look, and asked for twice there.
    await follow(follower, 3);
    expect(problems).toEqual([expect.stringContaining('cannot be kept')]);
    expect(follower.problems()).toEqual([]);
    expect(JSON.parse(await readFile(pointerFile, 'utf8'))).toMatchObject({ version: '2' });
  });

  it('goes by what a bundle says of itself, not by the file that names it', async () => {
    const { world, open, pointerFile } = await createWorld();
    await writeFile(pointerFile, JSON.stringify({ bundle: DIGEST[1], version: '2', run_id: 'run 2' }));
    world.champion = 'down';
    const follower = await open();
    expect([servedBy(follower), follower.problems()]).toEqual([
      '1',
      ['MLflow cannot be asked for the champion; m/1 serves as before'],
    ]);
    expect(JSON.parse(await readFile(pointerFile, 'utf8'))).toMatchObject({ version: '1', run_id: 'run 1' });
    // The champion is version 2, and the file says that the bundle is its own.
    await writeFile(pointerFile, JSON.stringify({ bundle: DIGEST[1], version: '2', run_id: 'run 2' }));
    world.champion = versionOf('2');
    expect(servedBy(await open())).toBe('2');
    expect(world.built).toEqual(['2']);
  });

  it('names the models that there are where this one is none of them', async () => {
    const { world, open } = await createWorld();
    world.champion = null;
    world.names = ['two-tower', 'two-tower-smoke'];
    await expect(open()).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      hint: 'Known: two-tower, two-tower-smoke. Name a registered model with --model.',
    });
  });

  it('names the version that it builds, for as long as it does', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    const seen: (string | null)[] = [follower.building()];
    world.champion = versionOf('2');
    world.whileBuilding = () => {
      seen.push(follower.building());
    };
    await follow(follower, 1);
    expect([...seen, follower.building()]).toEqual([null, 'm/2', null]);
  });

  it('says what this machine refuses as it is, not that MLflow is to be started', async () => {
    const { world, open } = await createWorld();
    world.whileBuilding = () => {
      throw Object.assign(new Error('EFBIG: file too large, write'), { code: 'EFBIG' });
    };
    await expect(open()).rejects.toMatchObject({ code: 'EFBIG' });
  });

  it('refuses a bundle of another use case: the addresses of the server would lie', async () => {
    const { world, open, follow } = await createWorld();
    const follower = await open();
    world.champion = versionOf('2');
    world.nouns = { user: 'person', users: 'persons', item: 'job', items: 'jobs' };
    await follow(follower, 1);
    expect(servedBy(follower)).toBe('1');
    expect(follower.problems()).toEqual([expect.stringContaining('m/2 cannot be served')]);
    expect(world.messages.at(-1)).toContain('it recommends jobs for persons');
    expect(world.released).toEqual(['2']);
  });
});
