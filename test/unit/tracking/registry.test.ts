/** Answers of the registry that are JSON, and not what was asked for. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createTracking } from '../../../tracking/index.ts';

/** A server whose every answer is this, and a client of it. */
const answering = async (answer: unknown) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const trackingUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tracking = createTracking({ trackingUri });
  onTestFinished(async () => {
    await tracking.close();
    server.close();
  });
  return { tracking, trackingUri };
};

it.each([
  [{}, 'without model_version'],
  [{ model_version: [] }, 'without model_version'],
  [{ model_version: { name: 'two-tower' } }, 'without model_version.version'],
  [{ model_version: { version: '1' } }, 'without model_version.name'],
  [{ model_version: { name: 'other', version: '1' } }, 'with model_version.name "other" in place of "two-tower"'],
])('refuses %j as the version behind an alias or a number, and says what is wrong with it', async (answer, problem) => {
  const { tracking, trackingUri } = await answering(answer);
  const refused = (endpoint: string) => ({
    code: 'UPSTREAM_REJECTED',
    message: `MLflow ${trackingUri}: GET /api/2.0/mlflow/${endpoint}: got status 200 ${problem}, expected MLflow’s own answer: 200 with JSON`,
  });
  await expect(tracking.findByAlias('two-tower', 'champion')).rejects.toMatchObject(refused('registered-models/alias'));
  await expect(tracking.findVersion('two-tower', '1')).rejects.toMatchObject(refused('model-versions/get'));
  await expect(tracking.getVersion('two-tower', '1')).rejects.toMatchObject(refused('model-versions/get'));
});

it('refuses another version than was asked for', async () => {
  const { tracking } = await answering({ model_version: { name: 'two-tower', version: '2', run_id: 'r' } });
  await expect(tracking.getVersion('two-tower', '1')).rejects.toMatchObject({
    message: expect.stringContaining('got status 200 with model_version.version "2" in place of "1"'),
  });
  expect(await tracking.findByAlias('two-tower', 'champion')).toMatchObject({ version: '2', runId: 'r' });
});
