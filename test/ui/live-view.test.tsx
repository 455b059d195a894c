import { EventEmitter } from 'node:events';
import { render as renderOn } from 'ink';
import { render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { initialLiveState, type LiveKey, type LiveState, reduceLive } from '../../ui-cli/live/live-state.ts';
import { LiveView } from '../../ui-cli/live/live-view.tsx';
import { NO_COLOURS } from '../../ui-cli/live/theme.ts';
import { completedView, EXPERIMENT_ID, progressAt, STARTED_AT_MS, trainingView } from '../support/experiment-views.ts';

const mounted: { unmount: () => void }[] = [];

afterEach(() => {
  for (const app of mounted.splice(0)) {
    app.unmount();
  }
});

const mount = (state: LiveState, columns: number, onKey: (key: LiveKey) => void = () => {}) => {
  const app = render(<LiveView state={state} columns={columns} theme={NO_COLOURS} hasKeys={true} onKey={onKey} />);
  mounted.push(app);
  return app;
};

/** The last frame on a terminal of that width; ink-testing-library's is always 100 wide. */
const frameOf = (state: LiveState, columns: number): string => {
  const frames: string[] = [];
  const stdout = Object.assign(new EventEmitter(), { columns, write: (frame: string) => frames.push(frame) });
  const app = renderOn(
    <LiveView state={state} columns={columns} theme={NO_COLOURS} hasKeys={false} onKey={() => {}} />,
    {
      stdout: stdout as unknown as NodeJS.WriteStream,
      debug: true,
      patchConsole: false,
    },
  );
  app.unmount();
  return frames.at(-1) ?? '';
};

const links = ['mlflow http://127.0.0.1:5000', 'temporal http://127.0.0.1:8233/namespaces/default/workflows/x'];

/** Ten seconds between two views: trial-001 goes from epoch 2 to epoch 4 of 10, so 30 s are left. */
const training = (): LiveState => {
  const start = reduceLive(initialLiveState(STARTED_AT_MS), { kind: 'started', experimentId: EXPERIMENT_ID, links });
  const early = trainingView({ progress: { 'trial-001': progressAt(2) } });
  const first = reduceLive(start, { kind: 'view', view: early, atMs: STARTED_AT_MS + 5000 });
  const late = trainingView({ progress: { 'trial-001': progressAt(4, { epoch: 5, step: 0 }) } });
  return reduceLive(first, { kind: 'view', view: late, atMs: STARTED_AT_MS + 15_000 });
};

const provisioning = (): LiveState =>
  [
    { part: 'temporal', step: 'ready', message: 'temporal 1.32 on 127.0.0.1:7233' },
    { part: 'mlflow', step: 'download', message: 'mlflow 3.17.2 and its packages', percent: 50 },
  ].reduce<LiveState>(
    (state, service) => reduceLive(state, { kind: 'service', service }),
    initialLiveState(STARTED_AT_MS),
  );

describe('ui-cli/live-view', () => {
  test.each([40, 80, 120])('ui-cli/live-view: training on %i columns', (columns) => {
    expect(frameOf(training(), columns)).toMatchSnapshot();
  });

  test.each([40, 80, 120])('ui-cli/live-view: provisioning on %i columns', (columns) => {
    expect(frameOf(provisioning(), columns)).toMatchSnapshot();
  });

  test('ui-cli/live-view: the end on 80 columns', () => {
    const state = reduceLive(training(), { kind: 'view', view: completedView(), atMs: STARTED_AT_MS + 70_000 });
    expect(frameOf(state, 80)).toMatchSnapshot();
  });

  test.each([40, 80, 120])('ui-cli/live-view: no line is wider than %i columns', (columns) => {
    for (const state of [training(), provisioning()]) {
      const lines = frameOf(state, columns).split('\n');
      expect(lines.length).toBeGreaterThan(3);
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
    }
  });

  test('ui-cli/live-view: a notice stays above the view, once', () => {
    const notice = { part: 'tensorflow', step: 'notice', message: 'training falls back to wasm' };
    const noticed = [notice, notice].reduce<LiveState>(
      (state, service) => reduceLive(state, { kind: 'service', service }),
      training(),
    );
    const lines = frameOf(noticed, 80).split('\n');
    expect(lines[0]).toBe('tensorflow: training falls back to wasm');
    expect(lines.filter((line) => line.includes('falls back'))).toHaveLength(1);
  });

  test('ui-cli/live-view: the footer names the keys, asks before a cancel and says what goes on', () => {
    const press = (state: LiveState, ...keys: readonly LiveKey[]): LiveState =>
      keys.reduce<LiveState>((at, key) => reduceLive(at, { kind: 'key', key }), state);
    const footer = (state: LiveState): string => mount(state, 80).lastFrame()?.split('\n').at(-1) ?? '';
    expect(footer(training())).toBe('q, Ctrl-C detach   c cancel');
    expect(footer(press(training(), 'cancel'))).toBe('Cancel the experiment? y / n');
    expect(footer(press(training(), 'cancel', 'no'))).toBe('q, Ctrl-C detach   c cancel');
    expect(footer(press(training(), 'cancel', 'yes'))).toBe('Cancelling: running trials end first.');
    expect(footer(press(training(), 'cancel', 'detach'))).toBe('Detaching.');
    expect(footer(press(provisioning(), 'cancel'))).toBe('q, Ctrl-C stop');
  });

  test('ui-cli/live-view: keys are told apart, Ctrl-C detaches, other keys do nothing', async () => {
    const pressed: LiveKey[] = [];
    const { stdin } = mount(training(), 80, (key) => pressed.push(key));
    for (const key of ['x', 'q', '\u0003', 'c', 'y', 'n', '\u0011']) {
      stdin.write(key);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pressed).toEqual(['detach', 'detach', 'cancel', 'yes', 'no']);
  });
});
