import { describe, expect, test } from 'vitest';
import { runCli } from '../../../../ui-cli/main.ts';
import { createFakeRuntime, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('data generate', () => {
  test('data generate passes its numbers and an absolute folder on', async () => {
    const folder = await temporaryFolder('tt-exp cli ');
    const requests: unknown[] = [];
    const fake = createFakeRuntime({
      generateData: async (request) => {
        requests.push(request);
        return { folder: request.folder, files: ['users.parquet'], users: 20, items: 30, interactions: 99 };
      },
    });
    const args = [
      'data',
      'generate',
      '--users',
      '20',
      '--startups',
      '30',
      '--interactions',
      '40',
      '--seed',
      '5',
      '--to',
      folder,
    ];
    expect(await runCli(args, fake.runtime)).toBe(0);
    await settle();
    expect(requests).toEqual([
      { users: 20, startups: 30, interactions: 40, seed: 5, format: 'parquet', folder, isForced: false },
    ]);
    expect(fake.stdout()).toContain('20 users, 30 items, 99 events');
    expect(await runCli([...args, '--force'], fake.runtime)).toBe(0);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toMatchObject({ folder, isForced: true });
  });
});
