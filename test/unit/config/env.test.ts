import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../../config/env.ts';

describe('config/env', () => {
  test('without variables it takes the defaults', () => {
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
      user: userInfo().username,
    });
  });

  test('an empty variable counts as unset', () => {
    expect(readEnvironment({ TEMPORAL_ADDRESS: '', TT_TF_BACKEND: '', CI: '', NO_COLOR: '' })).toMatchObject({
      temporal: { address: undefined },
      tensorflowBackend: 'auto',
      isCi: false,
      isColorless: false,
    });
  });

  test('reads every variable it knows', () => {
    const environment = readEnvironment({
      TT_EXP_HOME: '/home/x',
      TT_EXP_CACHE: '/cache/x',
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'ml',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_CERT: '/c.pem',
      TEMPORAL_TLS_KEY: '/k.pem',
      TEMPORAL_TLS_CA: '/ca.pem',
      TEMPORAL_TLS_SERVER_NAME: 'temporal.internal',
      TEMPORAL_UI_URL: 'https://someone:secret@ui.example/',
      MLFLOW_TRACKING_URI: 'https://mlflow.example/base/',
      MLFLOW_TRACKING_TOKEN: 'token',
      MLFLOW_TRACKING_USERNAME: 'user',
      MLFLOW_TRACKING_PASSWORD: 'password',
      MLFLOW_TRACKING_SERVER_CERT_PATH: '/mlflow-ca.pem',
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
        caFile: '/ca.pem',
        serverName: 'temporal.internal',
        uiUrl: 'https://ui.example',
      },
      mlflow: {
        trackingUri: 'https://mlflow.example/base',
        token: 'token',
        username: 'user',
        password: 'password',
        caFile: '/mlflow-ca.pem',
      },
      tensorflowBackend: 'wasm',
      stallLimitMs: 7_500,
      isCi: true,
      isColorless: true,
      user: 'ada',
    });
  });

  test('an API key, a certificate, an authority or a server name turns TLS on', () => {
    const isTls = (variables: Record<string, string>): boolean => readEnvironment(variables).temporal.isTls;
    expect(isTls({ TEMPORAL_API_KEY: 'key' })).toBe(true);
    expect(isTls({ TEMPORAL_TLS_CA: '/ca.pem' })).toBe(true);
    expect(isTls({ TEMPORAL_TLS_SERVER_NAME: 'temporal' })).toBe(true);
    expect(isTls({ TEMPORAL_TLS_CERT: '/c.pem', TEMPORAL_TLS_KEY: '/k.pem' })).toBe(true);
    expect(isTls({ TEMPORAL_TLS: 'false' })).toBe(false);
    expect(isTls({ TEMPORAL_ADDRESS: 'temporal:7233' })).toBe(false);
  });

  test.each([
    ['http://ada:pass@mlflow:5000/base/', 'ada', 'pass'],
    ['https://ada:p%40ss%2Fw%25rd@mlflow:5000/base', 'ada', 'p@ss/w%rd'],
    ['http://ada:p@ss:word@mlflow:5000/base', 'ada', 'p@ss:word'],
    ['http://ada@mlflow:5000/base', 'ada', ''],
  ])('%s is an address and credentials, for this process and its children', (uri, username, password) => {
    const { mlflow, variables } = readEnvironment({ MLFLOW_TRACKING_URI: uri });
    const address = `${uri.slice(0, uri.indexOf(':'))}://mlflow:5000/base`;
    expect(mlflow).toMatchObject({ trackingUri: address, username, password });
    expect(variables.MLFLOW_TRACKING_URI?.replace(/\/$/, '')).toBe(address);
    expect(variables).toMatchObject({ MLFLOW_TRACKING_USERNAME: username, MLFLOW_TRACKING_PASSWORD: password });
    expect(readEnvironment(variables).mlflow).toMatchObject({ trackingUri: address, username });
  });

  test('user name and password of their own win over those of the address', () => {
    const { mlflow, variables } = readEnvironment({
      MLFLOW_TRACKING_URI: 'http://ada:secret@mlflow',
      MLFLOW_TRACKING_USERNAME: 'eve',
      MLFLOW_TRACKING_PASSWORD: 'other',
    });
    expect(mlflow).toMatchObject({ trackingUri: 'http://mlflow', username: 'eve', password: 'other' });
    expect(JSON.stringify(variables)).not.toContain('secret');
  });

  test.each([
    [{ TEMPORAL_ADDRESS: 'localhost' }, 'TEMPORAL_ADDRESS: got "localhost", expected host:port'],
    [{ TEMPORAL_TLS: 'perhaps' }, 'TEMPORAL_TLS: got "perhaps", expected true or false'],
    [{ TEMPORAL_TLS_CERT: '/c.pem' }, 'TEMPORAL_TLS_KEY: got "", expected the path of the key'],
    [{ TEMPORAL_TLS_KEY: '/k.pem' }, 'TEMPORAL_TLS_CERT: got "", expected the path of the certificate'],
    [{ TEMPORAL_UI_URL: 'ui.example' }, 'TEMPORAL_UI_URL: got "ui.example", expected an address'],
    [{ TEMPORAL_ADDRESS: 'ada:secret@temporal:7233' }, 'TEMPORAL_ADDRESS: got "***@temporal:7233", expected host:port'],
    [
      { TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'key' },
      'TEMPORAL_TLS: got "false", expected true, or nothing, together with TEMPORAL_API_KEY',
    ],
    [
      { TEMPORAL_TLS: '0', TEMPORAL_TLS_CA: '/ca.pem' },
      'TEMPORAL_TLS: got "0", expected true, or nothing, together with TEMPORAL_TLS_CA',
    ],
    [{ MLFLOW_TRACKING_URI: 'ada:secret@mlflow' }, 'MLFLOW_TRACKING_URI: got "***@mlflow", expected an address'],
    [
      { MLFLOW_TRACKING_URI: 'http://ada:sec/ret@mlflow' },
      'MLFLOW_TRACKING_URI: got "***@mlflow", expected an address',
    ],
    [{ MLFLOW_TRACKING_URI: 'http://ada:1/ret@mlflow' }, 'MLFLOW_TRACKING_URI: got "***@mlflow", expected credentials'],
    [
      { MLFLOW_TRACKING_URI: 'http://ada:50%@mlflow' },
      'MLFLOW_TRACKING_URI: got "***@", expected credentials with two',
    ],
    [{ MLFLOW_TRACKING_URI: 'mlruns' }, 'MLFLOW_TRACKING_URI: got "mlruns", expected an address'],
    [{ TT_TF_BACKEND: 'cuda' }, 'TT_TF_BACKEND: got "cuda", expected one of auto, gpu, native, wasm, js'],
    [{ TT_STALL_SECONDS: '0' }, 'TT_STALL_SECONDS: got "0", expected seconds, more than 0 and at most 86400'],
    [{ TT_STALL_SECONDS: 'soon' }, 'TT_STALL_SECONDS: got "soon", expected seconds'],
  ])('refuses %j', (variables, message) => {
    expect(() => readEnvironment(variables)).toThrow(
      expect.objectContaining({ code: 'ENVIRONMENT_INVALID', exitCode: 78, message: expect.stringContaining(message) }),
    );
  });
});
