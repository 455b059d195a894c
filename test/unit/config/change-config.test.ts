import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { changeConfig } from '../../../config/change-config.ts';
import { configDigest } from '../../../config/digest.ts';
import { loadConfig } from '../../../config/load.ts';

const FILES = readdirSync('experiments').filter((name) => name.endsWith('.json'));

describe('config/change-config', () => {
  test.each(FILES)('%s without a change is the same config, with the same digest', async (name) => {
    const config = await loadConfig(`experiments/${name}`);
    const same = changeConfig(config, [], 'experiment x');
    expect(same).toEqual(config);
    expect(configDigest(same)).toBe(configDigest(config));
  });

  test('a change counts, in a sweep and elsewhere', async () => {
    const config = await loadConfig('experiments/smoke.json');
    const changed = changeConfig(config, ['training.num_epochs=30', 'sweep.scheduler.type=asha'], 'experiment x');
    expect(changed.training).toEqual({ ...config.training, num_epochs: 30 });
    expect(changed.sweep?.scheduler.type).toBe('asha');
  });

  test('a change that makes no config is refused, naming the option that it came with', async () => {
    const config = await loadConfig('experiments/smoke.json');
    expect(() => changeConfig(config, ['training.num_epochs=0'], 'experiment x')).toThrow(
      /--set training\.num_epochs=0.*training\.num_epochs/,
    );
  });

  test('a change without effect on any trial is refused, whichever option it came with', async () => {
    const config = await loadConfig('experiments/smoke.json');
    expect(() => changeConfig(config, ['training.learning_rate=0.01'], 'experiment x')).toThrow(
      /--set training\.learning_rate=0\.01: .*no value here, since every trial takes its own from sweep\.space\["training\.learning_rate"\]/,
    );
    const fixed = changeConfig(config, ['sweep.fixed.training.num_epochs=3'], 'experiment x');
    const epochs = { source: '--epochs 60', path: ['training', 'num_epochs'], value: 60 };
    expect(() => changeConfig(fixed, [epochs], 'experiment x')).toThrow(
      /--epochs 60: .*no value here, since every trial takes its own from sweep\.fixed\["training\.num_epochs"\]/,
    );
  });
});
