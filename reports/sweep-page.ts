/** The report of a sweep as one page. */
import { trialIdOf } from '../contracts/ids.ts';
import { rankTrials } from '../policy/ranking.ts';
import { page } from './page.ts';
import { escapeMarkup } from './svg.ts';
import { metricTitle, omissionText, paramsText, type SweepReportInput } from './sweep-facts.ts';

const MOST_ROWS = 100;

const NEVER_STARTED = 'never started';

const BEFORE_TURN: Readonly<Record<Exclude<SweepReportInput['status'], 'running'>, string>> = {
  completed: 'The sweep ended before their turn.',
  failed: 'The experiment failed before their turn.',
  cancelled: 'The experiment was cancelled before their turn.',
};

/** In an experiment that has ended no trial waits for its turn any more. */
const countsText = ({ trials, status: ofExperiment }: SweepReportInput): string => {
  const counts = new Map<string, number>();
  for (const { status } of trials) {
    const name = status === 'pending' && ofExperiment !== 'running' ? NEVER_STARTED : status;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const text = `${[...counts].map(([status, count]) => `${count} ${status}`).join(', ')}.`;
  return ofExperiment !== 'running' && counts.has(NEVER_STARTED) ? `${text} ${BEFORE_TURN[ofExperiment]}` : text;
};

const leaderboard = (input: SweepReportInput): string => {
  const ranked = rankTrials(input.trials, input.objective.direction);
  const rows = ranked.slice(0, MOST_ROWS).map(({ index, status, value, params, reports }, place) => {
    const cells = [
      `<td class="number">${place + 1}</td>`,
      `<td>${trialIdOf(index)}</td>`,
      `<td>${escapeMarkup(status)}</td>`,
      `<td class="number">${value.toFixed(4)}</td>`,
      `<td class="number">${reports.at(-1)?.epoch ?? '–'}</td>`,
      `<td class="params">${escapeMarkup(paramsText(params))}</td>`,
    ];
    return `<tr${place === 0 ? ' class="best"' : ''}>${cells.join('')}</tr>`;
  });
  return (
    '<table><thead><tr><th class="number">place</th><th>trial</th><th>status</th>' +
    `<th class="number">${escapeMarkup(metricTitle(input.objective))}</th>` +
    '<th class="number">epochs</th><th>parameters</th></tr></thead>' +
    `<tbody>${rows.join('\n')}</tbody></table>` +
    `<p>${omissionText(rows.length, ranked.length, 'trials')}</p>`
  );
};

export const sweepPage = (
  input: SweepReportInput,
  plots: readonly { readonly name: string; readonly svg: string }[],
): string => {
  const name = escapeMarkup(input.name);
  const figures = plots.map(({ name: plot, svg }) => `<figure id="${plot}">${svg}</figure>`);
  return page(
    `${input.name}: sweep`,
    `<h1>${name}</h1>
<p>${input.trials.length} trials: ${escapeMarkup(countsText(input))}</p>
${figures.join('\n')}
<h2>Leaderboard</h2>
${leaderboard(input)}`,
  );
};
