/** Says, once an outage, what is waited for and until when: whoever asked sees nothing else of it. */

/** A server that is there answers within a fraction of it. */
const TELL_AFTER_MS = 2_000;

export interface WaitNotice {
  /** Of a request that begins; the answer ends it: it has been heard, or has failed for good. */
  begin(why: () => { readonly problem: string | null; readonly leftMs: number }): {
    /** The server is there again. */
    heard(): void;
    end(): void;
  };
}

/** @param tell undefined: nobody hears of it */
export const createWaitNotice = (
  uri: string,
  tell: ((message: string) => void) | undefined,
  wallMs: () => number,
): WaitNotice => {
  let isTold = false;
  return {
    begin: (why) => {
      const timer =
        tell === undefined
          ? undefined
          : setTimeout(() => {
              if (!isTold) {
                isTold = true;
                const { problem, leftMs } = why();
                const until = new Date(wallMs() + leftMs).toISOString().slice(11, 19);
                tell(
                  `waiting for MLflow at ${uri} until ${until} UTC, for ${Math.round(leftMs / 1000)} s more (${problem ?? 'no answer yet'}); Ctrl-C ends it`,
                );
              }
            }, TELL_AFTER_MS);
      return {
        heard: () => {
          isTold = false;
          clearTimeout(timer);
        },
        end: () => clearTimeout(timer),
      };
    },
  };
};
