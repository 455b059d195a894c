/** Models beside each other, by the command's own process. */
import { writeFile } from 'node:fs/promises';
import { replaceFile } from '../../host/files/replace-file.ts';
import { compareLocally } from '../../local/compare-locally.ts';
import { comparisonPage } from '../../reports/comparison-page.ts';
import type { CompareRuntime } from '../../ui-cli/compare/compare-runtime.ts';
import { contextOf } from './local-context.ts';

export const compareModels: CompareRuntime['compareModels'] = (request) => compareLocally(contextOf(request), request);

export const writeComparisonPage: CompareRuntime['writeComparisonPage'] = (file, comparison) =>
  replaceFile(file, (temporary) => writeFile(temporary, comparisonPage(comparison)));
