/**
 * Credentials in addresses, which appear in no message, log, output or record. The one place that knows how: errors pass
 * through it when they are made, output when it is printed.
 */

/** Up to the last @ before the path: a password may hold one. A quote ends the address: it stands in JSON. */
const USER_INFO = /\/\/[^\s/?#"]*@/g;

const SECRET_PARAMETER = /([?&](?:password|passwd|pwd|token|access_token|api_key|apikey|secret)=)[^\s&#"]+/gi;

/** `http://user:password@host/?token=abc` becomes `http://***@host/?token=***`. */
export const redactUrls = (text: string): string =>
  text.replaceAll(USER_INFO, '//***@').replaceAll(SECRET_PARAMETER, '$1***');

/** In strings at any depth. */
export const redactValue = <Value>(value: Value): Value => {
  if (typeof value === 'string') {
    return redactUrls(value) as Value;
  }
  if (Array.isArray(value)) {
    return value.map(redactValue) as Value;
  }
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? (Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactValue(part)])) as Value)
    : value;
};

/** The same error, with its causes: what others throw may hold the address that they were given. */
export const redactError = <Thrown>(error: Thrown): Thrown => {
  if (!(error instanceof Error)) {
    return redactValue(error);
  }
  for (const key of ['message', 'stack'] as const) {
    const text = error[key];
    if (text !== undefined && redactUrls(text) !== text) {
      // Some errors of the platform have a getter only.
      Object.defineProperty(error, key, { value: redactUrls(text), configurable: true, writable: true });
    }
  }
  redactError(error.cause);
  return error;
};
