import type { Command } from 'commander';
import { loadForProduction } from '../../config/env.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { type CommandContext, examples, VERBOSE } from '../command-line/command-context.ts';
import type { Place } from './core/places.ts';
import type { DashboardRuntime } from './dashboard-runtime.ts';

/** It needs a terminal that can move its cursor on both sides, and a person who reads it. */
export const canShowDashboard = ({ io, environment }: DashboardRuntime): boolean => {
  const { isCi, variables } = environment();
  return io.stdin.isTTY === true && io.stdout.isTTY === true && !isCi && variables.TERM !== 'dumb';
};

const openDashboard = async (runtime: DashboardRuntime, place: Place, isReadOnly: boolean): Promise<number> => {
  if (!canShowDashboard(runtime)) {
    throw new TtExpError('USAGE', 'ui: got no terminal, expected one that shows a full screen', {
      hint: '`tt-exp list` and `tt-exp watch <id> --plain` tell the same in lines.',
    });
  }
  const { mountDashboard } = await loadForProduction(() => import('./program/mount-dashboard.tsx'));
  await mountDashboard(runtime, { place, isReadOnly });
  return EXIT.done;
};

export const addDashboard = (program: Command, { runtime, finish }: CommandContext<DashboardRuntime>): void => {
  program
    .command('ui')
    .description('Watch and steer everything on a full screen.')
    .option('--read-only', 'keys that change something do nothing')
    .option(...VERBOSE)
    .addHelpText('after', examples('ui', 'ui --read-only'))
    .action(async (flags: { readonly readOnly?: boolean }) => {
      finish(await openDashboard(runtime, { screen: 'experiments' }, flags.readOnly === true));
    });
};
