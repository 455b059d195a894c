import { createFakePlatform, type FakeScript, type Recorded } from './fake-platform.ts';
import { createFakeRuntime, type FakeRuntime, type FakeSlices } from './fake-runtime.ts';

export interface ScriptedRuntime extends FakeRuntime {
  readonly recorded: Recorded;
}

/** A fake runtime with a fake platform, and what else a test gives. */
export const createScriptedRuntime = (script: FakeScript, slices: FakeSlices = {}): ScriptedRuntime => {
  const { openPlatform, recorded } = createFakePlatform(script);
  return { ...createFakeRuntime({ openPlatform, ...slices }), recorded };
};
