/** What was found of a model's ledger and files, in lines. */
import type { ModelVerification, VerifiedVersion } from '../../contracts/model-catalogue.ts';
import { handMoveText } from './entry-lines.ts';

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

export const isIntact = ({ broken, problems, versions }: ModelVerification): boolean =>
  broken === null && problems.length === 0 && versions.every(({ problem }) => problem === null);

/** What is as it was written; nothing where the ledger itself is not. */
export const intactLines = ({ broken, records, versions }: ModelVerification): readonly string[] =>
  broken !== null
    ? []
    : [
        records === 0 ? 'no ledger yet' : `ledger: ${recordsText(records)}, intact`,
        ...versions.flatMap((one) => (one.problem === null ? [`version ${versionText(one)}: intact`] : [])),
      ];

/** What is not, or cannot be told. */
export const findingLines = (verification: ModelVerification): readonly string[] => [
  ...verification.notes.map((note) => `note: ${note}`),
  ...handMove(verification),
  ...problemLines(verification),
  ...hintLines(verification),
];
