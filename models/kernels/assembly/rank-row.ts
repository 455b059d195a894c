/**
 * First places and exact ranks in one row of scores, 16 scores at a time. AssemblyScript: `npm run generate` compiles it
 * into models/kernels/rank-row-wasm.ts.
 *
 * A row is filled up with -Infinity to a multiple of 16 scores. `row`, `end` and the other places in memory are in bytes;
 * `row` is a multiple of 16.
 */

/** Bytes of 16 scores. */
const STEP: usize = 64;

function addLanes(counts: v128): i32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  );
}

/**
 * 1 + the scores above that of `item`, and the equal ones before it. A comparison gives -1 where it holds, hence the
 * subtractions.
 */
export function rankOf(row: usize, end: usize, item: u32): i32 {
  const own = row + ((item as usize) << 2);
  const score = load<f32>(own);
  const scores = f32x4.splat(score);
  let first = i32x4.splat(0);
  let second = i32x4.splat(0);
  let third = i32x4.splat(0);
  let fourth = i32x4.splat(0);
  let at = row;
  for (const until = row + (((item as usize) << 2) & ~(STEP - 1)); at < until; at += STEP) {
    first = i32x4.sub(first, f32x4.ge(v128.load(at), scores));
    second = i32x4.sub(second, f32x4.ge(v128.load(at, 16), scores));
    third = i32x4.sub(third, f32x4.ge(v128.load(at, 32), scores));
    fourth = i32x4.sub(fourth, f32x4.ge(v128.load(at, 48), scores));
  }
  let around = 0;
  for (const until = at + STEP; at < until; at += 4) {
    const other = load<f32>(at);
    around += i32(at < own ? other >= score : other > score);
  }
  for (; at < end; at += STEP) {
    first = i32x4.sub(first, f32x4.gt(v128.load(at), scores));
    second = i32x4.sub(second, f32x4.gt(v128.load(at, 16), scores));
    third = i32x4.sub(third, f32x4.gt(v128.load(at, 32), scores));
    fourth = i32x4.sub(fourth, f32x4.gt(v128.load(at, 48), scores));
  }
  return 1 + around + addLanes(i32x4.add(i32x4.add(first, second), i32x4.add(third, fourth)));
}

/** Puts an item where its score belongs among the first `filled`, below equal ones; the last of `depth` drops out. */
function insert(score: f32, item: i32, filled: i32, depth: i32, topScores: usize, topItems: usize): void {
  let place = (filled < depth ? filled : depth - 1) << 2;
  for (; place > 0 && score > load<f32>(topScores + place - 4); place -= 4) {
    store<f32>(topScores + place, load<f32>(topScores + place - 4));
    store<i32>(topItems + place, load<i32>(topItems + place - 4));
  }
  store<f32>(topScores + place, score);
  store<i32>(topItems + place, item);
}

/**
 * Writes the best items, best first, at most `depth` (1 or more), and their scores; those of -Infinity are no candidates.
 * Returns how many, or -1 - item for a score of NaN.
 */
export function findTop(row: usize, end: usize, depth: i32, topScores: usize, topItems: usize): i32 {
  let filled = 0;
  let least: f32 = -Infinity;
  let leasts = f32x4.splat(least);
  for (let at = row; at < end; at += STEP) {
    const arePassed = v128.and(
      v128.and(f32x4.le(v128.load(at), leasts), f32x4.le(v128.load(at, 16), leasts)),
      v128.and(f32x4.le(v128.load(at, 32), leasts), f32x4.le(v128.load(at, 48), leasts)),
    );
    // NaN is not below anything either.
    if (!i32x4.all_true(arePassed)) {
      for (let lane = at; lane < at + STEP; lane += 4) {
        const score = load<f32>(lane);
        const item = i32((lane - row) >> 2);
        if (F32.isNaN(score)) {
          return -1 - item;
        }
        if (score > least) {
          insert(score, item, filled, depth, topScores, topItems);
          filled = min(filled + 1, depth);
          if (filled === depth) {
            least = load<f32>(topScores + ((depth - 1) << 2));
          }
        }
      }
      leasts = f32x4.splat(least);
    }
  }
  return filled;
}
