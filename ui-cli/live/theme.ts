/** Colours of the live view; all absent where the user asked for none. */

export interface Theme {
  readonly done?: string;
  readonly active?: string;
  readonly bad?: string;
  readonly isDim: boolean;
}

export const COLOURS: Theme = { done: 'green', active: 'cyan', bad: 'red', isDim: true };
export const NO_COLOURS: Theme = { isDim: false };

/** Ink wants no property at all where there is no colour. */
export const inColour = (colour: string | undefined): { readonly color?: string } =>
  colour === undefined ? {} : { color: colour };
