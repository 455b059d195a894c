/** Everything that /openapi.json allows, and much that it forbids: no defect, and no answer that it does not describe. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../../config/env.ts';
import { findPython } from '../../../services/provision/python.ts';
import { encodingProcess } from '../../support/encoding-process.ts';
import { ask, startServing } from '../../support/serving.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testPython } from '../../support/test-python.ts';

/** Other methods are 404 by the contract; a field that is no field of the bundle is refused though its schema allows it. */
const NOT_OURS = 'unsupported_method,negative_data_rejection,positive_data_acceptance';

it('http/schemas: every answer to generated requests is one that the document describes', async (context) => {
  const { version } = await findPython(readEnvironment().variables);
  if (Number(version.split('.')[1]) < 11) {
    context.skip('schemathesis needs Python 3.11');
  }
  const { folder: environment } = await testPython('schemathesis');
  // The small bundle's model does not load, and whatever is given online waits.
  const { url, messages } = await startServing({ encoder: encodingProcess() });
  const args = ['run', `${url}/openapi.json`, '--exclude-checks', NOT_OURS, '--seed', '7', '--max-examples', '5'];
  const child = spawn(join(environment, 'bin', 'st'), [...args, '--no-color', '--generation-database', 'none'], {
    cwd: await temporaryFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/\d{3,} generated/);
  expect(output).toContain('Tested: 13');
  expect(messages.filter((message) => message.startsWith('request '))).toEqual([]);
  expect((await ask(`${url}/healthz`)).status).toBe(200);
});
