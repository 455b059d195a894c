import type { Command } from 'commander';
import { loadForProduction } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { VERBOSE } from '../command-line/shared-options.ts';
import { isReadAloud, whyNoFullScreen } from '../display/full-screen.ts';
import { printLines } from '../text/output.ts';
import type { DashboardRuntime } from './dashboard-runtime.ts';

export const READ_ONLY = ['--read-only', 'keys that change something do nothing'] as const;

export interface DashboardFlags {
  readonly readOnly?: boolean;
}

/** Answers the exit code. Throws USAGE where there is no full screen. */
export const openDashboard = async (runtime: DashboardRuntime, flags: DashboardFlags): Promise<number> => {
  const reason = whyNoFullScreen(runtime, runtime.io.stdout);
  if (reason !== null) {
    throw new TtExpError('USAGE', `ui: got ${reason}, expected a terminal that shows a full screen`, {
      hint: '`tt-exp list` and `tt-exp watch <id> --plain` tell the same in lines.',
    });
  }
  if (isReadAloud(runtime)) {
    printLines(runtime.io.stderr, [
      'INK_SCREEN_READER is set: lines instead of a full screen. `tt-exp watch <id>` follows one experiment.',
    ]);
    const { FIRST_PAGE, listExperiments } = await import('../inspect/list-experiments.ts');
    return listExperiments(runtime, { ...FIRST_PAGE, isJson: false });
  }
  const { mountDashboard } = await loadForProduction(() => import('./program/mount-dashboard.ts'));
  return mountDashboard(runtime, { place: { screen: 'experiments' }, isReadOnly: flags.readOnly === true });
};

export const addDashboard = (program: Command, { runtime, finish }: CommandContext<DashboardRuntime>): void => {
  program
    .command('ui')
    .description('Watch and steer everything on a full screen; the same as `tt-exp` alone on a terminal.')
    .option(...READ_ONLY)
    .option(...VERBOSE)
    .addHelpText('after', examples('ui', 'ui --read-only'))
    .action(async (flags: DashboardFlags) => {
      finish(await openDashboard(runtime, flags));
    });
};
