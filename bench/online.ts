// Experiments online: how often they promote what is no better, how soon they find what is, which interval is narrowest,
// and what the sample-ratio check finds. Minutes; --short has a tenth of the experiments, in seconds.
// Usage: npm run bench:online [-- --short | --write]     --write: into docs/online-experiments.md
import { publishFigures } from './figures.ts';
import { measureFalsePromotions, measurePower } from './online-rates.ts';
import { measureSampleRatio } from './online-sample-ratio.ts';
import { compareSequences } from './online-sequences.ts';

const experiments = process.argv.includes('--short') ? 100 : 1000;

await publishFigures('online-experiments.md', 'npm run bench:online -- --write', [
  ...measureFalsePromotions(experiments),
  '',
  ...compareSequences(experiments),
  '',
  ...measurePower(experiments / 10),
  '',
  ...measureSampleRatio(experiments),
]);
