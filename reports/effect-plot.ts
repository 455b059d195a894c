/** The difference of every test user, sorted: who gains, who loses, and by how much. */
import type { GateDetails } from '../contracts/gate-details.ts';
import { COLOUR, chart, type Frame, WIDE_SIZE, xAxis, yAxis } from './chart.ts';
import { shareText } from './gate-facts.ts';
import { linearScale } from './scale.ts';
import { element, path } from './svg.ts';

const FRAME: Frame = { left: 76, right: 836, top: 70, bottom: 366 };

export const effectPlot = ({ differences, users, better, worse, equal }: GateDetails): string => {
  const last = differences.length - 1;
  const x = linearScale([0, 100], { from: FRAME.left, to: FRAME.right - 8 }, 10);
  const y = linearScale([0, ...differences], { from: FRAME.bottom - 8, to: FRAME.top + 8 });
  const points = differences.map(
    (difference, place) => [x.position(last === 0 ? 50 : (place / last) * 100), y.position(difference)] as const,
  );
  const zero = y.position(0);
  const [first] = points;
  const end = points.at(-1);
  const area =
    first === undefined || end === undefined ? [] : [[first[0], zero] as const, ...points, [end[0], zero] as const];
  const share = (count: number): string => `${count} (${shareText(count / users)})`;
  return chart(
    {
      ...WIDE_SIZE,
      title: 'Difference of each user, sorted',
      subtitle: `Of ${users} users ${share(better)} gain, ${share(worse)} lose, ${share(equal)} see no difference.`,
    },
    xAxis(x, FRAME, 'test users, %'),
    yAxis(y, FRAME, 'difference in NDCG@10'),
    path(area, { fill: COLOUR.completed, 'fill-opacity': 0.2 }),
    element('line', { x1: FRAME.left, x2: FRAME.right, y1: zero, y2: zero, stroke: COLOUR.axis }),
    path(points, { stroke: COLOUR.completed, 'stroke-width': 1.6 }),
  );
};
