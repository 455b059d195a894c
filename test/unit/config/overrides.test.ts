import { expect, test } from 'vitest';
import { applyOverrides, formatOverride, parseOverride } from '../../../config/overrides.ts';
import { TtExpError } from '../../../contracts/errors.ts';

test.each([
  ['training.learning_rate=0.0005', ['training', 'learning_rate'], 0.0005],
  ['data.split.method=temporal', ['data', 'split', 'method'], 'temporal'],
  ['description=a=b', ['description'], 'a=b'],
  ['description=', ['description'], ''],
  ['name="123"', ['name'], '123'],
  ['gate.require_approval=true', ['gate', 'require_approval'], true],
  ['model.hidden_dims=[256,128]', ['model', 'hidden_dims'], [256, 128]],
  ['model.hidden_dims[1]=64', ['model', 'hidden_dims', 1], 64],
  ['sweep.space.training.learning_rate.choice[0]=0.1', ['sweep', 'space', 'training.learning_rate', 'choice', 0], 0.1],
  ['sweep.space["model.embedding_dim"]={"choice":[8]}', ['sweep', 'space', 'model.embedding_dim'], { choice: [8] }],
  ['sweep.fixed.training.num_epochs=3', ['sweep', 'fixed', 'training.num_epochs'], 3],
  ['sweep.enqueue[0].training.loss=bpr', ['sweep', 'enqueue', 0, 'training.loss'], 'bpr'],
  [
    'sweep.space.training.temperature.when.training.loss=["bpr"]',
    ['sweep', 'space', 'training.temperature', 'when', 'training.loss'],
    ['bpr'],
  ],
])('%s names its place and value', (text, path, value) => {
  expect(parseOverride(text)).toEqual({ source: `--set ${text}`, path, value });
});

test.each(['', 'seed', '=1', '.seed=1', 'model..x=1', 'model.=1', 'a[x]=1', 'a[=1'])(
  '%j is a usage error with an example',
  (text) => {
    const attempt = () => parseOverride(text);
    expect(attempt).toThrow(TtExpError);
    expect(attempt).toThrow(/^--set: got .+, expected /);
  },
);

test('leaves the given value alone, makes missing objects, and the last one counts', () => {
  const given = { name: 'x', model: { hidden_dims: [1, 2] } };
  const overrides = ['seed=1', 'seed=2', 'model.hidden_dims[1]=3', 'model.hidden_dims[2]=4', 'data.split.train=0.5'];
  expect(applyOverrides(given, overrides.map(parseOverride))).toEqual({
    name: 'x',
    seed: 2,
    model: { hidden_dims: [1, 3, 4] },
    data: { split: { train: 0.5 } },
  });
  expect(given).toEqual({ name: 'x', model: { hidden_dims: [1, 2] } });
});

test.each([
  ['model.hidden_dims[3]=1', 'an index from 0 to 2'],
  ['name.first=1', 'an object or list before "first"'],
  ['gate[0]=1', 'the whole list, since the file has none'],
])('%s cannot be applied and says why', (text, expected) => {
  const given = { name: 'x', model: { hidden_dims: [1, 2] } };
  expect(() => applyOverrides(given, [parseOverride(text)])).toThrow(expected);
});

test('a key named __proto__ is a key like any other', () => {
  const changed = applyOverrides({}, [parseOverride('__proto__.polluted=1')]);
  expect(Object.hasOwn(changed as object, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('formatOverride quotes keys that hold dots or brackets', () => {
  expect(formatOverride(['sweep', 'space', 'model.embedding_dim', 'choice', 0], 8)).toBe(
    'sweep.space["model.embedding_dim"].choice[0]=8',
  );
});
