import type { CalibrationAnswer, CalibrationQuestion, GateAnswer, GateQuestion } from '../../contracts/local-gate.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import type { LocalWork } from '../model/model-runtime.ts';

/** The gate, asked by this command itself: nothing is moved or recorded, and no Temporal is needed. */
export interface GateRuntime extends ProcessRuntime {
  askGate(question: GateQuestion & LocalWork): Promise<GateAnswer>;
  calibrateGate(question: CalibrationQuestion & LocalWork): Promise<CalibrationAnswer>;
}
