/** The settings of a training as its run keeps them, checked and completed as those of a config are. */
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import { trialSettings } from '../policy/trial-plan.ts';
import { createConfigSource } from './config-source.ts';
import { checkConfig } from './load.ts';

/** A trial keeps its settings, a training of `tt-exp train` a config; both name them alike but for the threshold. */
interface KeptSettings {
  readonly seed: number;
  readonly model: object;
  readonly training: object;
  readonly relevanceThreshold?: number;
  readonly evaluation?: object;
}

const parse = (text: string, runId: string): KeptSettings => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      return value as KeptSettings;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw new TtExpError('CONFIG_SYNTAX', `${ARTIFACT.config} of run ${runId}: got no JSON object, expected settings`, {
    hint: 'Somebody changed the artifact: take another run.',
  });
};

/**
 * @param text the artifact `config.json` of the run
 * Throws CONFIG_SYNTAX, and CONFIG_INVALID for settings that this version does not know.
 */
export const recordedSettings = (text: string, runId: string): TrialSettings => {
  const { seed, model, training, relevanceThreshold, evaluation } = parse(text, runId);
  const value = {
    name: 'recorded',
    ...{ seed, model, training },
    evaluation: evaluation ?? { relevance_threshold: relevanceThreshold },
  };
  const document = { file: `${ARTIFACT.config} of run ${runId}`, value, duplicates: [], position: () => null };
  return trialSettings(checkConfig(createConfigSource(document, []), { trains: null }), {});
};
