/** What somebody made of a table, under a name of its own. Pure. */
import { isObject } from '../../../contracts/is-object.ts';
import type { Sorting, TableState } from '../table/table-state.ts';

export type SavedView = Pick<TableState, 'sorting' | 'filter' | 'columns'>;

/** By table, then by name. */
export type SavedViews = Readonly<Record<string, Readonly<Record<string, SavedView>>>>;

/** Shown from the beginning. */
export const DEFAULT_VIEW = 'default';

export const viewOfTable = ({ sorting, filter, columns }: TableState): SavedView => ({ sorting, filter, columns });

const isSorting = (value: unknown): value is Sorting | null =>
  value === null || (isObject(value) && typeof value.column === 'string' && typeof value.isDescending === 'boolean');

const isColumns = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.every((name) => typeof name === 'string'));

const isView = (value: unknown): value is SavedView =>
  isObject(value) && typeof value.filter === 'string' && isSorting(value.sorting) && isColumns(value.columns);

/** Whether this, of a file, is what was saved. */
export const areSavedViews = (value: unknown): value is SavedViews =>
  isObject(value) && Object.values(value).every((views) => isObject(views) && Object.values(views).every(isView));

/** @param view null: it is taken away */
export const withView = (views: SavedViews, table: string, name: string, view: SavedView | null): SavedViews => {
  const { [name]: _, ...others } = views[table] ?? {};
  return { ...views, [table]: view === null ? others : { ...others, [name]: view } };
};
