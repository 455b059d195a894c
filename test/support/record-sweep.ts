/** What a sweep has left behind, less all that differs between two undisturbed runs of it: ids, times, use of the machine. */
import { createMlflowReader, type MlflowRun, tagsOf } from './mlflow-rest.ts';

interface Summary {
  readonly status: string;
  readonly dataset: { readonly version: string };
  readonly trials: readonly {
    readonly trial_id: string;
    readonly status: string;
    readonly params: object;
    readonly best_epoch: number;
    readonly epochs: number;
    readonly val: object;
  }[];
  readonly best: { readonly trial_id: string };
  readonly test: { readonly model: object; readonly baselines: object };
  readonly gate: { readonly decision: string; readonly candidate: unknown };
  readonly model: { readonly name: string; readonly version: string; readonly aliases: readonly string[] };
  readonly urls: { readonly mlflow: string };
}

/** Step and value of each point; a doubled point shows as a second one of its step. */
type Metrics = Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;

export interface RecordedRun {
  readonly kind: string;
  readonly trialId: string | undefined;
  readonly status: string;
  readonly trialStatus: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Metrics;
  readonly artifacts: readonly string[];
}

export interface RecordedSweep {
  readonly summary: object;
  readonly runs: readonly RecordedRun[];
  readonly datasetRuns: readonly string[];
  readonly modelVersions: number;
}

type Reader = ReturnType<typeof createMlflowReader>;

/** Depend on the machine and the moment. */
const isMeasured = (key: string): boolean =>
  key.startsWith('system/') || key === 'epoch_seconds' || key === 'blessing_p99_ms';

const metricsOf = async (mlflow: Reader, run: MlflowRun): Promise<Metrics> => {
  const keys = (run.data.metrics ?? []).map(({ key }) => key).sort();
  const entries = await Promise.all(
    keys.map(async (key) => {
      const points = [...(await mlflow.history(run.info.run_id, key))].sort((a, b) => a.step - b.step);
      const steps = points.map(({ step }) => step);
      if (new Set(steps).size !== steps.length) {
        throw new Error(`${tagsOf(run)['tt.trial_id']} ${key}: got steps ${steps.join()}, expected each once`);
      }
      return isMeasured(key) ? [] : [[key, points.map(({ step, value }) => [step, value] as const)] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
};

const recordRun = async (mlflow: Reader, run: MlflowRun): Promise<RecordedRun> => {
  const tags = tagsOf(run);
  return {
    kind: tags['tt.kind'] ?? '',
    trialId: tags['tt.trial_id'],
    status: run.info.status,
    trialStatus: tags['tt.trial_status'],
    params: Object.fromEntries((run.data.params ?? []).map(({ key, value }) => [key, value])),
    metrics: await metricsOf(mlflow, run),
    artifacts: [...(await mlflow.artifacts(run.info.run_id))].sort(),
  };
};

/** @param stdout of the command that followed the sweep to its end with --json */
export const recordSweep = async (name: string, stdout: string): Promise<RecordedSweep> => {
  const summary = JSON.parse(stdout) as Summary;
  const mlflow = createMlflowReader(summary.urls.mlflow);
  const runs = await Promise.all((await mlflow.runs(name)).map((run) => recordRun(mlflow, run)));
  const key = ({ kind, trialId }: RecordedRun): string => `${kind} ${trialId}`;
  const { status, dataset, trials, best, test, gate, model } = summary;
  return {
    summary: {
      ...{ status, dataset: dataset.version, best: best.trial_id, test, gate: gate.decision, model },
      trials: trials.map(({ trial_id: trialId, status: trialStatus, params, best_epoch: bestEpoch, epochs, val }) => ({
        ...{ trialId, trialStatus, params, bestEpoch, epochs, val },
      })),
    },
    runs: runs.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    datasetRuns: (await mlflow.runs('tt-exp-datasets')).map(({ info }) => info.status),
    modelVersions: (await mlflow.modelVersions(model.name)).length,
  };
};
