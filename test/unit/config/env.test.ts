import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { childEnvironment, readEnvironment } from '../../../config/env.ts';

describe('config/env', () => {
  test('config/env: without variables it takes the defaults', () => {
    const environment = readEnvironment({ XDG_CACHE_HOME: '/caches' });
    expect(environment).toMatchObject({
      homeFolder: resolve('.tt-exp'),
      cacheFolder: '/caches/tt-exp',
      temporal: { address: undefined, namespace: 'default', isTls: false },
      mlflow: { trackingUri: undefined },
      tensorflowBackend: 'auto',
      stallLimitMs: 300_000,
      isCi: false,
      isColorless: false,
      user: 'unknown',
    });
  });

  test('config/env: an empty variable counts as unset', () => {
    expect(readEnvironment({ TEMPORAL_ADDRESS: '', TT_TF_BACKEND: '', CI: '', NO_COLOR: '' })).toMatchObject({
      temporal: { address: undefined },
      tensorflowBackend: 'auto',
      isCi: false,
      isColorless: false,
    });
  });

  test('config/env: reads every variable it knows', () => {
    const environment = readEnvironment({
      TT_EXP_HOME: '/home/x',
      TT_EXP_CACHE: '/cache/x',
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'ml',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_CERT: '/c.pem',
      TEMPORAL_TLS_KEY: '/k.pem',
      TEMPORAL_UI_URL: 'https://ui.example/',
      MLFLOW_TRACKING_URI: 'https://mlflow.example/base/',
      MLFLOW_TRACKING_TOKEN: 'token',
      MLFLOW_TRACKING_USERNAME: 'user',
      MLFLOW_TRACKING_PASSWORD: 'password',
      TT_TF_BACKEND: 'wasm',
      TT_STALL_SECONDS: '7.5',
      CI: 'true',
      NO_COLOR: '1',
      USER: 'ada',
    });
    expect(environment).toMatchObject({
      homeFolder: '/home/x',
      cacheFolder: '/cache/x',
      temporal: {
        address: 'temporal.example:7233',
        namespace: 'ml',
        apiKey: 'key',
        isTls: true,
        certificateFile: '/c.pem',
        keyFile: '/k.pem',
        uiUrl: 'https://ui.example',
      },
      mlflow: { trackingUri: 'https://mlflow.example/base', token: 'token', username: 'user', password: 'password' },
      tensorflowBackend: 'wasm',
      stallLimitMs: 7_500,
      isCi: true,
      isColorless: true,
      user: 'ada',
    });
  });

  test.each([
    [{ TEMPORAL_ADDRESS: 'localhost' }, 'TEMPORAL_ADDRESS: got "localhost", expected host:port'],
    [{ TEMPORAL_TLS: 'perhaps' }, 'TEMPORAL_TLS: got "perhaps", expected true or false'],
    [{ TEMPORAL_TLS_CERT: '/c.pem' }, 'TEMPORAL_TLS_KEY: got "", expected the path of the key'],
    [{ TEMPORAL_TLS_KEY: '/k.pem' }, 'TEMPORAL_TLS_CERT: got "", expected the path of the certificate'],
    [{ TEMPORAL_UI_URL: 'ui.example' }, 'TEMPORAL_UI_URL: got "ui.example", expected an address'],
    [{ MLFLOW_TRACKING_URI: 'mlruns' }, 'MLFLOW_TRACKING_URI: got "mlruns", expected an address'],
    [{ TT_TF_BACKEND: 'cuda' }, 'TT_TF_BACKEND: got "cuda", expected one of auto, gpu, native, wasm, js'],
    [{ TT_STALL_SECONDS: '0' }, 'TT_STALL_SECONDS: got "0", expected seconds, more than 0 and at most 86400'],
    [{ TT_STALL_SECONDS: 'soon' }, 'TT_STALL_SECONDS: got "soon", expected seconds'],
  ])('config/env: refuses %j', (variables, message) => {
    expect(() => readEnvironment(variables)).toThrow(
      expect.objectContaining({ code: 'ENVIRONMENT_INVALID', exitCode: 78, message: expect.stringContaining(message) }),
    );
  });

  test('config/env: a child inherits everything, with home and cache absolute', () => {
    const environment = readEnvironment({ PATH: '/bin', TT_EXP_HOME: 'here', XDG_CACHE_HOME: '/caches' });
    expect(childEnvironment(environment)).toEqual({
      PATH: '/bin',
      XDG_CACHE_HOME: '/caches',
      TT_EXP_HOME: resolve('here'),
      TT_EXP_CACHE: '/caches/tt-exp',
    });
  });
});
