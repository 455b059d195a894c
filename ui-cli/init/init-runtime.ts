import type { DataRuntime } from '../data/data-runtime.ts';
import type { ModelRuntime } from '../model/model-runtime.ts';

export interface InitRuntime extends Pick<DataRuntime, 'checkData'>, Pick<ModelRuntime, 'guessInteractions'> {
  /** Absolute path of the schema of configs. */
  schemaFile(): string;
  /** Throws USAGE where the file is there and may not be replaced. */
  refuseConfig(file: string, isForced: boolean): Promise<void>;
  /** Whole or not at all. Throws USAGE as above, and where it cannot be written. */
  writeConfig(file: string, text: string, isForced: boolean): Promise<void>;
}
