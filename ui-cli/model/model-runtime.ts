import type { GuessedInteractions } from '../../contracts/data-files.ts';
import type {
  LocalEvaluationReport,
  LocalEvaluationRequest,
  LocalTrainingEvent,
  LocalTrainingReport,
  LocalTrainingRequest,
} from '../../contracts/local-model.ts';
import type { Log } from '../../contracts/log.ts';
import type { ReproductionReport, ReproductionRequest } from '../../contracts/reproduction.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';

/** Training and evaluation by this command itself: no Temporal and no worker is needed. */
export interface LocalWork {
  readonly progress: ProgressSink;
  readonly log: Log;
  readonly count: CountSink;
  /** Aborted: what was done is kept. Throws the signal's reason. */
  readonly signal: AbortSignal;
}

export interface LocalTrainingWork extends LocalWork {
  readonly onEvent: (event: LocalTrainingEvent) => void;
}

export interface ModelRuntime extends ProcessRuntime {
  /** `file` is absolute, `columns` are of a file without a header. Throws SOURCE_NOT_FOUND, NO_DATA_LOADED, DATA_INVALID. */
  guessInteractions(file: string, columns: readonly string[] | null): Promise<GuessedInteractions>;
  trainModel(request: LocalTrainingRequest & LocalTrainingWork): Promise<LocalTrainingReport>;
  evaluateModel(request: LocalEvaluationRequest & LocalWork): Promise<LocalEvaluationReport>;
  /** Keeps nothing of an aborted training. */
  reproduceTraining(request: ReproductionRequest & LocalTrainingWork): Promise<ReproductionReport>;
}
