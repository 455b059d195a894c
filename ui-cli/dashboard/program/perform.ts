/** Does what keys ask for, through the same calls as the commands. */
import { findPage } from '../../open/find-page.ts';
import { assertWebAddress } from '../../open/open-subject.ts';
import { announceMove, doneLines } from '../../registry/announce-move.ts';
import { makeMove, planMove } from '../../registry/plan-move.ts';
import { findingLines, intactLines, isIntact } from '../../registry/verification-lines.ts';
import { startExtended } from '../../run/extend-experiment.ts';
import { retryOne } from '../../run/retry-experiment.ts';
import { doctorLines } from '../../services/doctor-lines.ts';
import { answerLines, answerQuestion, isAsAnswered } from '../../steer/answer-question.ts';
import { makeRequest } from '../../steer/steering-request.ts';
import type { Action } from '../core/actions.ts';
import { type Outcome, told } from '../core/outcome.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import type { Sources } from './sources.ts';

const openPage = async (runtime: DashboardRuntime, what: string | null, isTemporal: boolean): Promise<Outcome> => {
  const url = await findPage(runtime, what, isTemporal);
  assertWebAddress(url);
  const problem = await runtime.openPage(url);
  return told(problem === null ? `opened ${url}` : `${problem}; open it yourself: ${url}`);
};

export const perform = async (
  runtime: DashboardRuntime,
  { platform, catalogue }: Sources,
  action: Action,
): Promise<Outcome> => {
  const user = (): string => runtime.environment().user;
  switch (action.kind) {
    case 'steer': {
      const { experimentIds, request } = action;
      const answers = await platform.use(({ experiments }) =>
        Promise.all(
          experimentIds.map((id) =>
            request.kind === 'retry' ? retryOne(experiments, id) : makeRequest(experiments, id, request),
          ),
        ),
      );
      const [only] = answers;
      return told(
        only !== undefined && answers.length === 1
          ? `${experimentIds[0]}: ${only.text}`
          : `${answers.length} experiments: ${only?.text ?? 'nothing to do'}`,
      );
    }
    case 'cancel-trials': {
      const { experimentId, trialIds } = action;
      await platform.use(({ experiments }) =>
        Promise.all(trialIds.map((trialId) => experiments.cancelTrial(experimentId, trialId))),
      );
      const trials = trialIds.length === 1 ? `${trialIds[0]} is` : `${trialIds.length} trials are`;
      return told(`${experimentId}: ${trials} cancelled; results are kept`);
    }
    case 'extend': {
      const { experimentId: id, by, total } = action;
      const change = { trials: null, epochs: null, set: [], [by]: total };
      const { experimentId } = await platform.use(({ experiments }) => startExtended(experiments, id, change));
      return {
        kind: 'started',
        experimentId,
        from: id,
        text: `${experimentId} is started, extends ${id}`,
        isBad: false,
      };
    }
    case 'open':
      return openPage(runtime, action.what, false);
    case 'open-server':
      return openPage(runtime, null, action.server === 'temporal');
    case 'approve':
    case 'reject': {
      const { kind, experimentId, reason } = action;
      const isApproved = kind === 'approve';
      return platform.use(async (services) => {
        const answered = await answerQuestion(services, experimentId, { isApproved, reason, by: user() });
        return told(answerLines(answered).join('; '), !isAsAnswered(answered, isApproved));
      });
    }
    case 'plan':
      return catalogue.use(async (models) => {
        const move = await planMove(action.move, models, action.reference, { user: user(), reason: '' });
        // What will be refused is not asked, and what is so already needs no answer.
        const announced = await announceMove(runtime, models, move);
        return announced === null
          ? told(`${move.name}: nothing to do: it is so already`)
          : { kind: 'planned', move: announced };
      });
    case 'move': {
      const { move, reason } = action;
      const reasoned = { ...move, request: { ...move.request, reason } };
      return catalogue.use((models) =>
        platform.use(async ({ registry }) =>
          told(doneLines(await makeMove(registry, models, reasoned), move).join('; ')),
        ),
      );
    }
    case 'save-view': {
      const { table, name, view } = action;
      await runtime.saveView(table, name, view);
      const done = view === null ? 'deleted' : `saved; :view ${name} shows it again`;
      return told(`View ${name} of ${table} is ${done}.`);
    }
    case 'doctor': {
      const findings = await runtime.services.doctor({ isRepair: false, lost: [] });
      const width = runtime.io.stderr.columns || runtime.io.stdout.columns;
      const isBad = !findings.isUsable;
      const text = isBad ? 'Something is missing that experiments need: tt-exp doctor' : 'Nothing is missing.';
      return { kind: 'page', title: 'What the doctor found', lines: doctorLines(findings, width), text, isBad };
    }
    case 'verify': {
      const { name } = action;
      return catalogue.use(async (models) => {
        const found = await models.verify({ name, isAll: false, count: () => undefined });
        const lines = [...intactLines(found), ...findingLines(found)];
        const isBad = !isIntact(found);
        const text = isBad ? (findingLines(found)[0] ?? '') : `${name}: ledger and files are intact`;
        return { kind: 'page', title: `${name}: ledger and files`, lines, text, isBad };
      });
    }
  }
};
