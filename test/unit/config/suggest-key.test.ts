import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../config/load.ts';
import { nearestName } from '../../../config/nearest.ts';
import type { ConfigProblem } from '../../../config/problem.ts';
import { experimentSchema, schemaAt } from '../../../config/schema.ts';
import { SYNONYMS } from '../../../config/synonyms.ts';
import { TtExpError } from '../../../contracts/errors.ts';

const failureOf = (overrides: readonly string[]): TtExpError => {
  try {
    defaultConfig('x', overrides);
  } catch (error) {
    if (error instanceof TtExpError) {
      return error;
    }
    throw error;
  }
  throw new Error('did not fail');
};

const suggestionsOf = (...overrides: readonly string[]): readonly (string | null)[] =>
  (failureOf(overrides).details.problems as readonly ConfigProblem[]).map(({ suggestion }) => suggestion);

describe('config/suggest-key', () => {
  test.each([
    // Beside its right name: the bare one.
    ['training.lr=0.1', 'learning_rate'],
    ['training.epochs=3', 'num_epochs'],
    ['training.patience=3', 'early_stopping_patience'],
    ['training.grad_clip=1', 'clip_norm'],
    ['model.dims=64', 'embedding_dim'],
    ['model.layers=[64]', 'hidden_dims'],
    ['model.dropout=0.1', 'dropout_rate'],
    ['data.split.val=0.1', 'validation'],
    // By its letters, as before.
    ['training.learningRate=0.1', 'learning_rate'],
    ['training.batch-size=8', 'batch_size'],
    ['model.embeding_dim=64', 'embedding_dim'],
    // In another section: the whole place.
    ['lr=0.1', 'training.learning_rate'],
    ['model.lr=0.1', 'training.learning_rate'],
    ['model.learning_rate=0.1', 'training.learning_rate'],
    ['training.dims=64', 'model.embedding_dim'],
    ['training.seed=3', 'seed'],
  ])('--set %s means %j', (override, suggestion) => {
    expect(suggestionsOf(override)).toEqual([suggestion]);
  });

  const space = 'sweep.space={"training.batch_size":{"choice":[8]}}';

  test.each([
    ['sweep.reduction_factor=3', 'sweep.scheduler.reduction'],
    ['sweep.scheduler.reduction_factor=3', 'reduction'],
    // Optuna's learning rate is ASHA's reduction: what is meant depends on where it stands.
    ['sweep.scheduler.eta=3', 'reduction'],
    ['training.eta=0.1', 'learning_rate'],
    ['sweep.scheduler.grace_period=1', 'min_epochs'],
    ['sweep.n_trials=3', 'max_trials'],
    ['sweep.n_jobs=3', 'max_parallel'],
    ['sweep.fixed.lr=0.1', 'training.learning_rate'],
  ])('in a sweep --set %s means %j', (override, suggestion) => {
    expect(suggestionsOf(space, override)).toEqual([suggestion]);
  });

  test.each([
    ['{"lr":{"choice":[0.1]}}', 'training.learning_rate'],
    ['{"training.lr":{"choice":[0.1]}}', 'training.learning_rate'],
    ['{"epochs":{"choice":[3]}}', 'training.num_epochs'],
    ['{"model.dropout":{"choice":[0.1]}}', 'model.dropout_rate'],
    ['{"training.batch_size":{"values":[8]}}', 'choice'],
    ['{"training.batch_size":{"int":{"min":8,"low":8,"high":16}}}', 'low'],
    ['{"training.batch_size":{"choice":[8],"when":{"criterion":["bpr"]}}}', 'training.loss'],
    ['{"training.loss":{"choice":["bce"]}}', 'weighted_bce'],
    ['{"training.loss":{"choice":["softmax"]}}', 'in_batch_softmax'],
  ])('in the space %s means %j', (text, suggestion) => {
    expect(suggestionsOf(`sweep.space=${text}`)).toContain(suggestion);
  });

  test('words of mapped tables are not taken for keys of the config', () => {
    const source = {
      type: 'files',
      items: { path: 'i', title: 't' },
      users: { path: 'u' },
      interactions: { path: 'e' },
    };
    expect(suggestionsOf(`data.source=${JSON.stringify(source)}`)).not.toContain('name');
  });

  test('the hint names the section of a key that belongs elsewhere', () => {
    expect(failureOf(['model.lr=0.1']).hint).toBe(
      'Move it to training.learning_rate; docs/reference.md lists every key.',
    );
    expect(failureOf(['training.lr=0.1']).hint).toBe('Write "learning_rate", or look the key up in docs/reference.md.');
  });

  test('config/synonyms: each leads to a key or a value of the schema, and none is a key of the same place', () => {
    const names = JSON.stringify(experimentSchema);
    for (const [target, words] of Object.entries(SYNONYMS)) {
      expect(target.includes('.') ? schemaAt(target.split('.')) !== undefined : names.includes(`"${target}"`)).toBe(
        true,
      );
      const parent = target.split('.').slice(0, -1);
      const siblings = Object.keys(schemaAt(parent)?.properties ?? {});
      expect(words.filter((word) => siblings.includes(word))).toEqual([]);
    }
  });

  test('config/nearest: a synonym counts before a name with like letters', () => {
    // "rate" is two letters from "date", and what others call the learning rate.
    expect(nearestName('options', ['option', 'choice'])).toBe('choice');
    expect(nearestName('options', ['option', 'other'])).toBe('option');
  });
});
