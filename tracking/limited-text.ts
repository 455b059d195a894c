/** MLflow cuts long parameters and tags without a word. Here they are cut with a note, and kept whole as artifacts. */

/** Characters that the server keeps; of descriptions every version takes as many. */
export const TEXT_LIMIT = { param: 6000, tag: 8000, description: 5000 } as const;

/** Of a run, whose artifacts can hold the whole. */
export type TextKind = 'param' | 'tag';

export interface FittedTexts {
  readonly values: Readonly<Record<string, string>>;
  /** Artifacts with the texts that did not fit. */
  readonly wholes: readonly { readonly path: string; readonly text: string }[];
}

/** A character outside the basic plane takes two units; half of one is no text that a server takes. */
const cutAt = (text: string, length: number): string => {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
};

/** Equal values fit equally, so that logging them again changes nothing. */
export const fitTexts = (
  kind: TextKind,
  given: Readonly<Record<string, string>>,
  limit: number = TEXT_LIMIT[kind],
): FittedTexts => {
  const wholes: { path: string; text: string }[] = [];
  const values = Object.entries(given).map(([key, text]) => {
    if (text.length <= limit) {
      return [key, text];
    }
    const path = `long_texts/${kind}/${key.replaceAll(/[^\w.-]/g, '_')}.txt`;
    wholes.push({ path, text });
    const note = `… [cut: all ${text.length} characters are in the artifact ${path}]`;
    return [key, `${cutAt(text, limit - note.length)}${note}`];
  });
  return { values: Object.fromEntries(values), wholes };
};

/** For texts whose whole is kept elsewhere anyway. */
export const cutText = (text: string, kind: keyof typeof TEXT_LIMIT): string =>
  text.length <= TEXT_LIMIT[kind] ? text : `${cutAt(text, TEXT_LIMIT[kind] - 1)}…`;
