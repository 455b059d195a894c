import type { SavedView, SavedViews } from './core/saved-views.ts';

/** Saved views of the home. */
export interface ViewsRuntime {
  /** Throws ENVIRONMENT_INVALID where their file is none of ours. */
  savedViews(): Promise<SavedViews>;
  /** Keeps all others, those that another dashboard has saved meanwhile included. Throws as `savedViews`. @param view null: it is taken away */
  saveView(table: string, name: string, view: SavedView | null): Promise<void>;
}
