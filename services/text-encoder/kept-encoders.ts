/** Text encoders by choice, each made once and when it is first needed. */
import type { Log } from '../../contracts/log.ts';
import type { ServiceTextEncoder } from './onnx-encoder.ts';
import { resolveTextEncoder, type TextEncoderRequest } from './resolve-text-encoder.ts';

export interface KeptEncoders {
  /** null: the hashed encoder, which needs nothing, is to be used. Tells the log of a fallback. */
  get(choice: string): Promise<ServiceTextEncoder | null>;
  close(): Promise<void>;
}

export const keepEncoders = (request: Omit<TextEncoderRequest, 'choice'>, log: Log): KeptEncoders => {
  const encoders = new Map<string, Promise<ServiceTextEncoder | null>>();
  const make = async (choice: string): Promise<ServiceTextEncoder | null> => {
    const { encoder, announcements } = await resolveTextEncoder({ ...request, choice });
    for (const announcement of announcements) {
      log('warn', announcement);
    }
    return encoder;
  };
  return {
    get: (choice) => {
      const known = encoders.get(choice);
      if (known !== undefined) {
        return known;
      }
      const made = make(choice);
      encoders.set(choice, made);
      // A failed attempt, say without a network, may be made again.
      made.catch(() => encoders.delete(choice));
      return made;
    },
    close: async () => {
      for (const encoder of await Promise.allSettled(encoders.values())) {
        if (encoder.status === 'fulfilled') {
          await encoder.value?.close();
        }
      }
    },
  };
};
