/** The gate, asked by the command's own process. */
import { askGateLocally } from '../../local/ask-gate-locally.ts';
import { calibrateLocally } from '../../local/calibrate-locally.ts';
import type { GateRuntime } from '../../ui-cli/gate/gate-runtime.ts';
import { contextOf } from './local-context.ts';

export const askGate: GateRuntime['askGate'] = (question) => askGateLocally(contextOf(question), question);

export const calibrateGate: GateRuntime['calibrateGate'] = (question) =>
  calibrateLocally(contextOf(question), question);
