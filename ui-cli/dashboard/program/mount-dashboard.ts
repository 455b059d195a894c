/** The dashboard as a command of its own, until somebody leaves. */
import { EXIT } from '../../../contracts/errors.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import { type DashboardOptions, startDashboard } from './start-dashboard.ts';

/** Answers the exit code once it was left; throws what went wrong in it. The terminal is then as it was before. */
export const mountDashboard = async (runtime: DashboardRuntime, options: DashboardOptions): Promise<number> => {
  const dashboard = startDashboard(runtime, { ...options, stream: runtime.io.stdout, views: null });
  const interrupted = (): void => dashboard.leave(EXIT.interrupted);
  const offs = [runtime.onInterrupt(interrupted), runtime.onTerminate(interrupted)];
  try {
    return await dashboard.left;
  } finally {
    await dashboard.close();
    for (const off of offs) {
      off();
    }
  }
};
