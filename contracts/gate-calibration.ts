/** How often the configured gate is wrong, and what it finds, measured on a model's own per-user vectors. */

/** A share of simulated tests, with its 95 % interval (Wilson). */
export interface SimulatedRate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

export interface GateCalibration {
  readonly users: number;
  readonly simulations: number;
  readonly seed: number;
  /** Two-sided confidence of the interval. */
  readonly confidence: number;
  /** Gain over the champion that the interval has to exceed. */
  readonly required_gain: number;
  /** Most that one test may promote falsely: what one side of the interval leaves out. */
  readonly level: number;
  /** Tests promoted although the true gain is the required one exactly, and a user is as likely above it as below. */
  readonly false_promotions: SimulatedRate;
  /**
   * The same, with the users as uneven as those of these two models: many may be a little above the required gain and few
   * far below it. null where no weights give them that mean: all lie on one side of it.
   */
  readonly uneven_false_promotions: SimulatedRate | null;
  /** Tests promoted at a true gain. */
  readonly power: readonly ({ readonly gain: number } & SimulatedRate)[];
  /** Smallest true gain that 80 % of the tests promote; null: these users cannot show any. */
  readonly smallest_gain: number | null;
}
