/** The lines of a training, and under them, on a terminal, how far the running epoch is. */
import type { LocalTrainingEvent } from '../../contracts/local-model.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { isLive } from '../display/open-display.ts';
import { formatBar, formatDuration } from '../text/formats.ts';
import { clearLine, drawLine, printLines } from '../text/output.ts';
import { datasetLines, epochLines, startLines } from './train-lines.ts';

const REDRAW_MS = 100;

interface TrainDisplayOptions {
  /** Takes lines that stay. */
  readonly lines: NodeJS.WritableStream;
  readonly stderr: NodeJS.WriteStream;
  readonly isRedrawn: boolean;
  readonly now: () => number;
}

export interface TrainDisplay {
  onEvent(event: LocalTrainingEvent): void;
  /** Lines that stay, among the others. */
  say(lines: readonly string[]): void;
  /** On stderr, above the progress. */
  warn(line: string): void;
  close(): void;
}

/** `Epoch 3/50 ████░░░░ 12/51 loss 0.4312, 25 steps/s`. Pure. */
export const progressText = (state: {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly trainLoss: number;
  readonly seconds: number;
}): string => {
  const { epoch, epochs, step, steps, trainLoss, seconds } = state;
  const rate = seconds > 0 ? step / seconds : 0;
  const left = rate > 0 ? `, ${rate.toFixed(1)} steps/s, ${formatDuration((steps - step) / rate)} left` : '';
  return `Epoch ${epoch}/${epochs} ${formatBar(step / Math.max(1, steps))} ${step}/${steps} loss ${trainLoss.toFixed(4)}${left}`;
};

const createTrainDisplay = ({ lines, stderr, isRedrawn, now }: TrainDisplayOptions): TrainDisplay => {
  let settings: TrialSettings | null = null;
  let epochStartMs = now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const epochSeconds: number[] = [];

  const clear = (): void => {
    if (isDrawn) {
      clearLine(stderr);
      isDrawn = false;
    }
  };
  const say = (texts: readonly string[]): void => {
    clear();
    printLines(lines, texts);
  };
  const draw = (text: string): void => {
    if (isRedrawn && now() - drawnMs >= REDRAW_MS) {
      drawnMs = now();
      isDrawn = true;
      drawLine(stderr, text);
    }
  };

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
        draw(progressText({ ...message, epochs, seconds: (now() - epochStartMs) / 1000 }));
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
    warn: (line) => {
      clear();
      printLines(stderr, [line]);
    },
    close: clear,
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
  options: { readonly isJson: boolean; readonly isPlain: boolean },
): TrainDisplay =>
  createTrainDisplay({
    lines: options.isJson ? runtime.io.stderr : runtime.io.stdout,
    stderr: runtime.io.stderr,
    isRedrawn: isLive(runtime, options),
    now: runtime.now,
  });
