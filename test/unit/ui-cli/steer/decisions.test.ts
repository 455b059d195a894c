import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { GATE_NOT_RUN } from '../../../../contracts/gate.ts';
import type { LedgerEntry } from '../../../../contracts/ledger.ts';
import type { ApprovalResult } from '../../../../contracts/registry-owner.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { PlatformRuntime } from '../../../../ui-cli/platform/platform-runtime.ts';
import { experimentInput, resolvedConfig } from '../../../support/experiment-fixtures.ts';
import { EXPERIMENT_ID } from '../../../support/experiment-views.ts';
import { createFakePlatform, MODEL_NAME } from '../../../support/fake-cli/fake-platform.ts';
import { createFakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { runScripted } from '../../../support/fake-cli/scripted-runtime.ts';
import { SMALL_FACTS } from '../../../support/small-sweep.ts';

describe('cancel, approve, reject', () => {
  test('an id that nothing has ends with 66 and the nearest id', async () => {
    const result = await runScripted(['cancel', 'demmo-012345678']);
    expect(result.exitCode).toBe(66);
    expect(result.stderr()).toContain(`Did you mean ${EXPERIMENT_ID}?`);
    expect(result.recorded.cancelled).toEqual([]);
  });

  test('cancel asks for the cancellation of that experiment', async () => {
    const result = await runScripted(['cancel', EXPERIMENT_ID]);
    expect([result.exitCode, result.recorded.cancelled]).toEqual([0, [EXPERIMENT_ID]]);
  });

  const verdict = { ...GATE_NOT_RUN, decision: 'promoted', reasons: ['Approved by tester: fine'] } as const;
  const approval: ApprovalResult = {
    experimentId: EXPERIMENT_ID,
    candidate: '4',
    verdict: { ...verdict, candidate: { version: '4', run_id: 'r', ndcg_at_10: 0.4 } },
    entry: null,
    aliases: { champion: '4', challenger: null, previous: '3' },
    problem: null,
  };

  test('approve asks the owner of the model by its name, with person and reason', async () => {
    const approved = await runScripted(['approve', MODEL_NAME, '--reason', 'fine'], { views: [], approval });
    expect(approved.recorded.decisions).toEqual([
      [
        MODEL_NAME,
        {
          ...{ isApproved: true, by: 'tester', reason: 'fine', experimentId: null, candidate: null },
          request: expect.stringMatching(/^tester\/approve\//),
        },
      ],
    ]);
    expect(approved.stderr()).toBe(
      `model ${MODEL_NAME}, version 4 of ${EXPERIMENT_ID}: promoted\nApproved by tester: fine\n`,
    );
    expect(approved.exitCode).toBe(0);
  });

  test('approve takes one version of a model, and says of an unknown text that it is neither', async () => {
    const one = await runScripted(['approve', `${MODEL_NAME}/4`, '--reason', 'fine'], { views: [], approval });
    expect(one.recorded.decisions).toEqual([
      [MODEL_NAME, expect.objectContaining({ candidate: '4', experimentId: null })],
    ]);
    const unknown = await runScripted(['approve', 'nope', '--reason', 'fine']);
    expect(unknown.exitCode).toBe(66);
    expect(unknown.stderr()).toMatch(/there is no registered model nope; experiment: got nope/);
    expect(unknown.stderr()).toMatch(/hint: .*the name of its model, which `tt-exp models` lists\.$/m);
  });

  test('approve --json answers as a move does', async () => {
    const result = await runScripted(['approve', MODEL_NAME, '--reason', 'fine', '--json'], { views: [], approval });
    expect(jsonOf(result)).toEqual({
      ...{ name: MODEL_NAME, alias: null, from: null, to: null, seq: null, digest: null },
      ...{ version: '4', experiment_id: EXPERIMENT_ID, decision: 'promoted', reasons: verdict.reasons, problem: null },
    });
  });

  test('reject finds the model of an experiment', async () => {
    const input = experimentInput(resolvedConfig());
    const rejected = await runScripted(['reject', EXPERIMENT_ID, '--reason', 'no'], { views: [], approval, input });
    expect(rejected.recorded.decisions).toEqual([
      [
        input.config.gate.model_name,
        expect.objectContaining({ isApproved: false, reason: 'no', experimentId: EXPERIMENT_ID }),
      ],
    ]);
  });

  test('where Temporal has forgotten the experiment, MLflow names its model; where both have, it is 66', async () => {
    const script = { views: [], approval, facts: SMALL_FACTS };
    const approved = await runScripted(['approve', EXPERIMENT_ID, '--reason', 'fine'], script);
    expect(approved.recorded.decisions).toEqual([
      [SMALL_FACTS.config.gate.model_name, expect.objectContaining({ experimentId: EXPERIMENT_ID, candidate: null })],
    ]);
    const unknown = await runScripted(['approve', EXPERIMENT_ID, '--reason', 'fine'], { views: [], approval });
    expect([unknown.exitCode, unknown.recorded.decisions]).toEqual([66, []]);
    expect(unknown.stderr()).toMatch(/hint: .*by the name of its model, which `tt-exp models` lists\.$/m);
  });

  test('a name or a beginning that Temporal has forgotten is looked up in MLflow; of several the ids are told', async () => {
    const id = 'lost-0123456789';
    const script = { views: [], approval, facts: SMALL_FACTS, recordedIds: [id] };
    for (const text of ['lost', 'lost-01234']) {
      const approved = await runScripted(['approve', text, '--reason', 'fine'], script);
      expect(approved.recorded.decisions).toEqual([
        [SMALL_FACTS.config.gate.model_name, expect.objectContaining({ experimentId: id })],
      ]);
    }
    const several = { ...script, recordedIds: [id, 'lost-abcdefabcd'] };
    const refused = await runScripted(['approve', 'lost', '--reason', 'fine'], several);
    expect([refused.exitCode, refused.recorded.decisions]).toEqual([66, []]);
    expect(refused.stderr()).toContain('hint: One of: lost-0123456789, lost-abcdefabcd.');
  });

  test('a model that no owner of this database knows yet is asked by its name all the same', async () => {
    const approved = await runScripted(['approve', 'ranker/4', '--reason', 'fine'], {
      ...{ views: [], approval, registered: ['ranker'] },
    });
    expect(approved.recorded.decisions).toEqual([['ranker', expect.objectContaining({ candidate: '4' })]]);
  });

  test('Ctrl-C ends it at once, and says that the answer may count all the same', async () => {
    const { openPlatform } = createFakePlatform({ views: [], approval });
    const never = new Promise<never>(() => {});
    const slow: PlatformRuntime['openPlatform'] = async (options) => {
      const platform = await openPlatform(options);
      return { ...platform, registry: { ...platform.registry, decide: () => never } };
    };
    const fake = createFakeRuntime({ openPlatform: slow });
    const running = runCli(['approve', MODEL_NAME, '--reason', 'fine'], fake.runtime);
    await settle();
    fake.interrupt();
    expect(await running).toBe(130);
    expect(fake.stderr()).toContain('hint: The answer counts if it has arrived: `tt-exp models history`');
  });

  test('what the owner does meanwhile is told once, as long as it does it', async () => {
    const { openPlatform } = createFakePlatform({ views: [], approval });
    let looks = 0;
    let finish: (result: ApprovalResult) => void = () => {};
    const doing: PlatformRuntime['openPlatform'] = async (options) => {
      const platform = await openPlatform(options);
      const registry = {
        ...platform.registry,
        decide: () => new Promise<ApprovalResult>((resolve) => (finish = resolve)),
        view: async () => {
          looks += 1;
          if (looks === 4) {
            finish(approval);
          }
          return { standing: null, ledgerRunId: null, question: null, doing: 'version 8 is champion by now' };
        },
      };
      return { ...platform, registry };
    };
    const fake = createFakeRuntime({ openPlatform: doing });
    expect(await runCli(['approve', MODEL_NAME, '--reason', 'fine'], fake.runtime)).toBe(0);
    expect(fake.stderr().match(/version 8 is champion by now/g)).toHaveLength(1);
  }, 30_000);

  test('a second answer says who gave the first one, when and how', async () => {
    const lastAnswer = async (): Promise<LedgerEntry> => ({
      ...{ seq: 3, at: '2026-11-30T10:00:00.000Z', actor: 'ana', action: 'promote', alias: 'champion' },
      ...{ from: '3', to: '4', reason: 'fine', evidence: {}, request: 'ana/approve/u/1' },
      ...{ previous_digest: null, digest: 'd' },
    });
    const again = await runScripted(['approve', MODEL_NAME, '--reason', 'fine'], { views: [], lastAnswer });
    expect(again.exitCode).toBe(1);
    expect(again.stderr()).toContain(
      'Nothing awaits approval. Version 4: Approved by ana on 2026-11-30 10:00:00 UTC: fine\nhint: `tt-exp list`',
    );
    const unreachable = async () => {
      throw new TtExpError('SERVICE_UNREACHABLE', 'MLflow is gone');
    };
    const blind = await runScripted(['approve', MODEL_NAME, '--reason', 'fine'], {
      views: [],
      lastAnswer: unreachable,
    });
    expect(blind.stderr()).toContain('Nothing awaits approval. Who has answered is not known: MLflow is gone\n');
  });

  test('an approved candidate that the gate no longer lets pass ends with 1, and the reason', async () => {
    const reasons = ['Not promoted: a loss.'];
    const now = { ...approval, verdict: { ...approval.verdict, decision: 'rejected', reasons } } as const;
    const result = await runScripted(['approve', MODEL_NAME, '--reason', 'fine'], { views: [], approval: now });
    expect(result.exitCode).toBe(1);
    expect(result.stderr()).toContain('Not promoted: a loss.');
  });

  test('an answer without a question ends with 1, one without a reason with 64', async () => {
    const unasked = await runScripted(['approve', MODEL_NAME, '--reason', 'fine']);
    expect(unasked.exitCode).toBe(1);
    expect(unasked.stderr()).toMatch(/Nothing awaits approval\.\nhint: `tt-exp list` shows which experiments await/);
    expect((await runScripted(['approve', MODEL_NAME])).exitCode).toBe(64);
    const invisible = await runScripted(['approve', MODEL_NAME, '--reason', '\u200b']);
    expect([invisible.exitCode, invisible.recorded.decisions]).toEqual([64, []]);
  });
});
