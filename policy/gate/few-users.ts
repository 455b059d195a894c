/** With fewer users an interval of resampled means is too narrow now and then: a permutation test must agree with it. */
export const FEW_USERS = 200;
