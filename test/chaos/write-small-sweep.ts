/** A config like experiments/smoke.json whose trials train long enough to be disturbed. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SmallSweep {
  /** Of the experiment, and of the file. */
  readonly name: string;
  /** Exactly: nothing stops a trial early. */
  readonly epochs: number;
  /** One trial each; those of the smoke test where nothing is said. */
  readonly learningRates?: readonly number[];
}

/** Path of the file. */
export const writeSmallSweep = async (
  folder: string,
  { name, epochs, learningRates = [0.001, 0.0005] }: SmallSweep,
): Promise<string> => {
  const smoke = JSON.parse(await readFile('experiments/smoke.json', 'utf8')) as Record<string, unknown>;
  const file = join(folder, `${name}.json`);
  const config = {
    ...smoke,
    $schema: undefined,
    name,
    training: { num_epochs: epochs, early_stopping_patience: epochs },
    sweep: { max_parallel: 2, space: { 'training.learning_rate': { choice: learningRates } } },
  };
  await writeFile(file, JSON.stringify(config));
  return file;
};
