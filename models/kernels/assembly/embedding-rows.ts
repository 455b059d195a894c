/**
 * Sums of rows of an embedding table, the gradients of its rows, and AdamW on the rows in use, four numbers at a time.
 * AssemblyScript: `npm run generate` compiles it into models/kernels/embedding-rows-wasm.ts.
 *
 * Places in memory are in bytes; a row has `dim` float32 numbers. Bag b holds the entries starts[b] … starts[b + 1] - 1,
 * each a row and a coefficient.
 */

function addScaled(to: usize, from: usize, dim: u32, coefficient: f32): void {
  const coefficients = f32x4.splat(coefficient);
  const end = to + ((dim as usize) << 2);
  const wholeEnd = to + (((dim & ~3) as usize) << 2);
  for (; to < wholeEnd; to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(coefficients, v128.load(from))));
  }
  for (; to < end; to += 4, from += 4) {
    store<f32>(to, load<f32>(to) + coefficient * load<f32>(from));
  }
}

/** Bags from a table: sums[b] += coefficient · table[row]. */
export function addSums(
  table: usize,
  starts: usize,
  rows: usize,
  coefficients: usize,
  bags: u32,
  dim: u32,
  sums: usize,
): void {
  const bytes = (dim as usize) << 2;
  for (let bag: u32 = 0; bag < bags; bag += 1) {
    const begin = load<u32>(starts + ((bag as usize) << 2));
    const end = load<u32>(starts + ((bag as usize) << 2), 4);
    const to = sums + (bag as usize) * bytes;
    for (let entry = begin; entry < end; entry += 1) {
      const place = (entry as usize) << 2;
      addScaled(to, table + (load<u32>(rows + place) as usize) * bytes, dim, load<f32>(coefficients + place));
    }
  }
}

/** The other way round: gradients[row] += coefficient · ofSums[b]. */
export function addGradients(
  ofSums: usize,
  starts: usize,
  rows: usize,
  coefficients: usize,
  bags: u32,
  dim: u32,
  gradients: usize,
): void {
  const bytes = (dim as usize) << 2;
  for (let bag: u32 = 0; bag < bags; bag += 1) {
    const begin = load<u32>(starts + ((bag as usize) << 2));
    const end = load<u32>(starts + ((bag as usize) << 2), 4);
    const from = ofSums + (bag as usize) * bytes;
    for (let entry = begin; entry < end; entry += 1) {
      const place = (entry as usize) << 2;
      addScaled(gradients + (load<u32>(rows + place) as usize) * bytes, from, dim, load<f32>(coefficients + place));
    }
  }
}

/**
 * parameter · decay - rate · m / (sqrt(v) + epsilon) for each of `count` rows, whose gradients lie one after the other.
 * `take` is 1 - `keep`, which float32 could not subtract well.
 */
export function applyAdamW(
  parameters: usize,
  firstMoments: usize,
  secondMoments: usize,
  rows: usize,
  count: u32,
  dim: u32,
  gradients: usize,
  scale: f32,
  decay: f32,
  rate: f32,
  epsilon: f32,
  keep1: f32,
  take1: f32,
  keep2: f32,
  take2: f32,
): void {
  const bytes = (dim as usize) << 2;
  const wholeBytes = ((dim & ~3) as usize) << 2;
  const scales = f32x4.splat(scale);
  const decays = f32x4.splat(decay);
  const rates = f32x4.splat(rate);
  const epsilons = f32x4.splat(epsilon);
  const keeps1 = f32x4.splat(keep1);
  const takes1 = f32x4.splat(take1);
  const keeps2 = f32x4.splat(keep2);
  const takes2 = f32x4.splat(take2);
  for (let index: u32 = 0; index < count; index += 1) {
    const row = (load<u32>(rows + ((index as usize) << 2)) as usize) * bytes;
    const from = gradients + (index as usize) * bytes;
    let at: usize = 0;
    for (; at < wholeBytes; at += 16) {
      const slope = f32x4.mul(scales, v128.load(from + at));
      const first = f32x4.add(f32x4.mul(keeps1, v128.load(firstMoments + row + at)), f32x4.mul(takes1, slope));
      const second = f32x4.add(
        f32x4.mul(keeps2, v128.load(secondMoments + row + at)),
        f32x4.mul(takes2, f32x4.mul(slope, slope)),
      );
      v128.store(firstMoments + row + at, first);
      v128.store(secondMoments + row + at, second);
      const change = f32x4.div(f32x4.mul(rates, first), f32x4.add(f32x4.sqrt(second), epsilons));
      v128.store(parameters + row + at, f32x4.sub(f32x4.mul(v128.load(parameters + row + at), decays), change));
    }
    for (; at < bytes; at += 4) {
      const slope = scale * load<f32>(from + at);
      const first = keep1 * load<f32>(firstMoments + row + at) + take1 * slope;
      const second = keep2 * load<f32>(secondMoments + row + at) + take2 * (slope * slope);
      store<f32>(firstMoments + row + at, first);
      store<f32>(secondMoments + row + at, second);
      const change = (rate * first) / (sqrt<f32>(second) + epsilon);
      store<f32>(parameters + row + at, load<f32>(parameters + row + at) * decay - change);
    }
  }
}
