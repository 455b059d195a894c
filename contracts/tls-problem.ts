/** What a failed TLS handshake is about, by the codes and words of OpenSSL and Node.js. */

export type TlsProblem =
  /** The certificate is signed by an authority that is not known here. */
  | 'unknown authority'
  | 'other name'
  | 'bad certificate'
  /** The other side does not speak TLS at all. */
  | 'no TLS'
  /** The other side wants a certificate of the client, or another one. */
  | 'client refused';

const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** null for an error that is not about TLS. */
export const tlsProblem = (error: unknown): TlsProblem | null => {
  if (!(error instanceof Error)) {
    return null;
  }
  const code = 'code' in error ? String(error.code) : '';
  if (UNKNOWN_AUTHORITY.has(code)) {
    return 'unknown authority';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'other name';
  }
  // Node.js 20 gives EPROTO and OpenSSL's words, later versions a code that is made of them.
  const said = `${code} ${error.message}`.toUpperCase().replaceAll(' ', '_');
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(said)) {
    return 'no TLS';
  }
  if (/SSL.*ALERT/.test(said)) {
    return 'client refused';
  }
  return /^CERT_|^ERR_TLS_|^UNABLE_TO_|^INVALID_/.test(code) ? 'bad certificate' : null;
};
