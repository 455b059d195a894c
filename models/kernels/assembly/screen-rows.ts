/**
 * Which rows of a matrix may be among the first k by their dot product with a query: products of 8-bit codes, with bounds
 * of what the codes leave out. AssemblyScript: `npm run generate` compiles it into models/kernels/screen-rows-wasm.ts.
 *
 * Places in memory are in bytes. A row has `stride` codes, a multiple of 16, filled up with zeros; the query has as many
 * 16-bit numbers. For each row there is its scale (a code times it is the number), the length of what its codes leave
 * out, and the length of what they say.
 */

/** Puts a bound where it belongs among the first `filled`; the last of `k` drops out. */
function insert(bound: f64, filled: i32, k: i32, bounds: usize): void {
  let place = (filled < k ? filled : k - 1) << 3;
  for (; place > 0 && bound > load<f64>(bounds + place - 8); place -= 8) {
    store<f64>(bounds + place, load<f64>(bounds + place - 8));
  }
  store<f64>(bounds + place, bound);
}

function addLanes(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/**
 * Writes to `found` and `uppers` each row whose upper bound reached the k-th best lower bound so far, in ascending
 * order, and to `bounds` the best lower bounds, best first. Returns how many rows were written.
 */
export function screenRows(
  codes: usize,
  stride: usize,
  rows: u32,
  scales: usize,
  lost: usize,
  kept: usize,
  hidden: usize,
  query: usize,
  queryScale: f64,
  lostWeight: f64,
  keptWeight: f64,
  k: i32,
  bounds: usize,
  found: usize,
  uppers: usize,
): u32 {
  let filled = 0;
  let least: f64 = -Infinity;
  let count: u32 = 0;
  for (let row: u32 = 0; row < rows; row += 1) {
    if (load<u8>(hidden + row) !== 0) {
      continue;
    }
    let at = codes + (row as usize) * stride;
    let sums = i32x4.splat(0);
    let others = i32x4.splat(0);
    for (let asked = query, end = query + (stride << 1); asked < end; asked += 32, at += 16) {
      const block = v128.load(at);
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(block), v128.load(asked)));
      others = i32x4.add(others, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(block), v128.load(asked, 16)));
    }
    const place = (row as usize) << 2;
    const score = queryScale * (load<f32>(scales + place) as f64) * (addLanes(i32x4.add(sums, others)) as f64);
    const slack = lostWeight * (load<f32>(lost + place) as f64) + keptWeight * (load<f32>(kept + place) as f64);
    if (score + slack >= least) {
      store<u32>(found + ((count as usize) << 2), row);
      store<f64>(uppers + ((count as usize) << 3), score + slack);
      count += 1;
      if (filled < k || score - slack > least) {
        insert(score - slack, filled, k, bounds);
        filled = min(filled + 1, k);
        if (filled === k) {
          least = load<f64>(bounds + ((k - 1) << 3));
        }
      }
    }
  }
  return count;
}

/** Sums of float32 and float64 round: by far less than this share. */
const ROUNDING: f64 = 1e-6;

function describe(
  scales: usize,
  lost: usize,
  kept: usize,
  at: usize,
  divisor: f64,
  scale: f64,
  left: f64,
  said: f64,
): void {
  store<f32>(scales + at, (scale / divisor) as f32);
  store<f32>(lost + at, ((Math.sqrt(left) * (1 + ROUNDING)) / divisor) as f32);
  store<f32>(kept + at, ((Math.sqrt(said) * (1 + ROUNDING)) / divisor) as f32);
}

/**
 * Codes of `count` rows of `dim` float32 numbers, from row `first` on; the codes beyond `dim` stay as they are. What is
 * told of each row comes twice: for dot products, and divided by the row's length for cosines.
 */
export function encodeRows(
  values: usize,
  count: u32,
  dim: u32,
  first: u32,
  codes: usize,
  stride: usize,
  scales: usize,
  lost: usize,
  kept: usize,
  unitScales: usize,
  unitLost: usize,
  unitKept: usize,
): void {
  for (let row: u32 = 0; row < count; row += 1) {
    const from = values + (((row * dim) as usize) << 2);
    const end = from + ((dim as usize) << 2);
    let most: f32 = 0;
    for (let at = from; at < end; at += 4) {
      most = max(most, abs(load<f32>(at)));
    }
    const scale = most / 127;
    let to = codes + ((first + row) as usize) * stride;
    let length: f64 = 0;
    let left: f64 = 0;
    let said: f64 = 0;
    for (let at = from; at < end; at += 4, to += 1) {
      const value = load<f32>(at) as f64;
      const code = scale === 0 ? 0 : max<f64>(-127, min<f64>(127, nearest(value / (scale as f64))));
      store<i8>(to, code as i8);
      const part = code * (scale as f64);
      length += value * value;
      left += (value - part) * (value - part);
      said += part * part;
    }
    const at = ((first + row) as usize) << 2;
    describe(scales, lost, kept, at, 1, scale as f64, left, said);
    describe(unitScales, unitLost, unitKept, at, length === 0 ? 1 : Math.sqrt(length), scale as f64, left, said);
  }
}
