/** Tells a webhook of somebody else what happened. An address often holds a token: it appears in no message. */
import { request } from 'undici';
import type { Notification, NotificationOutcome } from '../contracts/notification.ts';

export interface WebhookOptions {
  /** Value of the variable that the config names; undefined where it is not set. */
  readonly url: string | undefined;
  /** Name of that variable, for messages. */
  readonly variable: string;
  readonly sleep: (ms: number) => Promise<void>;
}

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
const TIMEOUT_MS = 10_000;
const RETRIED_STATUS = new Set([408, 429, 500, 502, 503, 504]);

/** Names of system errors and of undici's say enough; their messages may hold the address. */
const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'the request failed';
};

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

type Attempt = { readonly isOver: boolean; readonly reason: string | null };

const post = async (url: string, body: string): Promise<Attempt> => {
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'tt-exp' },
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body.dump();
    const { statusCode } = answer;
    return statusCode >= 200 && statusCode < 300
      ? { isOver: true, reason: null }
      : { isOver: !RETRIED_STATUS.has(statusCode), reason: `got status ${statusCode}, expected 2xx` };
  } catch (error) {
    return { isOver: false, reason: reasonOf(error) };
  }
};

/**
 * POSTs the notification; tries again where that may help, four times within a minute at most, and never throws: what
 * an experiment found does not depend on who hears of it. Redirects are not followed.
 */
export const sendToWebhook = async (
  { url, variable, sleep }: WebhookOptions,
  notification: Notification,
): Promise<NotificationOutcome> => {
  if (url === undefined || !isHttp(url)) {
    const got = url === undefined ? 'is not set' : 'holds no http or https address';
    return { kind: 'undelivered', attempts: 0, reason: `${variable} ${got}` };
  }
  const body = JSON.stringify(notification);
  let reason = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const result = await post(url, body);
    if (result.reason === null) {
      return { kind: 'delivered', attempts: attempt };
    }
    reason = `the address in ${variable}: ${result.reason}`;
    if (result.isOver) {
      return { kind: 'undelivered', attempts: attempt, reason };
    }
    if (attempt < ATTEMPTS) {
      await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1));
    }
  }
  return { kind: 'undelivered', attempts: ATTEMPTS, reason };
};
