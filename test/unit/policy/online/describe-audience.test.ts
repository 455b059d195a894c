import { expect, it } from 'vitest';
import type { OnlineAudience } from '../../../../contracts/online-audience.ts';
import { describeAudience } from '../../../../policy/online/describe-audience.ts';

const EXPERIMENT = { model: 'two-tower', started_at: '2026-01-01T00:00:00.000Z' };
const MINUTE_MS = 60_000;
const START_MS = Date.parse(EXPERIMENT.started_at);

const SERVER = { url: 'http://127.0.0.1:5000', isGiving: true, problems: [] as readonly string[] };
const told = (change: Partial<OnlineAudience>, minutes = 0) =>
  describeAudience(
    { isOfHome: true, servers: [SERVER], last_list_at: null, ...change },
    EXPERIMENT,
    START_MS + minutes * MINUTE_MS,
  );

it('online/describe-audience: is silent where lists are given, and while they may still come', () => {
  expect(told({})).toEqual([]);
  expect(told({}, 9)).toEqual([]);
  expect(told({ last_list_at: '2026-01-01T00:50:00.000Z' }, 59)).toEqual([]);
});

it('online/describe-audience: says that no list was given, for how long and since when', () => {
  const asked = 'have users ask its servers for lists, without the parameters engine and seen';
  expect(told({}, 10)).toEqual([`no list of the experiment was given for 10 minutes, since it began: ${asked}`]);
  expect(told({ last_list_at: '2026-01-01T00:50:00.000Z' }, 75)).toEqual([
    `no list of the experiment was given for 25 minutes, since 2026-01-01T00:50:00.000Z: ${asked}`,
  ]);
});

it('online/describe-audience: names the servers that give none, and what each says', () => {
  expect(told({ servers: [] }, 60)).toEqual([
    'no server of this home answers for two-tower, so nobody gets lists of the experiment: start one with `tt-exp serve --model two-tower`',
  ]);
  const problem = 'experiment ab-1 waits, everybody gets the champion: its champion 3 is not served here';
  expect(
    told({
      servers: [
        { ...SERVER, isGiving: false },
        { ...SERVER, url: 'http://127.0.0.1:5001', isGiving: false, problems: [problem] },
        { ...SERVER, url: 'http://127.0.0.1:5002', problems: ['impressions are not written'] },
      ],
    }),
  ).toEqual([
    'http://127.0.0.1:5000: it gives no lists of the experiment yet',
    `http://127.0.0.1:5001: ${problem}`,
    'http://127.0.0.1:5002: impressions are not written',
  ]);
  expect(told({ isOfHome: false, servers: [] })).toEqual([
    expect.stringContaining('this home has no definition of the experiment'),
  ]);
});
