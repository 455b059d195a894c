import { runCli } from '../../../ui-cli/main.ts';
import { completedView } from '../experiment-views.ts';
import { createFakePlatform, type FakeScript, type Recorded } from './fake-platform.ts';
import { createFakeRuntime, type FakeRuntime, type FakeSlices, settle } from './fake-runtime.ts';

export interface ScriptedRuntime extends FakeRuntime {
  readonly recorded: Recorded;
}

/** A fake runtime with a fake platform, and what else a test gives. */
export const createScriptedRuntime = (script: FakeScript, slices: FakeSlices = {}): ScriptedRuntime => {
  const { openPlatform, recorded } = createFakePlatform(script);
  return { ...createFakeRuntime({ openPlatform, ...slices }), recorded };
};

export interface ScriptedRun extends ScriptedRuntime {
  readonly exitCode: number;
}

/** Runs a command line to its end. @param act while it runs */
export const runScripted = async (
  args: readonly string[],
  script: FakeScript = { views: [completedView()] },
  act: (fake: FakeRuntime) => void = () => {},
): Promise<ScriptedRun> => {
  const fake = createScriptedRuntime(script);
  const running = runCli(args, fake.runtime);
  act(fake);
  const exitCode = await running;
  await settle();
  return { ...fake, exitCode };
};
