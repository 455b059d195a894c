import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { ModelRuntime } from '../../../../ui-cli/model/model-runtime.ts';
import { completedView } from '../../../support/experiment-views.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';
import { createScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';

const RUN = '0123456789abcdef0123456789abcdef';

/** Exit code of `evaluate --model`, and the model that is asked for. */
const asked = async (model: string, isUp = true) => {
  const models: string[] = [];
  const evaluateModel: ModelRuntime['evaluateModel'] = async (request) => {
    models.push(request.model);
    throw new TtExpError('MODEL_INCOMPATIBLE', 'seen enough');
  };
  const openPlatform = async () => {
    throw new TtExpError('SERVICE_UNREACHABLE', 'nothing runs');
  };
  const fake = isUp
    ? createScriptedRuntime({ views: [completedView()] }, { evaluateModel })
    : createFakeRuntime({ evaluateModel, openPlatform });
  const exitCode = await runCli(['evaluate', '--model', model], fake.runtime);
  return { exitCode, models };
};

describe('ui-cli/model/evaluate-model', () => {
  // The list of experiments has demo-0123456789 and other-abcdefabcd.
  test.each([
    ['demo/trial-003', 'demo-0123456789/trial-003'],
    ['demo-0123456789/trial-003', 'demo-0123456789/trial-003'],
    [RUN, RUN],
    ['two-tower@champion', 'two-tower@champion'],
    ['demo', 'demo'],
  ])('takes %s for %s', async (given, model) => {
    expect(await asked(given)).toEqual({ exitCode: 65, models: [model] });
  });

  test('an experiment that the list does not have is refused by its name', async () => {
    expect(await asked('nobody/trial-003')).toEqual({ exitCode: 66, models: [] });
  });

  test('without a server the text stays as it is, for it may be a folder', async () => {
    expect((await asked('demo/trial-003', false)).models).toEqual(['demo/trial-003']);
  });
});
