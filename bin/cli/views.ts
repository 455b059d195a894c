/** Saved views of the dashboard: one small file of the home. */
import { readEnvironment } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { systemClock } from '../../host/clock.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import { areSavedViews, type SavedViews, withView } from '../../ui-cli/dashboard/core/saved-views.ts';
import type { ViewsRuntime } from '../../ui-cli/dashboard/views-runtime.ts';

/** Of the file; another one is of another version. */
const FORMAT = 1;

const readViews = async (file: string): Promise<SavedViews> => {
  const value = await readJsonFile(file).catch((error: unknown) => {
    if (error instanceof SyntaxError) {
      return error.message;
    }
    throw error;
  });
  if (value === undefined) {
    return {};
  }
  if (!isObject(value) || value.format !== FORMAT || !areSavedViews(value.views)) {
    const found = typeof value === 'string' ? value : 'something else';
    throw new TtExpError('ENVIRONMENT_INVALID', `${file}: got ${found}, expected saved views of format ${FORMAT}`, {
      hint: 'Repair it, or move it away; until then no view is saved.',
    });
  }
  return value.views;
};

export const viewsOf = (home: string): ViewsRuntime => {
  const { viewsFile, viewsLock } = homeLayout(home);
  return {
    savedViews: () => readViews(viewsFile),
    saveView: (table, name, view) =>
      withLock({ folder: viewsLock, purpose: 'saving a view', clock: systemClock }, async () => {
        const views = withView(await readViews(viewsFile), table, name, view);
        await writeJsonFile(viewsFile, { format: FORMAT, views });
      }),
  };
};

const ofThisHome = (): ViewsRuntime => viewsOf(readEnvironment().homeFolder);

export const savedViews: ViewsRuntime['savedViews'] = () => ofThisHome().savedViews();

export const saveView: ViewsRuntime['saveView'] = (...view) => ofThisHome().saveView(...view);
