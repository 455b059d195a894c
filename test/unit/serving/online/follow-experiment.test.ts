import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { Clock } from '../../../../host/clock.ts';
import type { ServedVersion } from '../../../../serving/follow/champion-source.ts';
import type { ServedBundle } from '../../../../serving/http/served-bundle.ts';
import { createDefinition, readDefinition, removeDefinition } from '../../../../serving/online/definition-file.ts';
import { createExperimentFollower } from '../../../../serving/online/follow-experiment.ts';
import { createKeptChallenger } from '../../../../serving/online/kept-challenger.ts';
import { onlineExperiment } from '../../../support/online-experiments.ts';
import { additionsToRelease } from '../../../support/released-additions.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const versionOf = (version: string): ServedVersion => ({ version, runId: `run ${version}` });
const NO_SHAPE = { fields: [], takesText: false, embeddingDim: null };
const NOUNS = { user: 'developer', users: 'developers', item: 'startup', items: 'startups' };

const bundleOf = (version: string, onRelease: () => void = () => undefined): ServedBundle => ({
  ...{ digest: `bundle ${version}`, model: 'two-tower', modelVersion: version, runId: `run ${version}`, nouns: NOUNS },
  ...{ userFields: [], itemFields: [], eventTypes: [], users: 1, items: 1, search: 'exact' },
  ...{ takes: { user: NO_SHAPE, item: NO_SHAPE }, hasTrained: () => false },
  additions: additionsToRelease(onRelease),
  recommender: {
    recommend: () => expect.unreachable(),
    usersFor: () => expect.unreachable(),
    similarItems: () => expect.unreachable(),
  },
});

const EXPERIMENT = onlineExperiment({
  champion: { version: '3', run_id: 'run 3' },
  challenger: { version: '4', run_id: 'run 4' },
});

/** The home, MLflow and the champion's follower, as the test sets them. */
const createWorld = async () => {
  const file = join(await temporaryFolder(), 'online-experiment.json');
  const world = {
    serving: '3',
    challenger: versionOf('4') as ServedVersion | null | 'down',
    isBuildable: true,
    built: [] as string[],
    released: [] as string[],
    messages: [] as string[],
    levels: [] as string[],
    voided: [] as string[],
    nowMs: 0,
    whileAsked: async (): Promise<void> => undefined,
  };
  let looks = 0;
  let stop = new AbortController();
  const clock: Clock = {
    nowMs: () => world.nowMs,
    sleep: async (ms) => {
      world.nowMs += ms;
      looks -= 1;
      if (looks < 1) {
        stop.abort();
      }
    },
  };
  const signal = {
    get aborted() {
      return stop.signal.aborted;
    },
  } as AbortSignal;
  const follower = createExperimentFollower({
    ...{ definitionFile: file, clock, champion: () => bundleOf(world.serving), signal },
    log: (level, message) => {
      world.messages.push(message);
      world.levels.push(level);
    },
    onVoid: ({ id }, why) => world.voided.push(`${id}: ${why}`),
    kept: createKeptChallenger(join(dirname(file), 'challenger.json'), { load: () => expect.unreachable() }, () => {}),
    source: {
      challenger: async () => {
        await world.whileAsked();
        if (world.challenger === 'down') {
          throw new TtExpError('SERVICE_UNREACHABLE', 'no MLflow');
        }
        return world.challenger;
      },
      bundleOf: async ({ version }) => {
        world.built.push(version);
        if (!world.isBuildable) {
          throw new TtExpError('MODEL_NOT_LOADING', `version ${version} is broken`);
        }
        return bundleOf(version, () => world.released.push(version));
      },
    },
  });
  /** So many looks, a second apart, and what they began. */
  const look = async (count = 1): Promise<void> => {
    looks = count;
    stop = new AbortController();
    await follower.follow();
  };
  const arms = () => {
    const running = follower.running();
    return running === null ? null : [running.bundles.champion.digest, running.bundles.challenger.digest];
  };
  return { world, file, follower, look, arms };
};

const BOTH = ['bundle 3', 'bundle 4'];

describe('online/follow-experiment', () => {
  it('gives the lists of an experiment from its definition to its removal', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    await look();
    expect([arms(), follower.problem()]).toEqual([null, null]);
    await createDefinition(file, EXPERIMENT);
    await look(2);
    expect([arms(), follower.problem(), world.built]).toEqual([BOTH, null, ['4']]);
    await look(3);
    expect([world.built, world.released]).toEqual([['4'], []]);
    await removeDefinition(file, EXPERIMENT.id);
    await look();
    expect([arms(), follower.problem()]).toEqual([null, null]);
    expect(world.released).toEqual(['4']);
  });

  it('has the lists of an experiment that runs from its beginning on, and waits for nothing without one', async () => {
    const { world, file, follower, arms } = await createWorld();
    await createDefinition(file, EXPERIMENT);
    await follower.begin();
    expect([arms(), follower.problem(), world.built]).toEqual([BOTH, null, ['4']]);
    expect(world.messages).toEqual(['experiment ab-1: the bundle bundle 4 of challenger 4 is here']);
    const without = await createWorld();
    await without.follower.begin();
    expect([without.arms(), without.follower.problem()]).toEqual([null, null]);
  });

  it('raises the alarm at the beginning where the bundle of the challenger cannot be had', async () => {
    const { world, file, follower } = await createWorld();
    world.isBuildable = false;
    await createDefinition(file, EXPERIMENT);
    await follower.begin();
    expect(world.messages).toEqual([
      'experiment ab-1: version 4 is broken',
      expect.stringMatching(/^experiment ab-1 waits, everybody gets the champion: .*MODEL_NOT_LOADING/),
    ]);
  });

  it('tells the wait for a bundle as no error, and whether lists are given or there is no experiment any more', async () => {
    const { world, file, look } = await createWorld();
    await createDefinition(file, EXPERIMENT);
    await look(2);
    expect(world.messages).toEqual([
      'experiment ab-1 waits, everybody gets the champion: the bundle of its challenger is looked for',
      'experiment ab-1: the bundle bundle 4 of challenger 4 is here',
      'experiment ab-1: its lists are served',
    ]);
    expect(world.levels).toEqual(['info', 'info', 'info']);
    world.serving = '2';
    await look();
    await removeDefinition(file, EXPERIMENT.id);
    await look();
    expect(world.messages.slice(3)).toEqual([
      expect.stringContaining('experiment ab-1 is void'),
      'there is no experiment online any more',
    ]);
    expect(world.levels.slice(3)).toEqual(['error', 'info']);
  });

  it('never says that an experiment waits whose lists are given, nor the other way round', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    await createDefinition(file, EXPERIMENT);
    const said: unknown[] = [];
    world.whileAsked = async () => {
      said.push([arms() !== null, follower.problem()]);
    };
    await look();
    expect(said).toEqual([[false, expect.stringContaining('the bundle of its challenger is looked for')]]);
    expect([arms(), follower.problem()]).toEqual([BOTH, null]);
    world.serving = '5';
    expect([arms(), follower.problem()]).toEqual([null, expect.stringContaining('its champion 3 is not served here')]);
  });

  it('says that MLflow is away where it cannot be asked for the challenger at the beginning', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    await createDefinition(file, EXPERIMENT);
    world.challenger = 'down';
    await follower.begin();
    expect([arms(), follower.problem()]).toEqual([
      null,
      'experiment ab-1 waits, everybody gets the champion: MLflow cannot be asked for its challenger',
    ]);
    world.challenger = versionOf('4');
    await look();
    expect([arms(), follower.problem()]).toEqual([BOTH, null]);
  });

  it('gives everybody the champion until the bundle of the challenger is here, and tries to have it again', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    world.isBuildable = false;
    await createDefinition(file, EXPERIMENT);
    await look(2);
    expect(arms()).toBeNull();
    expect(follower.problem()).toMatch(/ab-1 waits, everybody gets the champion.*MODEL_NOT_LOADING/);
    expect(world.messages.join()).toContain('version 4 is broken');
    world.isBuildable = true;
    await look(20);
    expect([arms(), world.built]).toEqual([null, ['4']]);
    await look(20);
    expect([arms(), follower.problem(), world.built]).toEqual([BOTH, null, ['4', '4']]);
  });

  it('serves the challenger from the bundle that the gate has judged, and from no other', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    world.challenger = { ...versionOf('4'), judgedBundle: 'another' };
    await createDefinition(file, EXPERIMENT);
    await look(2);
    expect([arms(), follower.problem()]).toEqual([null, expect.stringContaining('MODEL_INCOMPATIBLE')]);
    world.challenger = { ...versionOf('4'), judgedBundle: 'bundle 4' };
    await look(40);
    expect(arms()).toEqual(BOTH);
  });

  it('waits where the champion of the experiment does not serve yet', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    world.serving = '2';
    await createDefinition(file, EXPERIMENT);
    await look(2);
    expect(arms()).toBeNull();
    expect(follower.problem()).toContain('its champion 3 is not served here');
    world.serving = '3';
    await look();
    expect([arms(), follower.problem()]).toEqual([BOTH, null]);
  });

  it('is void for good once another champion serves or the challenger has moved', async () => {
    for (const move of [
      (world: { serving: string }) => {
        world.serving = '5';
      },
      (world: { challenger: ServedVersion | null | 'down' }) => {
        world.challenger = null;
      },
      (world: { challenger: ServedVersion | null | 'down' }) => {
        world.challenger = { version: '4', runId: 'another run' };
      },
    ]) {
      const { world, file, follower, look, arms } = await createWorld();
      await createDefinition(file, EXPERIMENT);
      await look(2);
      expect(arms()).toEqual(BOTH);
      move(world);
      await look();
      expect(arms()).toBeNull();
      expect(follower.problem()).toMatch(
        /ab-1 is void, everybody gets the champion: version [345] is not (champion|challenger)/,
      );
      Object.assign(world, { serving: '3', challenger: versionOf('4') });
      await look(2);
      expect(arms()).toBeNull();
      expect(world.voided).toEqual([expect.stringMatching(/^ab-1: version [345] is not/)]);
      // Another one is none of that.
      await removeDefinition(file, EXPERIMENT.id);
      await createDefinition(file, { ...EXPERIMENT, id: 'ab-2' });
      await look(2);
      expect(arms()).toEqual(BOTH);
    }
  });

  it('takes no end for a breach: whoever ends an experiment removes its definition before the aliases move', async () => {
    const { world, file, follower, look, arms } = await createWorld();
    await createDefinition(file, EXPERIMENT);
    await look(2);
    world.whileAsked = async () => {
      await removeDefinition(file, EXPERIMENT.id);
      world.challenger = null;
    };
    await look();
    expect(world.messages.join()).not.toContain('void');
    await look();
    expect([arms(), follower.problem()]).toEqual([null, null]);
  });

  it('stays with its experiment while MLflow is away', async () => {
    const { world, file, look, arms } = await createWorld();
    await createDefinition(file, EXPERIMENT);
    await look(2);
    world.challenger = 'down';
    await look(2);
    expect(arms()).toEqual(BOTH);
  });

  it('has no experiment where the definition is none, and says so', async () => {
    const { file, follower, look, arms } = await createWorld();
    for (const text of [
      '{',
      '{}',
      JSON.stringify({ ...EXPERIMENT, share: 0 }),
      JSON.stringify({ ...EXPERIMENT, share: 1 }),
      JSON.stringify({ ...EXPERIMENT, mode: 'x' }),
    ]) {
      await writeFile(file, text);
      await look();
      expect([arms(), follower.problem()]).toEqual([
        null,
        'the experiment online cannot be read, everybody gets the champion',
      ]);
    }
    await removeDefinition(file, EXPERIMENT.id);
    await look();
    expect(follower.problem()).toBeNull();
  });
});

describe('online/definition-file', () => {
  it('keeps the definition that was first, and removes only that which is named', async () => {
    const file = join(await temporaryFolder(), 'deeper', 'online-experiment.json');
    const other = { ...EXPERIMENT, id: 'ab-2' };
    expect(await createDefinition(file, EXPERIMENT)).toEqual(EXPERIMENT);
    expect(await createDefinition(file, other)).toEqual(EXPERIMENT);
    await removeDefinition(file, other.id);
    expect(await createDefinition(file, other)).toEqual(EXPERIMENT);
    await removeDefinition(file, EXPERIMENT.id);
    await removeDefinition(file, EXPERIMENT.id);
    expect(await createDefinition(file, other)).toEqual(other);
  });

  it('writes none that servers would refuse', async () => {
    const file = join(await temporaryFolder(), 'online-experiment.json');
    for (const share of [0, 1, Number.NaN]) {
      await expect(createDefinition(file, { ...EXPERIMENT, share })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
    expect(await readDefinition(file)).toBeNull();
    expect(await createDefinition(file, { ...EXPERIMENT, mode: 'interleave', share: 1 })).toMatchObject({ share: 1 });
  });
});
