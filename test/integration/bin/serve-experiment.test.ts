/** `serve --ab`: an experiment of its own, which other servers of the home take part in. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defineByShare, openServedExperiment } from '../../../bin/cli/serve-experiment.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ServedVersion } from '../../../serving/follow/champion-source.ts';
import type { ServedBundle } from '../../../serving/http/served-bundle.ts';
import { createDefinition, readDefinition, removeDefinition } from '../../../serving/online/definition-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NO_SHAPE = { fields: [], takesText: false, embeddingDim: null };
const NOUNS = { user: 'developer', users: 'developers', item: 'startup', items: 'startups' };

const bundleOf = (version: string): ServedBundle => ({
  ...{ digest: version.repeat(64), model: 'two-tower', modelVersion: version, runId: `run ${version}`, nouns: NOUNS },
  ...{ userFields: [], itemFields: [], eventTypes: [], users: 1, items: 1, search: 'exact' },
  ...{ takes: { user: NO_SHAPE, item: NO_SHAPE }, hasTrained: () => false, additions: null },
  recommender: {
    recommend: () => ({
      ...{ item_ids: [`i${version}`], scores: [1], engine: 'two_tower', model_version: version },
      ...{ bundle: version.repeat(64), reason: 'known', fallback: null },
    }),
    usersFor: () => expect.unreachable(),
    similarItems: () => expect.unreachable(),
  },
});

const createWorld = async () => {
  const folder = join(await temporaryFolder(), 'two-tower');
  await mkdir(folder);
  const messages: string[] = [];
  const stop = new AbortController();
  const world = { challenger: { version: '4', runId: 'run 4' } as ServedVersion | null, late: Promise.resolve() };
  const options = {
    folder,
    source: {
      challenger: async () => world.challenger,
      bundleOf: async ({ version }: ServedVersion) => {
        await world.late;
        return bundleOf(version);
      },
      load: async (digest: string) => bundleOf(digest.slice(0, 1)),
    },
    champion: () => bundleOf('3'),
    log: (_: string, message: string) => messages.push(message),
    signal: stop.signal,
    timestamp: () => '2026-01-01T00:00:00.000Z',
  };
  return { world, options, stop, messages, file: join(folder, 'online-experiment.json') };
};

it('begins without the bundle of the challenger where that takes too long, and says so', async () => {
  const { world, options, stop, messages, file } = await createWorld();
  await defineByShare(options, 0.5);
  let arrive = (): void => undefined;
  world.late = new Promise((resolve) => {
    arrive = resolve;
  });
  const served = openServedExperiment({ ...options, beginMs: 50 });
  await served.begin();
  const { id } = (await readDefinition(file)) ?? {};
  const waits = `experiment ${id} waits, everybody gets the champion: the bundle of its challenger is looked for`;
  expect([served.lists.running(), served.problems()]).toEqual([null, [waits]]);
  expect(messages).toContain(`requests are taken after 50 ms of waiting for an experiment online: ${waits}`);
  const following = served.follow();
  arrive();
  await expect.poll(() => served.lists.running(), { timeout: 10_000 }).toBe(id);
  stop.abort();
  await following;
  await served.close();
});

it('defines the experiment once, refuses another one, and gives its lists, without MLflow too, until its alias moves', async () => {
  const { world, options, stop, file } = await createWorld();
  await defineByShare(options, 0.5);
  const defined = await readDefinition(file);
  expect(defined).toMatchObject({
    ...{ model: 'two-tower', mode: 'split', share: 0.5, attribution_hours: 24 },
    champion: { version: '3', run_id: 'run 3' },
    challenger: { version: '4', run_id: 'run 4' },
  });
  await defineByShare(options, 0.5);
  expect(await readDefinition(file)).toEqual(defined);
  await expect(defineByShare(options, 0.2)).rejects.toMatchObject({ code: 'USAGE' });

  const served = openServedExperiment(options);
  await served.begin();
  expect([served.lists.running(), served.problems()]).toEqual([defined?.id, []]);
  const following = served.follow();
  await expect.poll(() => readdir(options.folder), { timeout: 10_000 }).toContain('challenger.json');
  const challenger = (): Promise<never> => Promise.reject(new Error('no MLflow'));
  const restarted = openServedExperiment({ ...options, source: { ...options.source, challenger } });
  await restarted.begin();
  expect([restarted.lists.running(), restarted.problems()]).toEqual([defined?.id, []]);
  await restarted.close();
  world.challenger = null;
  await expect.poll(() => served.lists.running(), { timeout: 10_000 }).toBeNull();
  expect(served.problems()).toEqual([expect.stringContaining('version 4 is not challenger any more')]);
  stop.abort();
  await following;
  await served.close();
  await expect(defineByShare(options, 0.5)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

it('goes on with the experiment that the home has where MLflow is away, and with no other', async () => {
  const { options, stop, messages, file } = await createWorld();
  const waits: number[] = [];
  const away = {
    ...options,
    source: {
      ...options.source,
      challenger: (waitMs: number): Promise<never> => {
        waits.push(waitMs);
        return Promise.reject(new TtExpError('SERVICE_UNREACHABLE', 'MLflow is away'));
      },
    },
  };
  await expect(defineByShare(away, 0.5)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  expect(await readdir(options.folder)).toEqual([]);
  await defineByShare(options, 0.5);
  const defined = await readDefinition(file);
  await defineByShare(away, 0.5);
  expect(await readDefinition(file)).toEqual(defined);
  expect(messages.at(-1)).toBe(
    `experiment ${defined?.id}: MLflow cannot be asked whether version 4 is still challenger (MLflow is away); it goes on as defined`,
  );
  // A server that hangs is not waited for where there is something to go on with.
  expect(waits).toEqual([30_000, 2_000]);
  await expect(defineByShare(away, 0.2)).rejects.toMatchObject({ code: 'USAGE' });
  await expect(defineByShare({ ...away, champion: () => bundleOf('5') }, 0.5)).rejects.toMatchObject({ code: 'USAGE' });
  stop.abort();
  await expect(defineByShare(away, 0.5)).rejects.toThrow('aborted');
});

/** A life of a server, from its start to its end: what it gives and says once it has looked at least once more. */
const serveOnce = async (
  options: Awaited<ReturnType<typeof createWorld>>['options'],
  until: () => Promise<boolean>,
) => {
  const stop = new AbortController();
  const served = openServedExperiment({ ...options, signal: stop.signal });
  await served.begin();
  const following = served.follow();
  await expect.poll(until, { timeout: 10_000 }).toBe(true);
  const seen = { running: served.lists.running(), problems: served.problems() };
  stop.abort();
  await following;
  await served.close();
  return seen;
};

it('takes no part again in an experiment that was void before a restart, until its definition is removed', async () => {
  const { world, options, file } = await createWorld();
  await defineByShare(options, 0.5);
  const defined = (await readDefinition(file)) ?? expect.unreachable();
  const isHere = async (name: string): Promise<boolean> => (await readdir(options.folder)).includes(name);
  await serveOnce(options, () => isHere('challenger.json'));
  world.challenger = null;
  await serveOnce(options, () => isHere('void-experiment.json'));
  world.challenger = { version: '4', runId: 'run 4' };
  const why = `experiment ${defined.id} is void, everybody gets the champion: version 4 is not challenger any more`;
  expect(await serveOnce(options, async () => true)).toEqual({ running: null, problems: [why] });

  await removeDefinition(file, defined.id);
  expect(await isHere('void-experiment.json')).toBe(false);
  await createDefinition(file, { ...defined, id: 'ab-next' });
  expect(await serveOnce(options, () => isHere('challenger.json'))).toEqual({ running: 'ab-next', problems: [] });
});

it('says where what was void cannot be read or kept', async () => {
  const { world, options, file } = await createWorld();
  const voids = join(options.folder, 'void-experiment.json');
  await defineByShare(options, 0.5);
  const defined = (await readDefinition(file)) ?? expect.unreachable();
  await writeFile(voids, '{');
  const cut = await serveOnce(options, async () => true);
  expect(cut.problems).toEqual(['whether the experiment online was found void before cannot be read']);
  await rm(voids);
  await mkdir(voids);
  world.challenger = null;
  const full = await serveOnce(options, async () => true);
  expect(full.problems).toEqual([
    expect.stringContaining(`experiment ${defined.id} is void`),
    expect.stringContaining('cannot be'),
  ]);
});

it('does not start without MLflow where the experiment ends while MLflow is asked', async () => {
  const { options, file } = await createWorld();
  await defineByShare(options, 0.5);
  const { id } = (await readDefinition(file)) ?? expect.unreachable();
  const challenger = async (): Promise<never> => {
    await removeDefinition(file, id);
    throw new TtExpError('SERVICE_UNREACHABLE', 'MLflow is away');
  };
  const asked = defineByShare({ ...options, source: { ...options.source, challenger } }, 0.5);
  await expect(asked).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  expect(await readDefinition(file)).toBeNull();
});
