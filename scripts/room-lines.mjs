// Prints lines and files of TypeScript for each room at one or more commits, as a table for docs/adr.
// Usage: node scripts/room-lines.mjs [COMMIT...]
import { execFileSync } from 'node:child_process';

/** Written by `npm run generate`. */
const GENERATED = ['contracts/experiment-config.ts'];
const OUTSIDE = ['test', 'bench', 'scripts'];

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });

/** Room to lines and files. */
const countRooms = (commit) => {
  const rooms = new Map();
  for (const path of git('ls-tree', '-r', '--name-only', commit).split('\n')) {
    const [room, ...rest] = path.split('/');
    if (/\.tsx?$/.test(path) && rest.length > 0 && !OUTSIDE.includes(room) && !GENERATED.includes(path)) {
      const { lines, files } = rooms.get(room) ?? { lines: 0, files: 0 };
      const text = git('show', `${commit}:${path}`);
      rooms.set(room, { lines: lines + text.split('\n').length - 1, files: files + 1 });
    }
  }
  return rooms;
};

const commits = process.argv.length > 2 ? process.argv.slice(2) : ['HEAD'];
const counts = commits.map(countRooms);
const total = (rooms) =>
  [...rooms.values()].reduce((sum, { lines, files }) => ({ lines: sum.lines + lines, files: sum.files + files }), {
    lines: 0,
    files: 0,
  });
const cell = (count) => (count === undefined ? '' : `${count.lines} in ${count.files}`);
const names = [...new Set(counts.flatMap((rooms) => [...rooms.keys()]))].sort();
const rows = [
  `| room |${commits.map((commit) => ` lines in files at ${git('rev-parse', '--short', commit).trim()} |`).join('')}`,
  `|---|${commits.map(() => '---|').join('')}`,
  ...names.map((name) => `| \`${name}\` |${counts.map((rooms) => ` ${cell(rooms.get(name))} |`).join('')}`),
  `| all |${counts.map((rooms) => ` ${cell(total(rooms))} |`).join('')}`,
];
process.stdout.write(`${rows.join('\n')}\n`);
