// Vectors near a space of few dimensions, as those of towers are: of vectors that fill all their dimensions evenly, no index
// finds the nearest.
import { createGenerator, toUnit } from '../models/numerics/prng.ts';
import type { Matrix } from '../registry/search/matrix.ts';

const [LATENT, NOISE] = [32, 0.3];

/** Rows of length 1. All seeds share one space. */
export const towerVectors = (rows: number, width: number, seed: number): Matrix => {
  const next = createGenerator(seed);
  const normal = (): number => toUnit(next()) + toUnit(next()) + toUnit(next()) - 1.5;
  const ofSpace = createGenerator(1);
  const space = Float32Array.from({ length: LATENT * width }, () => toUnit(ofSpace()) - 0.5);
  const values = new Float32Array(rows * width);
  const place = new Float64Array(LATENT);
  const row = new Float64Array(width);
  for (let at = 0; at < rows; at += 1) {
    for (let dim = 0; dim < LATENT; dim += 1) {
      place[dim] = normal();
    }
    let length = 0;
    for (let column = 0; column < width; column += 1) {
      let value = NOISE * normal();
      for (let dim = 0; dim < LATENT; dim += 1) {
        value += (place[dim] ?? 0) * (space[dim * width + column] ?? 0);
      }
      row[column] = value;
      length += value * value;
    }
    for (let column = 0; column < width; column += 1) {
      values[at * width + column] = (row[column] ?? 0) / Math.sqrt(length);
    }
  }
  return { values, rows, dim: width };
};
