import { switchScreen } from '../../text/output.ts';

export interface AlternateScreen {
  /** After the size has changed: terminals break lines anew. */
  clear(): void;
  /** Idempotent. */
  leave(): void;
  /** After `leave`. */
  enter(): void;
}

/** Enters it. It is left at the latest when the process ends, however that comes about, kill -9 aside. */
export const openAlternateScreen = (stream: NodeJS.WriteStream): AlternateScreen => {
  let isOpen = false;
  const leave = (): void => {
    if (isOpen) {
      isOpen = false;
      process.off('exit', leave);
      switchScreen(stream, 'leave');
    }
  };
  const enter = (): void => {
    if (!isOpen) {
      isOpen = true;
      process.on('exit', leave);
      switchScreen(stream, 'enter');
    }
  };
  enter();
  return { enter, leave, clear: () => switchScreen(stream, 'clear') };
};
