/**
 * What other programs import: `import { createExperimentsClient } from 'tt-exp'` starts, lists, watches and steers
 * experiments as the command line does. Both servers and the workers must be up (`tt-exp up`, or the team's own).
 */
export { configDigest } from '../config/digest.ts';
export { loadConfig } from '../config/load.ts';
export { type ErrorCode, EXIT, TtExpError } from '../contracts/errors.ts';
export type { ExperimentInput, ExperimentSnapshot, ExperimentView, Phase } from '../contracts/experiment.ts';
export type { GateVerdict } from '../contracts/gate.ts';
export type { GateCalibration } from '../contracts/gate-calibration.ts';
export type { LedgerEntry } from '../contracts/ledger.ts';
export type { ApprovalAnswer, RegistryAnswer, RegistryRequest } from '../contracts/registry-owner.ts';
export type { ResolvedConfig } from '../contracts/resolved-config.ts';
export type { AskedLook, Look } from '../contracts/test-part-looks.ts';
export type { TrialView } from '../contracts/trial.ts';
/** How often the gate is wrong on vectors of one's own. */
export { type CalibrationOptions, calibrateGate } from '../policy/gate/calibrate.ts';
/** What an experiment online has shown. */
export { describeOnline } from '../policy/online/describe-online.ts';

export { type OnlineEvidence, summariseOnline } from '../policy/online/summarise-online.ts';
/** What a request would move, to be shown before it is asked. */
export { decideMove, type MoveDecision } from '../policy/registry/decide-move.ts';
export { openTemporalClient } from './connection.ts';
export {
  createExperimentsClient,
  type ExperimentsClient,
  type ListedExperiment,
  type StartedExperiment,
} from './experiments-client.ts';
export { createOnlineClient, type OnlineClient, type OnlineView } from './online-client.ts';
export { createRegistryClient, type RegistryClient } from './registry-client.ts';
export type { ExperimentSteering } from './steering.ts';
export type { TemporalTarget } from './temporal-target.ts';
