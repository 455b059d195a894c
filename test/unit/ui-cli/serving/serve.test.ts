import { describe, expect, test } from 'vitest';
import { runCli } from '../../../../ui-cli/main.ts';
import type { ServeRequest } from '../../../../ui-cli/serving/serve-runtime.ts';
import { createFakeRuntime, settle } from '../../../support/fake-cli/fake-runtime.ts';

const FACTS = {
  ...{ url: 'http://127.0.0.1:5000', model: 'two-tower', modelVersion: '3', bundle: 'ab12', items: 250 },
  ...{ search: 'exact' as const, path: '/api/recommendations/startups/for-developer/' },
};

const serving = (asked: ServeRequest[]) =>
  createFakeRuntime({
    serveModel: (request) =>
      new Promise((resolve) => {
        asked.push(request);
        request.signal.addEventListener('abort', () => resolve());
        request.onReady(FACTS);
      }),
  });

describe('serve', () => {
  test('serves at loopback, port 5000, until Ctrl-C, says where, and ends with 0', async () => {
    const asked: ServeRequest[] = [];
    const fake = serving(asked);
    const running = runCli(['serve'], fake.runtime);
    await expect
      .poll(() => fake.stdout())
      .toContain('http://127.0.0.1:5000/api/recommendations/startups/for-developer/<id>');
    fake.interrupt();
    expect(await running).toBe(0);
    await settle();
    expect(fake.stderr()).toContain('serve: stopped');
    expect(asked).toMatchObject([
      { model: 'two-tower', host: '127.0.0.1', port: 5000, apiKeysFile: null, rateLimit: null, challengerShare: null },
    ]);
  });

  test('prints one line of JSON once it is ready', async () => {
    const fake = serving([]);
    const running = runCli(['serve', '--json', '--port', '0'], fake.runtime);
    await expect.poll(() => fake.stdout()).not.toBe('');
    fake.interrupt();
    await running;
    expect(fake.stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(fake.stdout())).toEqual({
      ...{ url: 'http://127.0.0.1:5000', model_version: '3', bundle: 'ab12', items: 250, search: 'exact' },
    });
  });

  test('serves one bundle in place of the champion, for as long as the process that is named', async () => {
    const asked: ServeRequest[] = [];
    const fake = serving(asked);
    const running = runCli(['serve', '--bundle', 'bundles/ab12', '--parent', '77'], fake.runtime);
    await expect.poll(() => asked.length).toBe(1);
    fake.interrupt();
    expect(await running).toBe(0);
    expect(asked).toMatchObject([{ bundle: 'bundles/ab12', parent: 77 }]);
    expect(await runCli(['serve', '--bundle', 'ab12', '--model', 'two-tower'], fake.runtime)).toBe(64);
    await settle();
    expect(fake.stderr()).toContain('--bundle');
  });

  test('wants keys where others reach the address, and lets none of them take all', async () => {
    const asked: ServeRequest[] = [];
    const fake = serving(asked);
    for (const host of ['0.0.0.0', '::', '192.168.1.7', 'example.com']) {
      expect(await runCli(['serve', '--host', host], fake.runtime)).toBe(64);
    }
    await settle();
    expect(fake.stderr()).toContain('--host: 0.0.0.0 can be reached from other machines, so it needs --api-keys');
    expect(asked).toEqual([]);
    const running = runCli(['serve', '--host', '0.0.0.0', '--api-keys', 'keys.json'], fake.runtime);
    await expect.poll(() => asked.length).toBe(1);
    fake.interrupt();
    await running;
    expect(asked).toMatchObject([{ host: '0.0.0.0', apiKeysFile: 'keys.json', rateLimit: 200 }]);
  });

  test('gives a share of the users to the challenger where that is asked for', async () => {
    const asked: ServeRequest[] = [];
    const fake = serving(asked);
    const running = runCli(['serve', '--ab', 'challenger=0.1'], fake.runtime);
    await expect.poll(() => asked.length).toBe(1);
    fake.interrupt();
    await running;
    expect(asked).toMatchObject([{ challengerShare: 0.1 }]);
    expect(await runCli(['serve', '--ab', 'challenger=0.1', '--bundle', 'b'], fake.runtime)).toBe(64);
    await settle();
  });

  test('asks no key at any address of loopback', async () => {
    for (const host of ['localhost', '::1', '127.0.0.2']) {
      const asked: ServeRequest[] = [];
      const fake = serving(asked);
      const running = runCli(['serve', '--host', host, '--rate-limit', '7'], fake.runtime);
      await expect.poll(() => asked.length).toBe(1);
      fake.interrupt();
      expect(await running).toBe(0);
      expect(asked).toMatchObject([{ host, rateLimit: 7 }]);
    }
  });

  test.each([
    ['--port', '65536'],
    ['--port', 'http'],
    ['--rate-limit', '0'],
    ['--bundle', ''],
    ['--parent', '0'],
    ['--ab', '0.1'],
    ['--ab', 'challenger=0'],
    ['--ab', 'challenger=1'],
    ['--model', 'two-tower@challenger'],
    ['--model', 'two-tower/3'],
    ['--model', ''],
    ['--model', '..'],
  ])('refuses %s %s', async (option, value) => {
    const asked: ServeRequest[] = [];
    const fake = serving(asked);
    expect(await runCli(['serve', option, value], fake.runtime)).toBe(64);
    await settle();
    expect(fake.stderr()).toContain(option);
    expect(asked).toEqual([]);
  });
});
