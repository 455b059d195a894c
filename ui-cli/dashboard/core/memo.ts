/** The last answer again for the same arguments: a frame asks for the same rows several times. */
export const memoLast = <Arguments extends readonly unknown[], Result>(
  compute: (...parts: Arguments) => Result,
): ((...parts: Arguments) => Result) => {
  let last: { readonly parts: Arguments; readonly result: Result } | null = null;
  return (...parts) => {
    if (last === null || !last.parts.every((part, place) => Object.is(part, parts[place]))) {
      last = { parts, result: compute(...parts) };
    }
    return last.result;
  };
};
