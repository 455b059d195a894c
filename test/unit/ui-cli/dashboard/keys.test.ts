/** Every key of every screen does something somewhere: a key that is added is missing here until it is given a state. */
import { expect, test } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import type { LedgerEntry } from '../../../../contracts/ledger.ts';
import type { OpenQuestion } from '../../../../contracts/registry-owner.ts';
import type { ResolvedConfig } from '../../../../contracts/resolved-config.ts';
import type { ServiceStatus } from '../../../../contracts/services.ts';
import { bindingOf } from '../../../../ui-cli/dashboard/core/keys.ts';
import { NO_LINES, withLines } from '../../../../ui-cli/dashboard/core/log-tail.ts';
import type { Place, ScreenName } from '../../../../ui-cli/dashboard/core/places.ts';
import { parseLogLine } from '../../../../ui-cli/logs/log-line.ts';
import { bindingsAt, PLACES } from '../../../support/dashboard-keys.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';
import {
  changed,
  completedView,
  crowdedView,
  EXPERIMENT_ID,
  STARTED_AT_MS,
  trainingView,
  trialView,
  WORKFLOW_ID,
} from '../../../support/experiment-views.ts';
import { catalogueModel, catalogueVersion, versionDetails } from '../../../support/fake-cli/fake-catalogue.ts';

const at = (place: Place): DrivenDashboard => driveDashboard(place, { nowMs: STARTED_AT_MS, columns: 120, rows: 12 });

const row = (number: number, status: 'RUNNING' | 'COMPLETED') => ({
  ...{ experimentId: `demo-000000000${number}`, workflowId: WORKFLOW_ID, status, startedAtMs: STARTED_AT_MS - number },
  ...{ endedAtMs: null, outcome: null, snapshot: null },
});

const experiments = at(PLACES.experiments).answer(
  'experiments',
  '',
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => row(number, 'RUNNING')),
);

const showing = (place: Place, view: ExperimentView): DrivenDashboard =>
  at(place).answer('experiment', EXPERIMENT_ID, view);

const ended = showing(
  PLACES.experiment,
  completedView({ gate: { ...completedView().gate, decision: 'awaiting_approval' } }),
).answer('config', EXPERIMENT_ID, { sweep: { max_trials: 3, scheduler: { type: 'none' } } } as ResolvedConfig);

const past = ended
  .send({
    ...{ kind: 'fed', request: { feed: 'history', of: EXPERIMENT_ID }, atMs: STARTED_AT_MS },
    value: { 'trial-000': [1, 2, 3].map((epoch) => ({ epoch, value: 0.1, atMs: STARTED_AT_MS + epoch })) },
  })
  .press('<');

const failing = trainingView({
  trials: [trialView(0, { status: 'failed', error: { code: 'TRAINING_DIVERGED', message: 'loss is NaN' } })],
  sweep: { isPaused: false, maxParallel: 2, halt: null, trialCount: 3 },
});

const MODEL = catalogueModel({
  aliases: { champion: '3', challenger: '4', previous: '2' },
  versions: ['4', '3', '2', '1'].map((version) => catalogueVersion(version)),
});
const QUESTION = { candidate: '3', experimentId: EXPERIMENT_ID, askedAtMs: 0, expiresAtMs: null } as OpenQuestion;

const withModel = (place: Place): DrivenDashboard =>
  at(place)
    .answer('models', '', [MODEL, ...'abcdefghij'.split('').map((name) => catalogueModel({ name }))])
    .answer('question', 'two-tower', { open: QUESTION })
    .answer('ledger', 'two-tower', {
      ...{ name: 'two-tower', broken: null, notes: [] },
      entries: Array.from(
        { length: 20 },
        (_, place): LedgerEntry => ({
          ...{ seq: place + 1, at: '2026-11-01T12:00:00.000Z', actor: 'ana', action: 'promote', alias: 'champion' },
          ...{ from: null, to: '3', reason: 'better', evidence: {}, request: 'r', previous_digest: null, digest: 'd' },
        }),
      ),
    });

const services = at(PLACES.services).answer('services', '', {
  home: '/home',
  supervisor: { state: 'running', pid: 1, elsewhere: null, startedAtMs: 0, logFile: '/log' },
  services: (['mlflow', 'temporal', 'worker'] as const).map(
    (kind): ServiceStatus => ({
      ...{ name: kind, kind, state: 'healthy', pid: 1, version: null, address: null, uiUrl: null },
      ...{ uptimeSeconds: 60, restarts: 0, logFile: null, lastError: null },
    }),
  ),
});

const log = at(PLACES.log).answer(
  'log',
  'mlflow',
  withLines(
    NO_LINES,
    Array.from({ length: 100 }, (_, number) => parseLogLine(`line ${number}`)),
  ),
);

/** In each of them some keys act; the places of a table or a page are reached by the first letters. */
const STATES: { readonly [Name in ScreenName]: readonly DrivenDashboard[] } = {
  experiments: [experiments, experiments.press('j', 'j'), experiments.press('space')],
  experiment: [
    ...[ended, past, past.press('<'), showing(PLACES.experiment, crowdedView()), showing(PLACES.experiment, failing)],
    showing(PLACES.experiment, changed(failing, { status: 'cancelled', progress: {} })),
    showing(PLACES.experiment, crowdedView()).press('j', 'j'),
    showing(PLACES.experiment, crowdedView()).press('tab'),
    showing(PLACES.experiment, crowdedView()).press('tab', 'j'),
  ],
  trial: [
    ...[showing(PLACES.trial, crowdedView()), showing(PLACES.trial, crowdedView()).press('v')],
    ...[showing(PLACES.trial, crowdedView()).press('v', 'j'), showing(PLACES.trial, failing)],
  ],
  models: [withModel(PLACES.models), withModel(PLACES.models).press('j', 'j')],
  model: [withModel(PLACES.model), withModel(PLACES.model).press('j', 'j')],
  ledger: [withModel(PLACES.ledger), withModel(PLACES.ledger).press('j')],
  version: [withModel(PLACES.version), withModel(PLACES.version).press('j')].map((shown) =>
    shown.answer('version', 'two-tower/3', {
      ...{ details: versionDetails(), gate: null },
      links: { page: 'http://mlflow/1', gate: null },
    } as never),
  ),
  services: [services, services.press('j')],
  log: [...[log, log.press('k'), log.press('right'), log.press('g')], log.press('/', ...'line', 'enter')],
};

/** Where somebody is, the way there leads nowhere. */
const TO_ITSELF: Readonly<Partial<Record<ScreenName, readonly string[]>>> = {
  experiments: ['1: experiments'],
  models: ['2: models'],
  services: ['3: services'],
};

test.each(Object.keys(PLACES) as readonly ScreenName[])(
  'ui-cli/dashboard/screens: every key of %s acts in some state',
  (name) => {
    const acting = new Set<string>();
    const known = new Set<string>();
    for (const shown of STATES[name]) {
      const bindings = bindingsAt(PLACES[name], shown.state);
      for (const { keys, help } of bindings) {
        for (const key of keys) {
          known.add(`${key}: ${help}`);
          const pressed = shown.press(key);
          const { nowMs: _, message: _before, ...before } = shown.state;
          const { nowMs: _now, message, ...after } = pressed.state;
          const isChanged = message !== null || JSON.stringify(before) !== JSON.stringify(after);
          if (bindingOf(bindings, key, shown.state)?.help === help && (isChanged || pressed.effects.length > 0)) {
            acting.add(`${key}: ${help}`);
            expect(pressed.lines()).toHaveLength(12);
          }
        }
      }
    }
    expect(known.size).toBeGreaterThan(8);
    expect([...known].filter((one) => !acting.has(one))).toEqual(TO_ITSELF[name] ?? []);
  },
);
