/** `tt-exp init`: a first config for a file of interactions, which is valid, and whose rows pass the checks. */
import { dirname, relative, resolve } from 'node:path';
import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { configDigest } from '../../config/digest.ts';
import { isCommented } from '../../config/json-document.ts';
import { parseConfig } from '../../config/load.ts';
import type { DataReport } from '../../contracts/data-report.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { experimentIds } from '../../contracts/ids.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { checkLines } from '../data/check-lines.ts';
import { type Progress, withProgress } from '../display/progress.ts';
import { columnsOf, readFileChoice, settingsOfFile } from '../model/data-choice.ts';
import { printJson, printLines } from '../text/output.ts';
import { section } from '../text/section.ts';
import { firstConfig } from './first-config.ts';
import { type InitOptions as AnswerOptions, initAnswers } from './init-answers.ts';
import type { InitRuntime } from './init-runtime.ts';

type Runtime = ProcessRuntime & InitRuntime;

export interface InitOptions extends AnswerOptions {
  readonly columns?: readonly string[];
  readonly maxBadRows: number | null;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

interface Drafted {
  readonly text: string;
  readonly config: ResolvedConfig;
  readonly notes: readonly string[];
}

/** The relative path of the schema; none to a package that is installed elsewhere, where others would not have it. */
const schemaFor = (out: string, schemaFile: string): string | null =>
  relative(process.cwd(), schemaFile).startsWith('..') ? null : relative(dirname(resolve(out)), schemaFile);

const draft = async (
  runtime: Runtime,
  { from, name, out }: Awaited<ReturnType<typeof initAnswers>>,
  { columns: named, maxBadRows }: InitOptions,
): Promise<Drafted> => {
  const data = await readFileChoice('--from', from);
  const columns = columnsOf(named, data);
  const guessed = await settingsOfFile(runtime, data, { config: undefined, columns });
  const settings = { ...guessed, notes: guessed.notes.map((note) => note.replaceAll(data.file, from)) };
  const schema = schemaFor(out, runtime.schemaFile());
  const text = firstConfig({ file: out, name, from, settings, maxBadRows, schema });
  return { text, config: parseConfig(out, text), notes: settings.notes };
};

const check = (
  { checkData }: Runtime,
  config: ResolvedConfig,
  { begin, service, log, count }: Progress,
): Promise<DataReport> => {
  const { data, seed } = withAbsolutePaths(config, process.cwd());
  begin('reading the rows');
  return checkData({ data, seed, progress: service, log, count });
};

const writtenLines = (out: string, notes: readonly string[], { checks }: DataReport): readonly string[] => [
  `${out}: written`,
  ...[...notes, ...checks.filter(({ status }) => status === 'failed').map(({ title }) => `warning: ${title}`)].map(
    (line) => `  ${line}`,
  ),
  ...(isCommented(out) ? [] : ['  its keys are not explained, because JSON has no comments: --to x.jsonc has them']),
  ...section('Next', [`tt-exp run ${out} --dry-run`, `tt-exp run ${out}`]),
];

/** Nothing is written for rows that a run would refuse. */
export const initExperiment = async (runtime: Runtime, options: InitOptions): Promise<number> => {
  const { io } = runtime;
  const answers = await initAnswers(io, options);
  const { from, out } = answers;
  await runtime.refuseConfig(resolve(out), options.isForced);
  const { text, config, notes, report } = await withProgress(runtime, { name: 'init' }, async (progress) => {
    progress.begin(`looking into ${from}`);
    const drafted = await draft(runtime, answers, options);
    return { ...drafted, report: await check(runtime, drafted.config, progress) };
  });
  const isGood = report.blocking === 0;
  if (isGood) {
    await runtime.writeConfig(resolve(out), text, options.isForced);
  }
  if (options.isJson) {
    const { experimentId } = experimentIds(config.name, configDigest(config));
    printJson(io, { file: isGood ? out : null, experiment_id: experimentId, notes, report });
  } else {
    printLines(io.stdout, isGood ? writtenLines(out, notes, report) : checkLines(from, report, false));
  }
  if (!isGood) {
    throw new TtExpError(
      'DATA_INVALID',
      `${from}: its rows failed ${report.blocking} blocking ${report.blocking === 1 ? 'check' : 'checks'}; no config was written`,
      {
        hint: 'Correct the rows, or leave up to n of them out with --max-bad-rows n.',
      },
    );
  }
  return EXIT.done;
};
