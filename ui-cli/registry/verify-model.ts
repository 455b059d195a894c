/** `tt-exp models verify`: whether ledger and files are as they were written. */
import { EXIT } from '../../contracts/errors.ts';
import type { ModelVerification, VerifiedVersion } from '../../contracts/model-catalogue.ts';
import { printJson, printLines } from '../text/output.ts';
import { handMoveText } from './entry-lines.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface VerifyOptions {
  readonly isAll: boolean;
  readonly isJson: boolean;
}

const versionText = ({ version, aliases }: VerifiedVersion): string =>
  aliases.length === 0 ? version : `${version} (${aliases.join(', ')})`;

const recordsText = (count: number): string => (count === 1 ? '1 record' : `${count} records`);

/** Nothing is broken, but the next move will record it. */
const handMove = ({ aliases, ledgerChampion }: ModelVerification): readonly string[] =>
  ledgerChampion === null || ledgerChampion.version === aliases.champion
    ? []
    : [`note: ${handMoveText(aliases.champion, ledgerChampion.version)}`];

const problemLines = ({ name, broken, problems, versions }: ModelVerification): readonly string[] => [
  ...(broken === null ? [] : [`error: ledger of ${name}: record ${broken.seq} ${broken.reason}`]),
  ...problems.map((problem) => `error: ledger of ${name}: ${problem}`),
  ...versions.flatMap(({ version, problem }) => (problem === null ? [] : [`error: ${name}/${version}: ${problem}`])),
];

const hintLines = ({ name, broken, problems, versions }: ModelVerification): readonly string[] => [
  ...(broken === null
    ? []
    : ["hint: Restore the artifacts of the ledger's run in MLflow from a backup; until then no move is possible."]),
  ...(problems.length === 0 ? [] : ['hint: Restore these artifacts in MLflow from a backup.']),
  ...(versions.every(({ problem }) => problem === null)
    ? []
    : [
        `hint: Restore the artifacts of its run from a backup, or promote a version that is whole: \`tt-exp models verify ${name} --all\` finds them.`,
      ]),
];

/** Exit code 65 where anything is broken. */
export const verifyModel = (
  runtime: RegistryRuntime,
  name: string,
  { isAll, isJson }: VerifyOptions,
): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const { stdout, stderr } = runtime.io;
    const onVersion = (version: string): void => printLines(stderr, [`verifying the files of version ${version}`]);
    const verification = await catalogue.verify({ name, isAll, onVersion });
    const { records, broken, problems, notes, versions } = verification;
    const isIntact = broken === null && problems.length === 0 && versions.every(({ problem }) => problem === null);
    if (isJson) {
      printJson(runtime.io, {
        name,
        intact: isIntact,
        records,
        broken_record: broken,
        problems,
        notes,
        versions: versions.map(({ problem, ...version }) => ({ ...version, intact: problem === null, problem })),
      });
    } else if (broken === null) {
      printLines(stdout, [
        records === 0 ? 'no ledger yet' : `ledger: ${recordsText(records)}, intact`,
        ...versions.flatMap((one) => (one.problem === null ? [`version ${versionText(one)}: intact`] : [])),
      ]);
    }
    printLines(stderr, [
      ...notes.map((note) => `note: ${note}`),
      ...handMove(verification),
      ...problemLines(verification),
      ...hintLines(verification),
    ]);
    return isIntact ? EXIT.done : EXIT.badData;
  });
