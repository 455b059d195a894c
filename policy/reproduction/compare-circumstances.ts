import { CIRCUMSTANCES, type Circumstance, type CircumstanceName } from '../../contracts/reproduction.ts';

type Known = Readonly<Record<CircumstanceName, string | null>>;

/** What was the same for both trainings, and what was not. */
export const compareCircumstances = (recorded: Known, here: Known): readonly Circumstance[] =>
  CIRCUMSTANCES.map((name) => {
    const [one, other] = [recorded[name], here[name]];
    return { name, recorded: one, here: other, isEqual: one === null || other === null ? null : one === other };
  });
