/** The key that opens the page of what the cursor is on. */
import type { Action } from '../core/actions.ts';
import { doNow } from '../core/ask.ts';
import { type KeyBinding, stay } from '../core/keys.ts';
import type { DashboardState } from '../core/state.ts';

/** @param pageOf null: there is none */
export const pageKey = (
  help: string,
  pageOf: (state: DashboardState) => Extract<Action, { kind: 'open' | 'open-server' }> | null,
): KeyBinding => ({
  ...{ keys: ['o'], label: 'page', help },
  isActive: (state) => pageOf(state) !== null,
  press: (state) => {
    const action = pageOf(state);
    return action === null ? stay(state) : doNow(state, action);
  },
});

/** @param whatOf model or version; null: none */
export const modelPageKey = (whatOf: (state: DashboardState) => string | null): KeyBinding =>
  pageKey('open the page in MLflow; without a display, tell its address', (state) => {
    const what = whatOf(state);
    return what === null ? null : { kind: 'open', what };
  });
