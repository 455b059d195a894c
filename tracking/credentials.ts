/** How a client logs in, and how what the server says is kept free of it: some servers repeat the header that they got. */

export interface Credentials {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}

const basic = (username: string, password: string): string => Buffer.from(`${username}:${password}`).toString('base64');

export const authorization = ({ token, username, password = '' }: Credentials): Readonly<Record<string, string>> => {
  if (token !== undefined) {
    return { authorization: `Bearer ${token}` };
  }
  return username === undefined ? {} : { authorization: `Basic ${basic(username, password)}` };
};

/** A shorter one would be cut out of ordinary words. */
const SHORTEST_SECRET = 3;

/** Replaces token and password, also as they stand in addresses and in the header, by ***. */
export const createMask = ({ token = '', username, password = '' }: Credentials): ((text: string) => string) => {
  const header = username === undefined ? '' : basic(username, password);
  const secrets = [header, token, password, encodeURIComponent(password)]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
};
