import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../../config/env.ts';
import type { TensorflowBackend, TensorflowPlan } from '../../../contracts/tensorflow.ts';
import { resolveTensorflow } from '../../../services/tensorflow/index.ts';

const TRAIN = fileURLToPath(new URL('fixtures/train-main.ts', import.meta.url));
const PROVISION = fileURLToPath(new URL('../../../services/tensorflow/provision', import.meta.url));
const TYPESCRIPT = ['--import', import.meta.resolve('tsx')];

interface Trained {
  readonly info: { readonly backend: string; readonly library: string };
  readonly engine: string;
  readonly losses: readonly number[];
  readonly firstGradients: readonly (readonly number[])[];
  readonly grown: number;
  readonly left: number;
}

/** Builds the native library in the shared cache folder where it is missing. */
const planFor = (backend: TensorflowBackend): Promise<TensorflowPlan> =>
  resolveTensorflow({
    cacheFolder: readEnvironment().cacheFolder,
    provisionFolder: PROVISION,
    backend,
    environment: process.env,
    progress: () => undefined,
  });

const trainOn = (plan: TensorflowPlan): { trained: Trained; stderr: string } => {
  const result = spawnSync(process.execPath, [...TYPESCRIPT, TRAIN, JSON.stringify(plan)], {
    encoding: 'utf8',
    env: { ...process.env, ...plan.env },
  });
  if (result.status !== 0) {
    throw new Error(result.stderr.slice(-2_000));
  }
  return { trained: JSON.parse(result.stdout), stderr: result.stderr };
};

const maxDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));

describe('training the same model on each backend', () => {
  const results = new Map<string, { trained: Trained; stderr: string }>();
  const resultOf = (backend: string): { trained: Trained; stderr: string } => {
    const result = results.get(backend);
    if (result === undefined) {
      throw new Error(`${backend} did not train`);
    }
    return result;
  };

  beforeAll(async () => {
    for (const backend of ['native', 'wasm', 'js'] as const) {
      results.set(backend, trainOn(await planFor(backend)));
    }
  }, 300_000);

  test.each([
    ['native', 'tensorflow', 'libtensorflow 2.21.0'],
    ['wasm', 'wasm', 'tfjs-backend-wasm 4.22.0'],
    ['js', 'cpu', 'tfjs-backend-cpu 4.22.0'],
  ])(
    "services/tensorflow/activate-tensorflow: on %s the project's tfjs-core computes with the engine %s",
    (backend, engine, library) => {
      const { trained } = resultOf(backend);
      expect(trained.engine).toBe(engine);
      expect(trained.info).toEqual({ backend, library });
    },
  );

  test.each(['native', 'wasm', 'js'])(
    'services/tensorflow/activate-tensorflow: on %s the loss falls and no tensor leaks',
    (backend) => {
      const { losses, grown, left } = resultOf(backend).trained;
      expect(losses).toHaveLength(10);
      expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
      expect({ grown, left }).toEqual({ grown: 0, left: 0 });
    },
  );

  test.each(['native', 'wasm'])(
    'services/tensorflow/activate-tensorflow: gradients on %s equal those in plain JavaScript',
    (backend) => {
      const expected = resultOf('js').trained.firstGradients;
      const actual = resultOf(backend).trained.firstGradients;
      expect(actual.map(({ length }) => length)).toEqual([160, 48, 6, 24]);
      const differences = actual.map((values, index) => maxDifference(values, expected[index] ?? []));
      expect(Math.max(...differences)).toBeLessThan(1e-5);
      // rows 3, 0, 19 and 7 of the table were looked up, the others have no gradient
      const [table = []] = actual;
      const touched = Array.from({ length: 20 }, (_, row) => row).filter((row) =>
        table.slice(row * 8, row * 8 + 8).some((value) => value !== 0),
      );
      expect(touched).toEqual([0, 3, 7, 19]);
    },
  );

  test.each(['native', 'wasm', 'js'])(
    'services/tensorflow/activate-tensorflow: %s writes nothing that looks like trouble',
    (backend) => {
      expect(resultOf(backend).stderr).not.toMatch(/warn|Overwriting the platform|speed things up|Error/i);
    },
  );
});

test('services/tensorflow/activate-tensorflow: a binding that is gone is TENSORFLOW_UNAVAILABLE', async () => {
  const plan = { ...(await planFor('js')), backend: 'native' as const, packageFolder: '/nowhere', library: 'x 1.0' };
  expect(() => trainOn(plan)).toThrow(/TENSORFLOW_UNAVAILABLE/);
});
