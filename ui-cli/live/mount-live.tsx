/** The live view on a terminal: a display that draws instead of printing lines. */
import { render } from 'ink';
import type { CliIo } from '../command-line/process-runtime.ts';
import type { Display, DisplayCommands } from '../display/display.ts';
import { mlflowLink, temporalLink } from '../platform/links.ts';
import { requestText } from '../steer/steering-request.ts';
import { eraseRows } from '../text/output.ts';
import { frameOf } from './frame.ts';
import type { LiveKey } from './live-keys.ts';
import { initialLiveState } from './live-state.ts';
import { LiveView } from './live-view.tsx';
import { type LiveEvent, reduceLive, requestOf } from './reduce-live.ts';
import { brokenRows, sizeOf, withoutHeight } from './terminal-size.ts';
import { COLOURS, NO_COLOURS } from './theme.ts';

export interface MountLiveOptions {
  readonly io: CliIo;
  readonly now: () => number;
  readonly isColorless: boolean;
  readonly commands: DisplayCommands;
}

const TICK_MS = 1000;

export const mountLive = ({ io, now, isColorless, commands }: MountLiveOptions): Display => {
  const stream = io.stderr;
  const theme = isColorless ? NO_COLOURS : COLOURS;
  const hasKeys = io.stdin.isTTY === true;
  let state = initialLiveState(now(), sizeOf(stream));

  const element = () => <LiveView state={state} theme={theme} hasKeys={hasKeys} onKey={pressKey} />;
  const dispatch = (event: LiveEvent): void => {
    state = reduceLive(state, event);
    app.rerender(element());
  };
  const tell = (text: string): void => dispatch({ kind: 'note', text });
  const pressKey = (key: LiveKey): void => {
    const request = requestOf(state, key);
    dispatch({ kind: 'key', key });
    if (request !== null) {
      // Of a cancellation the footer tells until the end.
      const tellOf = request.kind === 'cancel' ? (): void => {} : tell;
      tellOf(requestText(request));
      // Never rejects: what fails is told.
      void commands.request(request).then(tellOf);
    }
    // A second press counts too: it ends what does not stop in order.
    if (key === 'detach') {
      commands.detach();
    }
  };
  const resize = (): void => {
    const size = sizeOf(stream);
    eraseRows(stream, brokenRows(frameOf(state, hasKeys), state.size, size));
    dispatch({ kind: 'resize', size });
  };

  const timer = setInterval(() => dispatch({ kind: 'tick', atMs: now() }), TICK_MS);
  // Before Ink's own listener, which draws the last frame again.
  stream.on('resize', resize);
  const app = render(element(), {
    stdout: withoutHeight(stream),
    stdin: io.stdin,
    exitOnCtrlC: false,
    patchConsole: false,
  });

  return {
    service: (service) => dispatch({ kind: 'service', service }),
    started: ({ experimentId, workflowId }, addresses) =>
      dispatch({
        kind: 'started',
        experimentId,
        links: [`mlflow ${mlflowLink(addresses, null)}`, `temporal ${temporalLink(addresses, workflowId)}`],
      }),
    view: (view) => dispatch({ kind: 'view', view, atMs: now() }),
    close: async () => {
      clearInterval(timer);
      stream.off('resize', resize);
      app.unmount();
      await app.waitUntilExit();
    },
  };
};
