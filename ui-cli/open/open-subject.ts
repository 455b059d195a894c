/** `tt-exp open`: the page of what somebody names, in a browser or as an address. */
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { RegistryRuntime } from '../registry/registry-runtime.ts';
import { printJson, printLines } from '../text/output.ts';
import { findPage } from './find-page.ts';
import type { OpenRuntime } from './open-runtime.ts';

export interface OpenOptions {
  readonly isTemporal: boolean;
  readonly isPrinted: boolean;
  readonly isJson: boolean;
}

/** A browser must be given no other kind of address, whatever a server answers. */
export const assertWebAddress = (url: string): void => {
  if (!/^https?:\/\//.test(url)) {
    throw new TtExpError('ENVIRONMENT_INVALID', `${url} is not the address of a page`, {
      hint: 'Where the web interface of your Temporal server is, is not known here: set TEMPORAL_UI_URL.',
    });
  }
};

export const openSubject = async (
  runtime: RegistryRuntime & OpenRuntime,
  what: string | null,
  { isTemporal, isPrinted, isJson }: OpenOptions,
): Promise<number> => {
  const { io } = runtime;
  const url = await findPage(runtime, what, isTemporal);
  assertWebAddress(url);
  if (isJson) {
    printJson(io, { what, url });
    return EXIT.done;
  }
  const problem = isPrinted ? null : await runtime.openPage(url);
  if (problem !== null) {
    printLines(io.stderr, [`note: ${problem}: open this address yourself`]);
  }
  printLines(isPrinted || problem !== null ? io.stdout : io.stderr, [
    isPrinted || problem !== null ? url : `opened ${url}`,
  ]);
  return EXIT.done;
};
