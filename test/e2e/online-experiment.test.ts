/** `tt-exp ab` on a home with two trained versions, a real server, and users who truly like what one of them lists. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { processesOf } from '../support/processes.ts';
import { createServedHome, SERVED_MODEL, type ServedHome, type ServedProcess } from '../support/served-home.ts';
import { ask, post } from '../support/serving.ts';

const TIMEOUT_MS = 600_000;
const NAME = SERVED_MODEL;
const LISTS = '/api/recommendations/startups/for-developer';
/** Of the synthetic data: the model knows all of them. */
const USERS = Array.from({ length: 120 }, (_, number) => `d${String(number).padStart(7, '0')}`);

interface Listed {
  readonly user_id: string;
  readonly item_ids: readonly string[];
}

interface Status {
  readonly phase: string;
  readonly end: string | null;
  readonly reason: string | null;
  readonly experiment: { readonly id: string };
  readonly warnings: readonly string[];
  readonly last_list_at: string | null;
}

interface Report {
  readonly users: number;
  readonly groups: readonly {
    readonly users: number;
    readonly interactions: Readonly<Record<string, { readonly per_user: { readonly mean: number } | null }>>;
  }[];
}

describe('e2e/online-experiment', () => {
  let served: ServedHome;

  const start = (challenger: string, ...args: readonly string[]): Promise<Pick<Status, 'experiment' | 'warnings'>> =>
    served.json(
      ...['ab', 'start', NAME, '--challenger', challenger, '--share', '0.5', '--attribution', '5s'],
      ...['--on-win', 'promote', '--reason', 'a test', '--yes', ...args],
    );

  const untilServed = ({ url }: ServedProcess, id: string) =>
    eventually(
      `the lists of ${id}`,
      async () => (await ask(`${url}/readyz`)).body.experiment,
      (seen) => seen === id,
    );

  /** Whoever got the challenger's lists before a restart gets them from the first request on, unless the log says otherwise. */
  const expectServedOrSaid = async ({ url, process }: ServedProcess, id: string): Promise<void> => {
    const { experiment, degraded } = (await ask(`${url}/readyz`)).body;
    if (!process.stderr().includes('waiting for an experiment online')) {
      expect([experiment, degraded]).toEqual([id, []]);
    }
  };

  const untilEnded = (): Promise<Status | null> =>
    eventually(
      'the end of the experiment',
      async () => {
        // What was killed may not be back yet.
        const { exitCode, stdout } = await served.home.run(['ab', 'status', NAME, '--json']);
        return exitCode === 0 ? (JSON.parse(stdout) as Status) : null;
      },
      (status) => status?.phase === 'ended',
      { withinMs: 240_000, everyMs: 1_000 },
    );

  /** The home starts it again. */
  const killService = async (name: string): Promise<void> => {
    const victims = await processesOf(served.home.folder, name);
    expect(victims.length).toBeGreaterThan(0);
    for (const pid of victims) {
      process.kill(pid, 'SIGKILL');
    }
  };

  /** What a version lists: whoever likes exactly that prefers the version, whatever else they are shown. */
  const listsOf = async (version: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
    const { bundle } = await served.json<{ bundle: string }>('recommend', 'd0000000', '--model', `${NAME}/${version}`);
    const server = await served.serve('--bundle', bundle);
    const lists = new Map<string, ReadonlySet<string>>();
    for (const user_ids of [USERS.slice(0, 100), USERS.slice(100)]) {
      const { body } = await post(`${server.url}${LISTS}/batch`, { user_ids });
      for (const { user_id, item_ids } of body.results as readonly Listed[]) {
        lists.set(user_id, new Set(item_ids));
      }
    }
    await served.stop(server);
    return lists;
  };

  /** Shows a user ten places, and likes some of them; returns how many likes were acknowledged. */
  const visit = async ({ url }: ServedProcess, userId: string, likes: (itemId: string) => boolean): Promise<number> => {
    const { item_ids, request_id } = (await ask(`${url}${LISTS}/${userId}`)).body;
    const events = (item_ids as readonly string[])
      .filter(likes)
      .map((item_id) => ({ event_id: `${request_id} ${item_id}`, user_id: userId, item_id, type: 'like' }));
    if (events.length === 0) {
      return 0;
    }
    const { body } = await post(`${url}/api/events`, { events });
    return body.accepted;
  };

  beforeAll(async () => {
    served = await createServedHome();
    await served.json('models', 'promote', `${NAME}/2`, '--reason', 'a test', '--yes');
  }, TIMEOUT_MS);

  afterAll(() => served?.dispose());

  it(
    'promotes the version that users like more, though server, worker and Temporal are killed meanwhile, and counts no like twice',
    async () => {
      const liked = await listsOf('1');
      let server = await served.serve('--model', NAME);
      const { experiment } = await start('1', '--min-users', '60');
      await untilServed(server, experiment.id);
      let acknowledged = 0;
      for (const [place, user] of USERS.entries()) {
        acknowledged += await visit(server, user, (item) => liked.get(user)?.has(item) === true);
        if (place === 30) {
          await killService('worker-tt-cpu');
        }
        if (place === 90) {
          await killService('temporal');
        }
        if (place === 60) {
          server.process.child.kill('SIGKILL');
          await server.process.finished;
          server = await served.serve('--model', NAME);
          await expectServedOrSaid(server, experiment.id);
          await untilServed(server, experiment.id);
        }
      }
      expect(await untilEnded()).toMatchObject({ end: 'promoted' });
      const { entries } = await served.json<{ entries: readonly Record<string, unknown>[] }>('models', 'history', NAME);
      expect(entries.slice(-2)).toMatchObject([
        { action: 'challenge', alias: 'challenger', from: null, to: '1' },
        {
          ...{ action: 'promote', from: '2', to: '1' },
          evidence: { online: { experiment_id: experiment.id, decision: 'promote' } },
        },
      ]);
      await eventually(
        'the winner is served',
        async () => (await ask(`${server.url}/readyz`)).body,
        ({ model_version, experiment }) => model_version === '1' && experiment === null,
      );
      const { users, groups } = await served.json<Report>('ab', 'report', NAME);
      expect(users).toBeGreaterThanOrEqual(60);
      const counted = groups.reduce(
        (sum, group) => sum + group.users * (group.interactions.like?.per_user?.mean ?? 0),
        0,
      );
      expect(Math.round(counted)).toBeGreaterThan(60);
      expect(Math.round(counted)).toBeLessThanOrEqual(acknowledged);
      await served.stop(server);
    },
    TIMEOUT_MS,
  );

  it(
    'promotes nobody where users like nothing of either, and takes back the alias of its challenger',
    async () => {
      const { experiment, warnings } = await start('2', '--min-users', '10', '--max-days', '0.0004');
      expect(warnings).toEqual([expect.stringContaining(`no server of this home answers for ${NAME}`)]);
      const server = await served.serve('--model', NAME);
      await untilServed(server, experiment.id);
      for (const user of USERS.slice(0, 40)) {
        await visit(server, user, () => false);
      }
      const seen = await served.json<Status>('ab', 'status', NAME);
      if (seen.phase === 'running') {
        expect([seen.warnings, seen.last_list_at]).toEqual([[], expect.any(String)]);
      }
      expect(await untilEnded()).toMatchObject({ end: 'cleared' });
      const [model] = (await served.json<{ models: readonly Record<string, unknown>[] }>('models', 'list', NAME))
        .models;
      expect(model).toMatchObject({ aliases: { champion: '1', challenger: null } });
      await served.stop(server);
    },
    TIMEOUT_MS,
  );
});
