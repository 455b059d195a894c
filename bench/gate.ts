// The gate: what its statistics cost, how often it is wrong, and what it finds. Minutes.
// Usage: npm run bench:gate [-- --write]     --write: into docs/gate.md
import { publishFigures } from './figures.ts';
import { measureRates } from './gate-rates.ts';
import { timeStatistics } from './gate-timings.ts';

await publishFigures('gate.md', 'npm run bench:gate -- --write', [...timeStatistics(), '', ...(await measureRates())]);
