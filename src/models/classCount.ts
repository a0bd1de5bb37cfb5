import { UserError } from '../userError.ts';

/** @throws UserError when labels do not name as many classes as a model has. */
export function checkClassCount(count: number, classes: readonly string[] | undefined): void {
  if (classes && classes.length !== count) {
    throw new UserError(
      `The model has ${count} classes, but its labels name ${classes.length}. Check "labels" of this model in the settings.`,
    );
  }
}
