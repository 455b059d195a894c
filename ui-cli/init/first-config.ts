/** The config that `tt-exp init` writes: what a file of interactions needs, and the settings that people change first. Pure. */
import { isCommented } from '../../config/json-document.ts';
import { applyOverrides } from '../../config/overrides.ts';
import type { FileSettings } from '../model/data-choice.ts';
import { type Comments, commentedJson } from './commented-json.ts';

export interface FirstConfigRequest {
  /** Where it will lie, as it was given. */
  readonly file: string;
  readonly name: string;
  /** The file of interactions, as it was given. */
  readonly from: string;
  readonly settings: FileSettings;
  readonly maxBadRows: number | null;
  /** Of the schema, for editors; null where there is no path to it. */
  readonly schema: string | null;
}

const commentsOf = ({ file, settings: { notes } }: FirstConfigRequest): Comments => ({
  '': `tt-exp validate ${file}   checks this file\ntt-exp run ${file}        runs it\nEvery key that is not here has its default: docs/reference.md lists them all.`,
  'data.source': `What the columns mean, by their names and values.\n${notes.join('\n')}\nA relative path starts in the folder that tt-exp is run in. docs/data.md shows how to add features of users and items.`,
  'data.labels':
    'How strong a type of interaction is: the label is the target of training, the weight counts in the loss.',
  'data.max_bad_rows': 'Rows that cannot be used are left out and reported, up to this many.',
  'data.split':
    'random keeps all events of one pair on one side; temporal tests on the latest events, and needs times.',
  model: 'Users are known by what they did, which needs no features of users or items.',
  sweep: 'Each trial trains one model. Try other keys of model and training too: docs/sweeps.md.',
  gate: 'The best trial becomes champion of this registered model if its test NDCG@10 is at least this, and better than the champion.',
});

/** Of a file, whose path is written as it was given; in order of what somebody reads first. */
const settingsOf = ({ name, from, settings, maxBadRows, schema }: FirstConfigRequest): unknown =>
  applyOverrides(
    {
      ...(schema === null ? {} : { $schema: schema }),
      name,
      data: {},
      model: {},
      training: {},
      sweep: { max_parallel: 2, space: { 'training.learning_rate': { choice: [0.001, 0.0005] } } },
      gate: { model_name: `two-tower-${name}`, min_ndcg_at_10: 0.1 },
    },
    [
      ...settings.overrides,
      ...settings.defaults,
      { source: from, path: ['data', 'source', 'interactions', 'path'], value: from },
      ...(maxBadRows === null ? [] : [{ source: from, path: ['data', 'max_bad_rows'], value: maxBadRows }]),
      { source: from, path: ['data', 'split'], value: { method: 'random' } },
      { source: from, path: ['training', 'num_epochs'], value: 20 },
    ],
  );

/** With comments where the file may have them. */
export const firstConfig = (request: FirstConfigRequest): string =>
  commentedJson(settingsOf(request), isCommented(request.file) ? commentsOf(request) : {});
