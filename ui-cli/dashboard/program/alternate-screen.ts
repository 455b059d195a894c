/** The terminal's second screen: what was printed before stays, and comes back when it is left. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const CLEAR = '\u001b[H\u001b[2J';

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
      stream.write(LEAVE);
    }
  };
  const enter = (): void => {
    if (!isOpen) {
      isOpen = true;
      process.on('exit', leave);
      stream.write(ENTER);
    }
  };
  enter();
  return { enter, leave, clear: () => stream.write(CLEAR) };
};
