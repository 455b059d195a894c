/** What a verdict says of looking at the same test users again. */
import type { GateLook } from '../gate-evidence.ts';
import { percentText } from './gate-text.ts';

/** null for the first look, which has the full level. */
export const lookNote = (look: GateLook | null, stated: number, confidence: number): string | null => {
  if (look === null || look.looks === 1) {
    return null;
  }
  const { looks, shelf_life: life, alpha_spent: spent, is_used_up: isUsedUp } = look;
  const bound = percentText(1 - stated);
  return isUsedUp
    ? `The test part is used up: its users were looked at ${looks - 1} times before, which has spent ${percentText(spent)} of the ${bound} that may go to false promotions. A person decides, or a test part of newer events: only one that begins after all events looked at so far is fresh.`
    : `Look ${looks} of ${life} at these test users: the interval has ${percentText(confidence)}, so that all looks together promote falsely with a probability of at most ${bound} (${percentText(spent)} spent).`;
};
