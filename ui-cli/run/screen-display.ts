/** An experiment on the full screen while a command follows it. What happens before stays on the normal screen. */
import { loadForProduction } from '../../config/env.ts';
import type { DashboardRuntime } from '../dashboard/dashboard-runtime.ts';
import type { Display } from '../display/display.ts';
import { isReadAloud, whyNoFullScreen } from '../display/full-screen.ts';
import type { DisplayChoice } from '../display/open-display.ts';
import { startedLines } from '../display/plain-display.ts';
import { openProgress } from '../display/progress.ts';
import { isSmall, sizeOf } from '../display/screen-size.ts';
import { printLines } from '../text/output.ts';

export interface ScreenSinks {
  /** Somebody has left the screen. */
  left(): void;
  /** A mistake of ours on the screen. */
  failed(error: unknown): void;
}

/** The screen is drawn on stderr: the result may go elsewhere. */
export const hasScreen = (runtime: DashboardRuntime, { isJson, isPlain, isEvents }: DisplayChoice): boolean => {
  const { stderr } = runtime.io;
  const isWanted = !isJson && !isPlain && isEvents !== true && !isReadAloud(runtime);
  return isWanted && whyNoFullScreen(runtime, stderr) === null && !isSmall(sizeOf(stderr));
};

export const openScreenDisplay = async (runtime: DashboardRuntime, sinks: ScreenSinks): Promise<Display> => {
  const [{ startDashboard }, { followedViews }] = await loadForProduction(() =>
    Promise.all([import('../dashboard/program/start-dashboard.ts'), import('../dashboard/program/followed-views.ts')]),
  );
  const { stderr } = runtime.io;
  const progress = openProgress(runtime, { name: 'run' });
  let views: ReturnType<typeof followedViews> | null = null;
  let screen: ReturnType<typeof startDashboard> | null = null;
  return {
    service: progress.service,
    started: (experiment, addresses) => {
      progress.close();
      printLines(stderr, startedLines(experiment, addresses));
    },
    view: (view) => {
      views?.tell(view);
      // Of one that has ended the summary tells.
      if (screen === null && view.status === 'running') {
        views = followedViews(view, runtime.now);
        const place = { screen: 'experiment', experimentId: view.experimentId } as const;
        screen = startDashboard(runtime, { stream: stderr, place, isReadOnly: false, views });
        screen.left.then(sinks.left, sinks.failed);
      }
    },
    hasCancelled: (experimentId) => screen?.cancelled.has(experimentId) === true,
    close: async () => {
      progress.close();
      await screen?.close();
    },
  };
};
