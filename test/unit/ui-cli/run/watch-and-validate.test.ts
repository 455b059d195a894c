import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { EXPERIMENT_ID } from '../../../support/experiment-views.ts';
import { jsonOf } from '../../../support/fake-cli/fake-runtime.ts';
import { runScripted } from '../../../support/fake-cli/scripted-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let folder = '';
let config = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp cli ');
  config = join(folder, 'demo.json');
  await writeFile(config, '{"name":"demo"}');
});

describe('watch and validate', () => {
  test('watch attaches without starting services, by a beginning that only one id has', async () => {
    const result = await runScripted(['watch', 'demo', '--json']);
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ experiment_id: EXPERIMENT_ID, status: 'completed' });
    expect(result.recorded.opened).toEqual([false]);
  });

  test('validate judges every file and ends with the code of the first bad one', async () => {
    const bad = join(folder, 'bad.json');
    await writeFile(bad, '{"name":"bad","sead":1}');
    const result = await runScripted(['validate', config, bad, join(folder, 'none.json')]);
    expect(result.exitCode).toBe(78);
    expect(result.stdout()).toMatch(/demo\.json: valid \(demo-[0-9a-f]{10}\)\n$/);
    expect(result.stderr()).toContain('did you mean "seed"?');
    expect(result.stderr()).toContain('none.json: got no such file');
    const json = await runScripted(['validate', config, bad, '--json']);
    expect(jsonOf(json)).toMatchObject({
      configs: [
        { is_valid: true, problems: [] },
        { is_valid: false, problems: [{ line: 1, path: 'sead' }] },
      ],
    });
  });
});
