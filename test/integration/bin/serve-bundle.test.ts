/** `tt-exp serve` as a process of its own, around the bundle of test/support/small-bundle.ts. */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeLayout } from '../../../host/home-layout.ts';
import { POINTER_FILE, writePointer } from '../../../serving/follow/pointer-file.ts';
import { eventually } from '../../support/eventually.ts';
import { ready, serveCommand, startNode } from '../../support/serve-process.ts';
import { ask, post } from '../../support/serving.ts';
import { openSilentServer } from '../../support/silent-server.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { isRunning } from '../compute/runner.ts';

/** Starts the program that its arguments name, with its own process id, and does nothing else. */
const PARENT = `
const { spawn } = require('node:child_process');
const child = spawn(process.execPath, [...process.argv.slice(1), '--parent', String(process.pid)], { stdio: 'inherit' });
process.stderr.write('child ' + child.pid + '\\n');
setInterval(() => undefined, 1000);
`;

const serve = (bundle: string): readonly string[] => serveCommand('--bundle', bundle);

describe('bin/cli/serve: one bundle', () => {
  it('answers from the bundle, takes no events, leaves nothing in the home, and ends with 0', async () => {
    const home = await temporaryFolder();
    const { folder, digest } = await writeSmallBundle(home);
    const started = startNode(home, serve(digest));
    const { url, ...facts } = await ready(started);
    expect(facts).toEqual({ model_version: '3', bundle: digest, items: 6, search: 'exact' });
    const lists = `${url}/api/recommendations/startups/for-developer`;
    expect((await ask(`${lists}/hot?limit=2`)).body).toMatchObject({ item_ids: ['i1', 'i4'], bundle: digest });
    const sent = { event_id: 'e', user_id: 'hot', item_id: 'i1', type: 'view' };
    expect((await post(`${url}/api/events`, sent)).status).toBe(404);
    expect((await ask(`${url}/readyz`)).body).toMatchObject({ ready: true, bundle: digest, degraded: [] });
    expect((await ask(`${url}/metrics`)).text).not.toContain('tt_exp_events_writable');
    const ended = once(started.child, 'close');
    started.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect((await readdir(home)).sort()).toEqual(['bundles', 'encoder.json', 'model']);
    expect(folder).toBe(join(home, 'bundles', digest));
  });

  it('says what is wrong with a folder that holds no whole bundle, and ends with 66', async () => {
    const home = await temporaryFolder();
    const { child, stderr } = startNode(home, serve(join(home, 'nowhere')));
    expect(await once(child, 'close')).toEqual([66, null]);
    expect(stderr()).toContain('manifest.json is missing');
    expect(stderr()).toContain('hint: Name a digest in `bundles` of the home, or the folder of a bundle');
  });

  it('ends with the process that has started it, also where that is killed', async () => {
    const home = await temporaryFolder();
    const { folder } = await writeSmallBundle(home);
    const parent = startNode(home, ['-e', PARENT, '--', ...serve(folder)]);
    const { url } = await ready(parent);
    const pid = Number(/child (\d+)/.exec(parent.stderr())?.[1]);
    expect([await isRunning(pid), (await ask(`${url}/healthz`)).status]).toEqual([true, 200]);
    parent.child.kill('SIGKILL');
    await eventually(
      `the end of process ${pid}`,
      () => isRunning(pid),
      (isAlive) => !isAlive,
    );
  });
});

describe('bin/cli/serve: an MLflow that takes connections and says nothing', () => {
  it('begins with the bundle that served last, long before that MLflow is given up, and says so', async () => {
    const home = await temporaryFolder();
    const { digest } = await writeSmallBundle(home);
    await writePointer(
      { bundle: digest, version: '3', runId: 'run' },
      join(homeLayout(home).servingFolder('two-tower'), POINTER_FILE),
    );
    const started = startNode(home, serveCommand('--model', 'two-tower'), {
      MLFLOW_TRACKING_URI: await openSilentServer(),
    });
    // A question that is asked with all its retries takes three minutes.
    const { url, bundle } = await ready(started, 30_000);
    expect(bundle).toBe(digest);
    const why = 'MLflow cannot be asked for the champion; two-tower/3 serves as before';
    expect((await ask(`${url}/readyz`)).body).toMatchObject({ ready: true, bundle: digest, degraded: [why] });
    expect(started.stderr()).toContain(`${why}`);
    expect(started.stderr()).toContain('MLflow has not answered within 2 s');
    const lists = `${url}/api/recommendations/startups/for-developer`;
    expect((await ask(`${lists}/hot?limit=2`)).body).toMatchObject({ item_ids: ['i1', 'i4'], bundle: digest });
    const ended = once(started.child, 'close');
    started.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
