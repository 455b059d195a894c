/** A step that stands still, once reached, until it is released. */
export interface HeldStep {
  readonly step: () => Promise<void>;
  readonly reached: Promise<void>;
  release(): void;
}

export const createHeldStep = (): HeldStep => {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    step: () => {
      reach();
      return released;
    },
    reached,
    release,
  };
};
