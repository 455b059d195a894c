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

const uncheckedNote = ({ unchecked }: ModelVerification): readonly string[] =>
  unchecked === 0
    ? []
    : [
        `note: ${unchecked} ${unchecked === 1 ? 'version' : 'versions'} without the alias champion, challenger or previous not checked (--all)`,
      ];

const problemLines = ({ name, broken, problems, versions }: ModelVerification): readonly string[] => [
  ...(broken === null ? [] : [`error: ledger of ${name}: record ${broken.seq} ${broken.reason}`]),
  ...problems.map((problem) => `error: ledger of ${name}: ${problem}`),
  ...versions.flatMap(({ version, problem }) => (problem === null ? [] : [`error: ${name}/${version}: ${problem}`])),
];

const hintLines = ({ name, broken, problems, deletedQuestion, versions }: ModelVerification): readonly string[] => [
  ...(broken === null
    ? []
    : ["hint: Restore the artifacts of the ledger's run in MLflow from a backup; until then no move is possible."]),
  ...(problems.every((problem) => problem === deletedQuestion)
    ? []
    : ['hint: Restore these artifacts in MLflow from a backup.']),
  ...(deletedQuestion === null ? [] : [`hint: \`tt-exp reject ${name} --reason …\` settles the open question.`]),
  ...(versions.every(({ problem }) => problem === null)
    ? []
    : [
        `hint: Restore the artifacts of its run from a backup, or promote a version that is whole: \`tt-exp models verify ${name} --all\` finds them.`,
      ]),
];

export const isIntact = ({ broken, problems, versions }: ModelVerification): boolean =>
  broken === null && problems.length === 0 && versions.every(({ problem }) => problem === null);

const ledgerText = ({ records, ledgerChampion }: ModelVerification): string => {
  if (records > 0) {
    return `ledger: ${recordsText(records)}, intact`;
  }
  return ledgerChampion === null ? 'no ledger yet' : 'ledger: no records yet';
};

/** What is as it was written; nothing where the ledger itself is not. */
export const intactLines = (verification: ModelVerification): readonly string[] =>
  verification.broken !== null
    ? []
    : [
        ledgerText(verification),
        ...verification.versions.flatMap((one) =>
          one.problem === null ? [`version ${versionText(one)}: intact`] : [],
        ),
      ];

/** What is not, or cannot be told. */
export const findingLines = (verification: ModelVerification): readonly string[] => [
  ...verification.notes.map((note) => `note: ${note}`),
  ...uncheckedNote(verification),
  ...handMove(verification),
  ...problemLines(verification),
  ...hintLines(verification),
];
