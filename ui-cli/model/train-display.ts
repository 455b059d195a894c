/** The lines of a training, and under them how far the running epoch is. */
import type { LocalTrainingEvent } from '../../contracts/local-model.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { estimateRate } from '../display/estimate-rate.ts';
import { openProgress, type Progress } from '../display/progress.ts';
import { formatBar, formatDuration } from '../text/formats.ts';
import type { LocalWork } from './model-runtime.ts';
import { datasetLines, epochLines, startLines } from './train-lines.ts';

interface TrainDisplayOptions {
  /** Takes lines that stay. */
  readonly lines: NodeJS.WritableStream;
  readonly progress: Progress;
  readonly now: () => number;
}

export interface TrainDisplay {
  onEvent(event: LocalTrainingEvent): void;
  /** Lines that stay, among the others. */
  say(lines: readonly string[]): void;
  /** On stderr, above the progress. */
  warn(line: string): void;
  /** Where the parts behind the command tell what they do. */
  readonly work: Pick<LocalWork, 'progress' | 'log' | 'count'>;
  close(): void;
}

/** `Epoch 3/50 ████░░░░ 12/51 loss 0.4312, 25.0 steps/s, 1.6 s left`, and shorter ones. Pure. */
export const stepTexts = (state: {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly trainLoss: number;
  readonly seconds: number;
}): readonly string[] => {
  const { epoch, epochs, step, steps, trainLoss, seconds } = state;
  const { perSecond, secondsLeft } = estimateRate({ done: step, total: steps, unit: 'steps' }, seconds);
  const bar = formatBar(step / Math.max(1, steps));
  const rate = perSecond === null ? '' : `, ${perSecond.toFixed(1)} steps/s`;
  const left = secondsLeft === null ? '' : `, ${formatDuration(secondsLeft)} left`;
  const place = `${step}/${steps} loss ${trainLoss.toFixed(4)}`;
  return [
    `Epoch ${epoch}/${epochs} ${bar} ${place}${rate}${left}`,
    `Epoch ${epoch}/${epochs} ${place}${rate}${left}`,
    `Epoch ${epoch}/${epochs} ${place}${left}`,
    `Epoch ${epoch}/${epochs} ${step}/${steps}${left}`,
  ];
};

const createTrainDisplay = ({ lines, progress, now }: TrainDisplayOptions): TrainDisplay => {
  let settings: TrialSettings | null = null;
  let epochStartMs = now();
  const epochSeconds: number[] = [];

  const say = (texts: readonly string[]): void => progress.print(lines, texts);

  const onCompute = ({ message }: Extract<LocalTrainingEvent, { kind: 'compute' }>): void => {
    if (settings === null) {
      return;
    }
    const epochs = settings.training.num_epochs;
    switch (message.kind) {
      case 'ready':
        epochStartMs = now();
        say(startLines(settings, message.tensorflow, message.history));
        return;
      case 'step':
        progress.draw(stepTexts({ ...message, epochs, seconds: (now() - epochStartMs) / 1000 }));
        return;
      case 'epoch': {
        const { record } = message;
        epochStartMs = now();
        epochSeconds.push(record.seconds);
        // The first epoch of a process compiles as well: it says nothing about the others.
        const usual = epochSeconds.slice(1);
        const mean = usual.reduce((sum, seconds) => sum + seconds, 0) / usual.length;
        const isKnown = usual.length > 0 && record.epoch < epochs;
        say(epochLines(record, epochs, isKnown ? mean * (epochs - record.epoch) : null));
        return;
      }
      default:
    }
  };

  return {
    say,
    warn: progress.say,
    work: { progress: progress.service, log: progress.log, count: progress.count },
    close: progress.close,
    onEvent: (event) => {
      switch (event.kind) {
        case 'dataset':
          say(datasetLines(event.dataset, event.useCase));
          return;
        case 'run':
          say([`MLflow run: ${event.run.url}`, '']);
          return;
        case 'attempt':
          settings = event.settings;
          say(event.note === null ? [] : [`CUDA out of memory: retrying, ${event.note}`, '']);
          return;
        case 'compute':
          onCompute(event);
      }
    },
  };
};

/** On stdout, or with `--json` on stderr; with progress under the lines where a person looks. */
export const openTrainDisplay = (
  runtime: ProcessRuntime,
  { name, isJson }: { readonly name: string; readonly isJson: boolean },
): TrainDisplay => {
  const progress = openProgress(runtime, { name });
  progress.begin('working');
  const lines = isJson ? runtime.io.stderr : runtime.io.stdout;
  return createTrainDisplay({ lines, progress, now: runtime.now });
};
