// Makes docs/images/gate.png, the page of a verdict as a browser shows it. Needs chromium and a build; trains two small
// models, of which the gate compares the second with the first. Usage: TT_EXP_HOME=<new folder> node scripts/capture-gate.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PICTURE = join(ROOT, 'docs/images/gate.png');
// As far as the guards.
const WINDOW = '1100,1465';
const LIMIT_BYTES = 200_000;

const SETTINGS = [
  ...['name=recommender', 'gate.model_name=recommender', 'gate.guards=[{"metric":"cold_ndcg_at_10","tolerance":0.05}]'],
  ...['data.source.users=2000', 'data.source.startups=400', 'data.source.interactions=40000'],
];

const run = (...settings) => {
  const set = [...SETTINGS, ...settings].flatMap((setting) => ['--set', setting]);
  const command = [join(ROOT, 'dist/bin/tt-exp.js'), 'run', join(ROOT, 'experiments/smoke.json'), ...set, '--json'];
  const output = execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(output);
};

run('training.num_epochs=4');
const { gate, urls } = run('training.num_epochs=6');
if (gate.ci === null) {
  throw new Error(`the gate compared nothing: ${gate.reasons.join(' ')}`);
}
const page = await fetch(`${urls.mlflow}/get-artifact?run_uuid=${gate.candidate.run_id}&path=gate.html`);
if (!page.ok) {
  throw new Error(`gate.html: got status ${page.status}`);
}
const folder = mkdtempSync(join(tmpdir(), 'tt-exp-gate-page-'));
try {
  const file = join(folder, 'gate.html');
  writeFileSync(file, await page.text());
  const flags = ['--headless', '--no-sandbox', '--hide-scrollbars', `--user-data-dir=${join(folder, 'profile')}`];
  execFileSync('chromium', [...flags, `--screenshot=${PICTURE}`, `--window-size=${WINDOW}`, `file://${file}`], {
    stdio: 'pipe',
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const { size } = statSync(PICTURE);
if (size > LIMIT_BYTES) {
  throw new Error(`${PICTURE}: got ${size} bytes, expected at most ${LIMIT_BYTES}`);
}
