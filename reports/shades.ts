import { elementAt } from '../contracts/element-at.ts';

/** Values as shades of one blue, so that more reads as darker, for everyone and in grey. */
const LIGHT = [198, 219, 239];
const DARK = [8, 48, 107];

/** `share` from 0, the worst, to 1, the best. */
export const shade = (share: number): string =>
  `#${LIGHT.map((light, channel) => Math.round(light + share * (elementAt(DARK, channel) - light)))
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('')}`;
