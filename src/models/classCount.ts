import { UserError } from '../userError.ts';

/** Thrown for labels that name another number of classes than a model has. */
export class WrongClassCount extends UserError {
  override name = 'WrongClassCount';
}

/** @throws WrongClassCount when labels do not name as many classes as a model has. */
export function checkClassCount(count: number, classes: readonly string[] | undefined): void {
  if (classes && classes.length !== count) {
    throw new WrongClassCount(
      `The model has ${count} classes, but its labels name ${classes.length}. Check "labels" of this model in the settings.`,
    );
  }
}
