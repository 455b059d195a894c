/** Training and evaluation by the command's own process. */

import { resolveConfig } from '../../config/resolve.ts';
import type { ResolvedFiles } from '../../contracts/resolved-config.ts';
import { evaluateLocally } from '../../local/evaluate-locally.ts';
import { reproduceLocally } from '../../local/reproduce-locally.ts';
import { trainLocally } from '../../local/train-locally.ts';
import { guessInteractions as guess } from '../../pipeline/index.ts';
import type { ModelRuntime } from '../../ui-cli/model/model-runtime.ts';
import { contextOf } from './local-context.ts';

export const guessInteractions: ModelRuntime['guessInteractions'] = (file, columns) => {
  // How files are written unless a config defines it.
  const { source } = resolveConfig({
    name: 'file',
    data: { source: { type: 'files', interactions: { path: file, constant_type: 'view' } } },
  }).data;
  return guess(file, { location: (source as ResolvedFiles).interactions, columns, nowMs: Date.now() });
};

export const trainModel: ModelRuntime['trainModel'] = ({ onEvent, ...request }) =>
  trainLocally(contextOf(request), request, onEvent);

export const evaluateModel: ModelRuntime['evaluateModel'] = (request) => evaluateLocally(contextOf(request), request);

export const reproduceTraining: ModelRuntime['reproduceTraining'] = ({ onEvent, ...request }) =>
  reproduceLocally(contextOf(request), request, onEvent);
