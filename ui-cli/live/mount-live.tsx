/** The live view on a terminal: a display that draws instead of printing lines. */
import { render } from 'ink';
import type { Display, DisplayCommands } from '../display.ts';
import { mlflowLink, temporalLink } from '../links.ts';
import { requestText } from '../live-request.ts';
import type { CliIo } from '../runtime.ts';
import { type LiveKey, requestOf } from './live-keys.ts';
import { initialLiveState, type LiveEvent, reduceLive } from './live-state.ts';
import { LiveView } from './live-view.tsx';
import { COLOURS, NO_COLOURS } from './theme.ts';

export interface MountLiveOptions {
  readonly io: CliIo;
  readonly now: () => number;
  readonly isColorless: boolean;
  readonly commands: DisplayCommands;
}

const TICK_MS = 1000;
/** A terminal without a known size says 0. */
const DEFAULT_COLUMNS = 80;

export const mountLive = ({ io, now, isColorless, commands }: MountLiveOptions): Display => {
  const stream = io.stderr;
  const theme = isColorless ? NO_COLOURS : COLOURS;
  const hasKeys = io.stdin.isTTY === true;
  let state = initialLiveState(now());

  const element = () => (
    <LiveView
      state={state}
      columns={stream.columns || DEFAULT_COLUMNS}
      theme={theme}
      hasKeys={hasKeys}
      onKey={pressKey}
    />
  );

  const dispatch = (event: LiveEvent): void => {
    state = reduceLive(state, event);
    app.rerender(element());
  };
  const tell = (text: string): void => dispatch({ kind: 'note', text });
  const pressKey = (key: LiveKey): void => {
    const request = requestOf(state, key);
    dispatch({ kind: 'key', key });
    if (request !== null) {
      tell(requestText(request));
      // Never rejects: what fails is told.
      void commands.request(request).then(tell);
    }
    // A second press counts too: it ends what does not stop in order.
    if (key === 'detach') {
      commands.detach();
    }
  };
  const tick = (): void => dispatch({ kind: 'tick', atMs: now() });

  const app = render(element(), {
    stdout: stream,
    stdin: io.stdin,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const timer = setInterval(tick, TICK_MS);
  stream.on('resize', tick);

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
      stream.off('resize', tick);
      app.unmount();
      await app.waitUntilExit();
    },
  };
};
