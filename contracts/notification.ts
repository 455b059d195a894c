/** What tt-exp tells a webhook. */
import type { ExperimentStatus } from './experiment.ts';
import type { GateVerdict } from './gate.ts';
import type { TrialParams } from './trial.ts';

/** `end`: completed or cancelled. `failure`: failed. `gate`: decided, or waiting for a person. */
export type NotificationEvent = 'end' | 'failure' | 'gate';

/** Body of the POST, as JSON. The same experiment and event may arrive twice. */
export interface Notification {
  readonly event: NotificationEvent;
  readonly experiment_id: string;
  readonly status: ExperimentStatus;
  /** null where no trial has a result. */
  readonly best: {
    readonly trial_id: string;
    readonly metric: string;
    readonly value: number;
    readonly params: TrialParams;
  } | null;
  readonly gate: Pick<GateVerdict, 'decision' | 'reasons'> | null;
  readonly urls: { readonly mlflow: string | null; readonly temporal: string | null };
}

/** How it went; never holds the address, which is a secret. */
export type NotificationOutcome =
  | { readonly kind: 'delivered'; readonly attempts: number }
  | { readonly kind: 'undelivered'; readonly attempts: number; readonly reason: string };
