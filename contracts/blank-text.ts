/** White space, control and format characters, and letters that show nothing: zero-width spaces, Hangul fillers, blank Braille. */
const NOTHING_TO_SEE = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether nobody could read anything of it: as a reason it is none. */
export const isBlank = (text: string): boolean => NOTHING_TO_SEE.test(text);
