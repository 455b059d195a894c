import { switchScreen } from '../../text/output.ts';

export interface AlternateScreen {
  /** Also where it is open by what we know: whoever stopped the process may have switched back. */
  enter(): void;
  /** After the size has changed: terminals break lines anew. */
  clear(): void;
  /** Idempotent. */
  leave(): void;
}

/** It is left at the latest when the process ends, however that comes about, kill -9 aside. */
export const createAlternateScreen = (stream: NodeJS.WriteStream): AlternateScreen => {
  let isOpen = false;
  const leave = (): void => {
    if (isOpen) {
      isOpen = false;
      process.off('exit', leave);
      switchScreen(stream, 'leave');
    }
  };
  return {
    enter: () => {
      if (!isOpen) {
        isOpen = true;
        process.on('exit', leave);
      }
      switchScreen(stream, 'enter');
    },
    leave,
    clear: () => switchScreen(stream, 'clear'),
  };
};
