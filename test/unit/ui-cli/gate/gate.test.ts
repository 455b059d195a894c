import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type {
  AnsweredSettings,
  CalibrationQuestion,
  GateAnswer,
  GateQuestion,
} from '../../../../contracts/local-gate.ts';
import { decideGate } from '../../../../policy/gate/decide-gate.ts';
import type { GateRuntime } from '../../../../ui-cli/gate/gate-runtime.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { resolvedConfig } from '../../../support/experiment-fixtures.ts';
import { DATASET } from '../../../support/experiment-views.ts';
import { createFakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** @param low end of the interval */
const verdict = (low: number) =>
  decideGate(resolvedConfig().gate, {
    candidate: { version: '7', run_id: 'run-7', ndcg_at_10: 0.4 },
    champion: { version: '3', run_id: 'run-3', ndcg_at_10: 0.38 },
    ci: { mean: 0.02, low, high: 0.04, confidence: 0.95 },
    pairedTest: { users: 400, p_value: 0.0123, effect_size: 0.2, smallest_lift: 0.0345 },
    dcg: null,
    guards: [],
    ancestor: null,
    comparedWith: '3',
    championProblem: null,
  });

const SETTINGS: AnsweredSettings = {
  ...{ gate: resolvedConfig().gate, relevanceThreshold: 0.5, seed: 7 },
  origin: { source: 'experiment', name: 'demo-0123456789', reason: null, set: [] },
};

/** With a clock that goes on by five seconds whenever somebody looks. */
const run = async (args: readonly string[], slices: Partial<GateRuntime>) => {
  let nowMs = 0;
  const now = (): number => {
    nowMs += 5_000;
    return nowMs;
  };
  const fake = createFakeRuntime({ now, ...slices });
  const exitCode = await runCli(['gate', ...args], fake.runtime);
  await settle();
  return { ...fake, exitCode };
};

/** A gate that answers, and what it was asked. */
const gateWith = (low: number, change: Partial<GateAnswer> = {}) => {
  const asked: GateQuestion[] = [];
  const askGate: GateRuntime['askGate'] = async (question) => {
    asked.push(question);
    const sides = { candidate: 'two-tower/7', against: 'two-tower/3' };
    return {
      ...sides,
      dataset: DATASET,
      settings: SETTINGS,
      replicates: { asked: 1, used: 1 },
      ...change,
      verdict: verdict(low),
    };
  };
  return { asked, askGate };
};

describe('ui-cli/gate/ask-gate', () => {
  test('prints rules with number and bound, interval, p and power, and that nothing was moved', async () => {
    const { exitCode, stdout } = await run(['two-tower/7'], gateWith(0.01));
    expect(exitCode).toBe(0);
    const text = stdout();
    expect(text).toContain('Candidate: two-tower/7\nAgainst: two-tower/3\n');
    expect(text).toContain('The gate would promote it:');
    expect(text).toMatch(/^ {2}passed {2}superior {2}low end of interval +0\.0100 {2}> 0\.0000$/m);
    const flowing = text.replaceAll(/\n */g, ' ');
    expect(flowing).toContain(
      'NDCG@10: candidate 0.4000, champion 0.3800, difference +0.0200 (95 % interval +0.0100 to +0.0400).',
    );
    expect(text).toContain('400 test users: p 0.0123, smallest lift found 80 % of the time 0.0345');
    expect(text).toContain('this one is not counted');
    expect(text).toMatch(/\nNothing was moved\.\n$/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('of the champion itself it says that nothing would change', async () => {
    const { askGate } = gateWith(0.01);
    const askOfChampion: GateRuntime['askGate'] = async (question, ...rest) => {
      const answer = await askGate(question, ...rest);
      const side = { version: '3', run_id: 'run-3', ndcg_at_10: 0.38 };
      return { ...answer, verdict: { ...answer.verdict, decision: 'promoted', candidate: side, champion: side } };
    };
    const { stdout } = await run(['two-tower/3'], { askGate: askOfChampion });
    expect(stdout()).toContain('The gate would change nothing:\n');
    expect(stdout()).not.toContain('would promote');
  });

  test('--json is the verdict, with a reason why the look is not counted', async () => {
    const fake = await run(['two-tower/7', '--json'], gateWith(0.01));
    const { looks_reason: reason, settings, replicates, ...json } = jsonOf(fake);
    expect(json).toEqual({ ...verdict(0.01), dataset_version: DATASET.version });
    expect(settings).toEqual({
      ...{ source: 'experiment', name: 'demo-0123456789', reason: null, set: [] },
      ...{ gate: SETTINGS.gate, relevance_threshold: 0.5, seed: 7 },
    });
    expect(replicates).toEqual({ asked: 1, used: 1 });
    expect(reason).toContain('not counted');
  });

  test.each([
    [{}, 'Settings: those of experiment demo-0123456789\n'],
    [{ source: 'config', name: 'a.json' }, 'Settings: those of a.json\n'],
    [
      { source: 'defaults', reason: 'a folder names no experiment', set: ['gate.confidence=0.9'] },
      'Settings: defaults, because a folder names no experiment, with gate.confidence=0.9\n',
    ],
  ] as const)('says whose settings it asked with: %j', async (origin, line) => {
    const settings = { ...SETTINGS, origin: { ...SETTINGS.origin, ...origin } };
    const { stdout } = await run(['two-tower/7'], gateWith(0.01, { settings }));
    expect(stdout().replaceAll(/\n(?=gate)/g, ' ')).toContain(line);
  });

  test.each([
    [{ asked: 1, used: 1 }, null],
    [{ asked: 3, used: 3 }, "Replicates: 3 trainings of the candidate's settings, all of which exist already"],
    [{ asked: 3, used: 2 }, "asks for 3 trainings of the candidate's settings, of which 2 exist; asking trains none"],
    [{ asked: 3, used: 1 }, 'of which only its own exists; asking trains none'],
  ])('says which replicates it has: %j', async (replicates, said) => {
    const { stdout } = await run(['two-tower/7'], gateWith(0.01, { replicates }));
    expect(stdout().replaceAll('\n', ' ')).toContain(said ?? 'Nothing was moved.');
    expect(stdout().includes('Replicates:')).toBe(said !== null);
  });

  test.each([
    ['a promotion', 0.01, [], 0],
    ['a rejection', -0.01, [], 0],
    ['a rejection where promotion is required', -0.01, ['--require-promotion'], 1],
    ['a promotion that is required', 0.01, ['--require-promotion'], 0],
  ])('%s ends with its code', async (_case, low, flags, code) => {
    expect((await run(['two-tower/7', ...flags], gateWith(low))).exitCode).toBe(code);
  });

  test('settings of the gate come from the config and from --set; without a config those of the experiment are asked for', async () => {
    const file = join(await temporaryFolder(), 'experiment.json');
    await writeFile(
      file,
      JSON.stringify({
        name: 'demo',
        seed: 5,
        gate: { model_name: 'mine', confidence: 0.9 },
        evaluation: { relevance_threshold: 0.6 },
      }),
    );
    const gate = gateWith(0.01);
    await run(['models/a', '--config', file, '--set', 'gate.min_improvement=0.005'], gate);
    await run(['models/a', '--set', 'gate.confidence=0.99', '--against', 'models/b', '--data', 'ds-01'], gate);
    await run(['models/a', '--config', file, '--model-name', 'other'], gate);
    await run(['models/a', '--set', 'gate.model_name=named'], gate);
    expect(gate.asked).toMatchObject([
      {
        candidate: 'models/a',
        against: null,
        modelName: 'mine',
        set: ['gate.min_improvement=0.005'],
        settings: {
          ...{ kind: 'config', file, relevanceThreshold: 0.6, seed: 5 },
          gate: { confidence: 0.9, min_improvement: 0.005 },
        },
      },
      {
        against: 'models/b',
        modelName: null,
        settings: { kind: 'recorded' },
        set: ['gate.confidence=0.99'],
        data: 'ds-01',
      },
      { modelName: 'other' },
      { modelName: 'named' },
    ]);
  });

  test.each([
    [
      'a setting that is none of the gate',
      ['a', '--set', 'training.num_epochs=3'],
      64,
      'expected a setting of the gate',
    ],
    ['data that is no version', ['a', '--data', 'x.csv'], 64, 'expected a dataset version'],
    ['no candidate', [], 64, "missing required argument 'candidate'"],
  ])('%s is refused', async (_case, args, code, message) => {
    const { exitCode, stderr } = await run(args, {});
    expect(stderr()).toContain(message);
    expect(exitCode).toBe(code);
  });
});

describe('ui-cli/gate/calibrate-gate', () => {
  const rate = (value: number) => ({ rate: value, low: value - 0.01, high: value + 0.01 });

  const calibrated = (falsely: number, smallest: number | null, uneven: number | null = null, required = 0) => {
    const asked: CalibrationQuestion[] = [];
    const calibrateGate: GateRuntime['calibrateGate'] = async (question) => {
      asked.push(question);
      question.count({ done: 500, total: 1000, unit: 'tests' });
      return {
        model: 'two-tower/3',
        against: 'two-tower/2',
        dataset: DATASET,
        settings: SETTINGS,
        calibration: {
          users: 900,
          simulations: 1000,
          seed: 7,
          confidence: 0.95,
          required_gain: required,
          level: 0.025,
          false_promotions: rate(falsely),
          uneven_false_promotions: uneven === null ? null : rate(uneven),
          power: [{ gain: 0.02, ...rate(0.5) }],
          smallest_gain: smallest,
        },
      };
    };
    return { asked, calibrateGate };
  };

  test('prints the rates with their errors, and what they mean', async () => {
    const runtime = calibrated(0.027, 0.0315);
    const { exitCode, stdout, stderr } = await run(['calibrate', 'two-tower@champion'], runtime);
    expect(stderr()).toMatch(/^calibrate: 500 of 1,000 tests \(50\.0 %\)/m);
    expect(exitCode).toBe(0);
    expect(runtime.asked).toMatchObject([{ model: 'two-tower@champion', against: null, data: null }]);
    expect(stdout()).toMatch(/^ {2}0\.0000 \(no gain\) +2\.7 % +1\.7 % to 3\.7 %$/m);
    expect(stdout()).toMatch(/^ +0\.0200 +50\.0 % +49\.0 % to 51\.0 %$/m);
    const flowing = stdout().replaceAll('\n', ' ');
    expect(flowing).toContain('Settings: those of experiment demo-0123456789');
    expect(flowing).toContain('no better than the champion passes one test with a probability of at most 2.5 %.');
    expect(flowing).toContain(
      'Measured: 2.7 % of such candidates passed (95 % interval 1.7 % to 3.7 %), as stated, within chance.',
    );
    expect(flowing).toContain('better by 0.0315 in NDCG@10 to be promoted four times in five');
    expect(
      stdout()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  test('says where the stated level is exceeded for certain, and where no gain can be found', async () => {
    const { stdout } = await run(['calibrate', 'two-tower@champion'], calibrated(0.06, null));
    const flowing = stdout().replaceAll('\n', ' ');
    expect(flowing).toContain('more than stated, beyond chance');
    expect(flowing).toContain('raise gate.confidence, or test on more users');
    expect(flowing).toContain('your 900 users show no gain four times in five');
  });

  test('non_inferior: says which loss must not pass, and how much worse a candidate may be', async () => {
    const { stdout } = await run(['calibrate', 'two-tower@champion'], calibrated(0.02, -0.004, 0.03, -0.01));
    expect(stdout()).toMatch(/^ +-0\.0100 \(the accepted loss\) +2\.0 % /m);
    expect(stdout()).toMatch(/^ {2}-0\.0100 \(the accepted loss, uneven\) +3\.0 % /m);
    const flowing = stdout().replaceAll('\n', ' ');
    expect(flowing).toContain('Stated: a candidate that is worse than the champion by 0.01 or more passes one test');
    expect(flowing).toContain(
      'Of candidates that are worse than the champion by 0.01 or more on average, and as uneven',
    );
    expect(flowing).toContain(
      'a candidate that is worse by no more than 0.0040 in NDCG@10 is promoted at least four times',
    );
    const none = await run(['calibrate', 'two-tower@champion'], calibrated(0.02, null, null, -0.01));
    expect(none.stdout().replaceAll('\n', ' ')).toContain('rule out no such loss four times in five');
  });

  test('a required gain: says what must not pass', async () => {
    const { stdout } = await run(['calibrate', 'two-tower@champion'], calibrated(0.02, 0.03, null, 0.01));
    expect(stdout()).toMatch(/^ {2}0\.0100 \(the required gain\) /m);
    expect(stdout().replaceAll('\n', ' ')).toContain('better than the champion by 0.01 at most passes one test');
  });

  test('says how many uneven candidates pass, and what follows where they are more than stated', async () => {
    const { stdout } = await run(['calibrate', 'two-tower@champion'], calibrated(0.02, 0.03, 0.051));
    expect(stdout()).toMatch(/^ {2}0\.0000 \(no gain, uneven\) +5\.1 % +4\.1 % to 6\.1 %$/m);
    const flowing = stdout().replaceAll('\n', ' ');
    expect(flowing).toContain('as uneven over users as these two models, 5.1 % passed');
    expect(flowing).toContain('small gains for many users may hide large losses of few');
    // 2.6 %, from 1.6 % on, may well be the 2.5 % that is stated.
    const { stdout: within } = await run(['calibrate', 'two-tower@champion'], calibrated(0.02, 0.03, 0.026));
    expect(within().replaceAll('\n', ' ')).not.toContain('may hide large losses');
  });

  test('--json has every figure', async () => {
    const fake = await run(['calibrate', 'a', '--against', 'b', '--json'], calibrated(0.027, 0.03, 0.03));
    expect(jsonOf(fake)).toMatchObject({
      model: 'two-tower/3',
      against: 'two-tower/2',
      dataset_version: DATASET.version,
      false_promotions: rate(0.027),
      uneven_false_promotions: rate(0.03),
      smallest_gain: 0.03,
      level: 0.025,
    });
  });
});
