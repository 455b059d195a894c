import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { CliIo } from '../../../../ui-cli/command-line/process-runtime.ts';
import { reportError } from '../../../../ui-cli/command-line/report-error.ts';
import { openDisplay } from '../../../../ui-cli/display/open-display.ts';
import { openProgress } from '../../../../ui-cli/display/progress.ts';
import { openTrainDisplay } from '../../../../ui-cli/model/train-display.ts';
import { drawLine, printJson, printLines } from '../../../../ui-cli/text/output.ts';
import { formatTable } from '../../../../ui-cli/text/table.ts';
import { completedView, EXPERIMENT_ID, WORKFLOW_ID } from '../../../support/experiment-views.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';

/** Sets the clipboard, clears the screen, and forges a line. */
const EVIL = 'x\u001b]52;c;ZXZpbA==\u0007\u009b2J\nerror: forged';
const SHOWN = 'x\\u001b]52;c;ZXZpbA==\\u0007\\u009b2J\\nerror: forged';

const stream = (columns?: number) => {
  const written = Object.assign(new PassThrough().setEncoding('utf8'), { columns });
  return { stream: written as unknown as NodeJS.WriteStream, text: () => String(written.read() ?? '') };
};

describe('ui-cli/output', () => {
  test('each line is one line of visible text', () => {
    const { stream: out, text } = stream();
    printLines(out, ['first', EVIL]);
    expect(text()).toBe(`first\n${SHOWN}\n`);
  });

  test('JSON stays the same data and has no escape sequence', () => {
    const { stream: out, text } = stream();
    printJson({ stdout: out } as CliIo, { name: EVIL });
    const printed = text();
    expect(JSON.parse(printed)).toEqual({ name: EVIL });
    expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('a redrawn line is cut to the width of the terminal, after what it shows of control characters', () => {
    const { stream: out, text } = stream(10);
    drawLine(out, '\u001b[2Jabcdef');
    expect(text()).toBe('\r\u001b[K\\u001b[2J');
  });

  test('a column is as wide as what is printed of its cells', () => {
    expect(
      formatTable(
        [{ title: 'a' }, { title: 'b' }],
        [
          ['\u001b', '1'],
          ['long cell', '2'],
        ],
      ),
    ).toEqual(['a          b', '\\u001b     1', 'long cell  2']);
  });

  test('errors, plain progress, training and embedding pass it as well', async () => {
    const { runtime, stdout, stderr } = createFakeRuntime();
    printLines(runtime.io.stderr, reportError(new TtExpError('DATA_INVALID', EVIL, { hint: EVIL }), false).lines);
    const display = await openDisplay(runtime, { isJson: false, isPlain: true });
    display.service({ part: EVIL, step: 'notice', message: EVIL });
    display.started(
      { experimentId: EXPERIMENT_ID, workflowId: WORKFLOW_ID, isAttached: false },
      {
        temporal: { address: EVIL, uiUrl: EVIL, namespace: EVIL, isEmbedded: true },
        mlflow: { uri: EVIL, isEmbedded: true },
      },
    );
    const [trial] = completedView().trials;
    const trials = trial === undefined ? [] : [{ ...trial, params: { [EVIL]: EVIL }, reason: EVIL }];
    display.view(completedView({ trials, error: { code: 'DATA_INVALID', message: EVIL } }));
    const training = openTrainDisplay(runtime, { name: 'train', isJson: false });
    training.say([EVIL]);
    training.warn(EVIL);
    training.close();
    const progress = openProgress(runtime, { name: 'embed' });
    progress.say(EVIL);
    progress.close();
    const printed = `${stdout()}${stderr()}`;
    expect(printed).toContain('forged');
    expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(printed.split('\n').filter((line) => line.startsWith('error: forged'))).toEqual([]);
  });
});
