/** All that this room makes for those who record experiments. */
import { gatePage } from './gate-page.ts';
import { createSweepPages } from './sweep-pages.ts';
import { linkVerdict } from './verdict-link.ts';

export const createReports = () => ({ ...createSweepPages(), verdictPage: gatePage, linkVerdict });
