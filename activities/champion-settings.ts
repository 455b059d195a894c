/** What a champion was trained with, for a model of the same settings to stand in for it. */
import { TtExpError } from '../contracts/errors.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { ReadChampionSettingsRequest, ReadChampionSettingsResult } from '../contracts/steps.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import { isGone } from './is-gone.ts';
import type { TrackingPort } from './ports.ts';

export interface ChampionSettingsDeps {
  readonly tracking: TrackingPort;
  /** Throws CONFIG_INVALID or CONFIG_SYNTAX for what this version of the code cannot train. */
  readonly readSettings: (text: string, runId: string) => TrialSettings;
}

const isUnknown = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && ['CONFIG_INVALID', 'CONFIG_SYNTAX'].includes(error.code);

const none = (reason: string): ReadChampionSettingsResult => ({ kind: 'none', reason });

export const createChampionSettingsActivities = ({ tracking, readSettings }: ChampionSettingsDeps) => ({
  /** Every state of the champion has an answer; only an MLflow that is out of reach fails the step. */
  readChampionSettings: async ({
    modelName,
    version,
  }: ReadChampionSettingsRequest): Promise<ReadChampionSettingsResult> => {
    try {
      const { runId } = await tracking.getVersion(modelName, version);
      if (runId === '') {
        return none('it names no run that has its settings');
      }
      const text = await tracking.getArtifactText(runId, ARTIFACT.config);
      return text === null
        ? none(`its run ${runId} has no ${ARTIFACT.config}`)
        : { kind: 'recorded', settings: readSettings(text, runId) };
    } catch (error) {
      if (isGone(error) || isUnknown(error)) {
        return none(error.message);
      }
      throw error;
    }
  },
});
