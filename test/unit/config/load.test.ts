import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import type { ConfigProblem } from '../../../config/problem.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp config ');
});

const write = async (text: string): Promise<string> => {
  const file = join(folder, 'config.json');
  await writeFile(file, text);
  return file;
};

const failureOf = async (text: string, overrides: readonly string[] = []): Promise<TtExpError> => {
  const error = await loadConfig(await write(text), overrides).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TtExpError);
  return error as TtExpError;
};

/** `line:column path: found | expected | suggestion` of each problem. */
const problemsOf = ({ details }: TtExpError): readonly string[] =>
  (details.problems as readonly ConfigProblem[]).map(
    ({ line, column, path, found, expected, suggestion }) =>
      `${line}:${column} ${path}: ${found} | ${expected} | ${suggestion}`,
  );

const spaceProblems = async (sweep: object): Promise<readonly string[]> => {
  const error = await failureOf(JSON.stringify({ name: 'x', sweep }));
  return problemsOf(error).map((text) => text.replace(/^\d+:\d+ /, ''));
};

describe('config/load', () => {
  test('reports every mistake at once with line, column, path, found, expected and nearest key', async () => {
    const error = await failureOf(
      [
        '{',
        '  "name": "Bad Name",',
        '  "seed": -1,',
        '  "trainning": {},',
        '  "training": { "learning_rat": 0.1, "loss": "in_batch_sofmax" },',
        '  "model": { "hidden_dims": [512, 0, "x"] }',
        '}',
      ].join('\n'),
    );
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.exitCode).toBe(78);
    expect(error.message).toContain('got 7 problems');
    expect(problemsOf(error)).toEqual([
      '2:11 name: "Bad Name" | text that matches ^[a-z0-9][a-z0-9._-]{0,63}$ | null',
      '3:11 seed: -1 | a whole number >= 0 and <= 2147483647 | null',
      '4:3 trainning: an unknown key | one of the keys name, description, seed, data, model, training, evaluation, sweep, gate, notify | training',
      '5:17 training.learning_rat: an unknown key | one of the keys loss, num_epochs, batch_size, learning_rate, weight_decay, early_stopping_patience, sampled_negatives, mixed_negatives, temperature, learn_temperature, warmup_epochs, schedule, schedule_epochs, clip_norm, max_seconds, precision, preflight | learning_rate',
      '5:46 training.loss: "in_batch_sofmax" | one of "weighted_bce", "in_batch_softmax", "bpr" | in_batch_softmax',
      '6:35 model.hidden_dims[1]: 0 | a whole number >= 1 and <= 8192 | null',
      '6:38 model.hidden_dims[2]: "x" | a whole number >= 1 and <= 8192 | null',
    ]);
  });

  test('a single mistake is the message itself, with its place and the nearest key', async () => {
    const error = await failureOf('{"name":"x",\n "sead": 3}');
    expect(error.message).toBe(
      `${join(folder, 'config.json')}:2:2: sead: got an unknown key, expected one of the keys name, description, seed, data, model, training, evaluation, sweep, gate, notify (did you mean "seed"?)`,
    );
    expect(error.hint).toContain('"seed"');
  });

  test.each([
    ['a missing name', '{}', '1:1 name: nothing | text that matches ^[a-z0-9][a-z0-9._-]{0,63}$ | null'],
    ['a list instead of an object', '[]', '1:1 (root): [] | an object | null'],
    [
      'a number too large for JSON',
      '{"name":"x","seed":1e999}',
      '1:20 seed: Infinity | a whole number >= 0 and <= 2147483647 | null',
    ],
    [
      'a key twice',
      '{"name":"x",\n"name":"y"}',
      '2:1 name: the key a second time | each key once (it is on line 1 already) | null',
    ],
    [
      'the key __proto__',
      '{"name":"x","training":{"__proto__":{"seed":1}}}',
      '1:25 training.__proto__: an unknown key | one of the keys loss, num_epochs, batch_size, learning_rate, weight_decay, early_stopping_patience, sampled_negatives, mixed_negatives, temperature, learn_temperature, warmup_epochs, schedule, schedule_epochs, clip_norm, max_seconds, precision, preflight | null',
    ],
    [
      'shares that miss 1, defaults counted',
      '{"name":"x","data":{"split":{"train":0.8}}}',
      '1:21 data.split: train 0.8 + validation 0.15 (default) + test 0.15 (default) = 1.1 | shares that add up to 1 | null',
    ],
  ])('refuses %s', async (_what, text, problem) => {
    const error = await failureOf(text);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(problemsOf(error)).toEqual([problem]);
  });

  test('shares that only miss 1 by rounding pass', async () => {
    // 0.6 + 0.3 + 0.1 is 0.9999999999999999 in floating point.
    const file = await write('{"name":"x","data":{"split":{"train":0.6,"validation":0.3,"test":0.1}}}');
    await expect(loadConfig(file)).resolves.toMatchObject({ data: { split: { train: 0.6 } } });
  });

  test.each([
    ['{"name": "x",\n  "seed": }', 2, 11],
    ['{"name": "x",}', 1, 14],
    ['{"name": "x"', 1, 13],
    ['{"name": "x"} // note', 1, 15],
    ['', 1, 1],
    ["{'name': 1}", 1, 2],
  ])('text that is not JSON is CONFIG_SYNTAX with its place: %j', async (text, line, column) => {
    const error = await failureOf(text);
    expect(error.code).toBe('CONFIG_SYNTAX');
    expect(error.exitCode).toBe(78);
    expect(error.message).toMatch(new RegExp(`config\\.json:${line}:${column}: got .+, expected .+`));
    expect(error.details).toMatchObject({ line, column });
    expect(error.hint).toBeTruthy();
  });

  test('a byte order mark and Windows line ends do not shift places', async () => {
    const error = await failureOf('\uFEFF{\r\n  "name": "x",\r\n  "seed": -1\r\n}');
    expect(problemsOf(error)).toEqual(['3:11 seed: -1 | a whole number >= 0 and <= 2147483647 | null']);
  });

  test('a missing file is CONFIG_NOT_FOUND with the nearest experiment as hint', async () => {
    await expect(loadConfig('experiments/swep.json')).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      exitCode: 66,
      message: 'experiments/swep.json: got no such file, expected a JSON config',
      hint: 'Did you mean experiments/sweep.json?',
    });
  });

  test('a folder is CONFIG_NOT_FOUND and says so', async () => {
    await expect(loadConfig(folder)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: `${folder}: got a folder, expected a JSON config`,
    });
  });
});

describe('config/check-space', () => {
  const rate = { float: { low: 0.001, high: 0.01, step: 0.001 } };

  test.each([
    [
      'a key that no section has',
      { space: { 'model.embeding_dim': { choice: [64] } } },
      [
        'sweep.space["model.embeding_dim"]: an unknown key | a key of "model" or "training", such as "training.learning_rate" | model.embedding_dim',
      ],
    ],
    [
      'a key without its section',
      { space: { learning_rate: { choice: [0.1] } } },
      [
        'sweep.space.learning_rate: an unknown key | a key of "model" or "training", such as "training.learning_rate" | training.learning_rate',
      ],
    ],
    [
      "a choice outside the key's limits and one that stands twice",
      { space: { 'model.embedding_dim': { choice: [0, 64, 64] } } },
      [
        'sweep.space["model.embedding_dim"].choice[0]: 0 | a whole number >= 2 and <= 4096 | null',
        'sweep.space["model.embedding_dim"].choice[2]: 64 | each value once (it is choice[1] already) | null',
      ],
    ],
    [
      'a layer without width inside a choice',
      { space: { 'model.hidden_dims': { choice: [[64], [64, 0]] } } },
      ['sweep.space["model.hidden_dims"].choice[1][1]: 0 | a whole number >= 1 and <= 8192 | null'],
    ],
    [
      'a range for a list',
      { space: { 'model.hidden_dims': { int: { low: 1, high: 2 } } } },
      [
        'sweep.space["model.hidden_dims"].int: a range | "choice" with values, each a list of at most 8 values, each a whole number >= 1 and <= 8192 | null',
      ],
    ],
    [
      'a float range for a whole number',
      { space: { 'training.batch_size': { float: { low: 1, high: 2, step: 1 } } } },
      ['sweep.space["training.batch_size"].float: a range of floats | "int": a whole number >= 1 and <= 1048576 | int'],
    ],
    [
      'a fraction in an int range',
      { space: { 'training.batch_size': { int: { low: 1, high: 8, step: 0.5 } } } },
      ['sweep.space["training.batch_size"].int.step: 0.5 | a whole number in an "int" range | null'],
    ],
    [
      "a range beyond the key's limits",
      { space: { 'training.weight_decay': { float: { low: -1, high: 2, step: 0.5 } } } },
      [
        'sweep.space["training.weight_decay"].float.low: -1 | a number >= 0 and <= 1 | null',
        'sweep.space["training.weight_decay"].float.high: 2 | a number >= 0 and <= 1 | null',
      ],
    ],
    [
      'a logarithmic range from 0',
      {
        sampler: 'random',
        max_trials: 2,
        space: { 'training.weight_decay': { float: { low: 0, high: 1, log: true } } },
      },
      ['sweep.space["training.weight_decay"].float.low: 0 | a number > 0 in a logarithmic range | null'],
    ],
    [
      'a grid over floats without a step',
      { space: { 'training.weight_decay': { float: { low: 0.1, high: 1 } } } },
      [
        'sweep.space["training.weight_decay"].float.step: nothing | a step in a grid over floats; or "choice", or "sampler": "random" | null',
      ],
    ],
    [
      'a logarithmic grid',
      { space: { 'training.batch_size': { int: { low: 1, high: 8, log: true } } } },
      [
        'sweep.space["training.batch_size"].int.log: true | no "log" in a grid: list the values with "choice", or set "sampler": "random" | null',
      ],
    ],
    [
      'random without a number of trials',
      { sampler: 'random', space: { 'training.learning_rate': rate } },
      ['sweep.max_trials: nothing | a number of trials for the random sampler | null'],
    ],
    [
      'a grid of more points than anybody can want',
      // 10 rates, 2 * 1024 widths: 20,480 points.
      { space: { 'training.learning_rate': rate, 'model.embedding_dim': { int: { low: 2, high: 2049 } } } },
      ['sweep.space: 20480 points | a grid of at most 10000 points, or "max_trials" | null'],
    ],
    [
      'two kinds at once',
      { space: { 'training.batch_size': { choice: [1], int: { low: 1, high: 2 } } } },
      [
        'sweep.space["training.batch_size"]: {"choice":[1],"int":{"low":1,"high":2}} | exactly one of "choice", "int", "float" | null',
      ],
    ],
    [
      'a step beyond its range',
      { space: { 'training.batch_size': { int: { low: 8, high: 16, step: 16 } } } },
      ['sweep.space["training.batch_size"].int.step: 16 | a step <= high - low (8) | null'],
    ],
    [
      'a condition on an unknown key, and on a value that never occurs',
      {
        space: {
          'training.loss': { choice: ['bpr', 'weighted_bce'] },
          'training.temperature': { choice: [0.1], when: { 'training.los': ['bpr'] } },
          'training.clip_norm': { choice: [0, 1], when: { 'training.loss': ['in_batch_softmax'] } },
        },
      },
      [
        'sweep.space["training.temperature"].when["training.los"]: an unknown key | a key of "model" or "training", such as "training.learning_rate" | training.loss',
        'sweep.space["training.clip_norm"].when["training.loss"][0]: "in_batch_softmax" | one of the choices of training.loss: "bpr", "weighted_bce" | null',
      ],
    ],
    [
      'conditions in a circle',
      {
        space: {
          'training.temperature': { choice: [0.1], when: { 'training.clip_norm': [0] } },
          'training.clip_norm': { choice: [0, 1], when: { 'training.temperature': [0.1] } },
        },
      },
      [
        'sweep.space["training.temperature"].when: a circle through training.temperature, training.clip_norm | conditions that do not lead back to the parameter itself | null',
      ],
    ],
    [
      'constraints that mean nothing',
      {
        space: { 'training.batch_size': { choice: [8] } },
        constraints: ['training.batch_size <', 'batch_size < 8', 'training.loss < 3'],
      },
      [
        'sweep.constraints[0]: the end at column 22 of "training.batch_size <" | a key, number, quoted text or "(" | null',
        'sweep.constraints[1]: "batch_size" at column 1 of "batch_size < 8" | a config key such as "training.batch_size", or a text in quotes (did you mean "training.batch_size"?) | null',
        'sweep.constraints[2]: a text at column 1 of "training.loss < 3" | a number | null',
      ],
    ],
    [
      'fixed and enqueued keys that are unknown, wrong, or varied',
      {
        space: { 'training.batch_size': { choice: [8] } },
        fixed: { 'training.batch_size': 4, 'training.num_epoch': 3 },
        enqueue: [{ 'training.loss': 'bprr' }],
      },
      [
        'sweep.fixed["training.batch_size"]: one of its keys | a key that sweep.space does not vary | null',
        'sweep.fixed["training.num_epoch"]: an unknown key | a key of "model" or "training", such as "training.learning_rate" | training.num_epochs',
        'sweep.enqueue[0]["training.loss"]: "bprr" | one of "weighted_bce", "in_batch_softmax", "bpr" | bpr',
      ],
    ],
    [
      'a trial that is enqueued twice, with one written out',
      {
        space: { 'training.batch_size': { choice: [8] } },
        enqueue: [{ 'training.loss': 'bpr' }, { 'training.loss': 'bpr', 'training.batch_size': 256 }],
      },
      [
        'sweep.enqueue[1]: {"training.loss":"bpr","training.batch_size":256} | each trial once (it is enqueue[0] already) | null',
      ],
    ],
    [
      'an enqueued parameter whose condition does not hold',
      {
        space: {
          'training.loss': { choice: ['bpr', 'weighted_bce'] },
          'training.temperature': { choice: [0.1], when: { 'training.loss': ['bpr'] } },
        },
        enqueue: [{ 'training.temperature': 0.1 }],
      },
      [
        'sweep.enqueue[0]["training.temperature"]: one whose condition does not hold | only parameters whose "when" holds in this trial | null',
      ],
    ],
    [
      'more enqueued trials than trials',
      {
        max_trials: 1,
        space: { 'training.batch_size': { choice: [8] } },
        enqueue: [{ 'training.loss': 'bpr' }, { 'training.batch_size': 9 }],
      },
      ['sweep.enqueue: 2 trials | at most max_trials (1) trials | null'],
    ],
  ])('config/check-space: refuses %s', async (_what, sweep, problems) => {
    expect(await spaceProblems(sweep)).toEqual(problems);
  });

  test.each([
    ['no key', {}],
    ['a key without values', { 'model.embedding_dim': { choice: [] } }],
    ['a range from high to low', { 'training.batch_size': { int: { low: 8, high: 1 } } }],
  ])('config/check-space: a space with %s is SPACE_EMPTY', async (_what, space) => {
    const error = await failureOf(JSON.stringify({ name: 'x', sweep: { space } }));
    expect(error).toMatchObject({ code: 'SPACE_EMPTY', exitCode: 78 });
    expect(error.hint).toContain('at least one value');
  });

  test.each([
    ['grid', { choice: [64, 128] }],
    ['random', { float: { low: 64, high: 128 } }],
  ])(
    'config/check-space: a %s space without a feasible point is SPACE_EMPTY and names the constraint',
    async (sampler, range) => {
      const sweep = {
        sampler,
        max_trials: 3,
        space: { 'training.clip_norm': range },
        constraints: ['training.clip_norm > 0', 'training.clip_norm * 2 < 100'],
      };
      const error = await failureOf(JSON.stringify({ name: 'x', sweep }));
      expect(error).toMatchObject({ code: 'SPACE_EMPTY', exitCode: 78 });
      expect(error.message).toContain('sweep.constraints[1]');
      expect(error.message).toContain('training.clip_norm * 2 < 100');
      expect(error.hint).toContain('Loosen the constraint');
    },
  );

  test('config/check-space: takes conditions, constraints, fixed values and enqueued trials that make sense', async () => {
    const sweep = {
      sampler: 'tpe',
      max_trials: 20,
      space: {
        'training.loss': { choice: ['bpr', 'in_batch_softmax'] },
        'training.temperature': {
          float: { low: 0.01, high: 1, log: true },
          when: { 'training.loss': ['in_batch_softmax'] },
        },
        'model.hidden_dims': { choice: [[64], [64, 32]] },
        'training.mixed_negatives': { int: { low: 0, high: 64 } },
      },
      constraints: ["training.loss == 'bpr' or training.temperature < training.mixed_negatives"],
      fixed: { 'training.num_epochs': 3 },
      enqueue: [{ 'training.loss': 'weighted_bce', 'model.hidden_dims': [512] }],
    };
    const config = await loadConfig(await write(JSON.stringify({ name: 'x', sweep })));
    expect(config.sweep).toMatchObject({ sampler: 'tpe', fixed: { 'training.num_epochs': 3 } });
  });

  test('config/check-space: an empty space beside another mistake is CONFIG_INVALID with both', async () => {
    const error = await failureOf('{"name":"x","seed":-1,"sweep":{"space":{}}}');
    expect(error.code).toBe('CONFIG_INVALID');
    expect(problemsOf(error)).toHaveLength(2);
  });
});

describe('config/load with overrides', () => {
  test('a wrong override is named instead of a line', async () => {
    const error = await failureOf('{"name":"x","training":{"batch_size":8}}', [
      'training.batch_size=0',
      'training.learning_rat=1',
    ]);
    expect(
      (error.details.problems as ConfigProblem[]).map(({ file, line, path, suggestion }) => [
        file,
        line,
        path,
        suggestion,
      ]),
    ).toEqual([
      ['--set training.batch_size=0', null, 'training.batch_size', null],
      ['--set training.learning_rat=1', null, 'training.learning_rat', 'learning_rate'],
    ]);
  });

  test('an object that an override makes is blamed for what it lacks', async () => {
    const error = await failureOf('{"name":"x"}', ['sweep.max_parallel=2']);
    expect(error.message).toBe(
      '--set sweep.max_parallel=2: sweep.space: got nothing, expected an object with at least 1 key',
    );
  });

  test('an override mends a mistake of the file', async () => {
    const file = await write('{"name":"x","seed":-1}');
    await expect(loadConfig(file, ['seed=3'])).resolves.toMatchObject({ seed: 3 });
  });

  test("an override of the file's own mistake leaves no trace of its place", async () => {
    const error = await failureOf('{"name":"x","seed":-1}', ['seed=-2']);
    expect(error.message).toMatch(/^--set seed=-2: seed: got -2, expected a whole number/);
  });
});
