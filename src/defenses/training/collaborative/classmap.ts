import { argmax } from '../../../models/functional.ts';
import { cheapestAssignment } from './assignment.ts';

/** The partner of each class, by index: what the auxiliary head answers when the label head answers the class. */
export type Classmap = readonly number[];

/** How partners are chosen. */
export interface Pairing {
  /**
   * Which class becomes the partner: the one that adversarial examples of a class are least, or most, often taken for.
   * Equation 8 of the paper prints argmax; its prose and figure 7 want the least likely one.
   */
  readonly pairs: 'least-likely' | 'most-likely';
  /** No two classes share a partner. */
  readonly distinct: boolean;
}

/** The mean answer to the adversarial examples of each class, p_i = (1/N_i) Σ F(x_adv) (Wang et al., eq. 6). */
export class MeanAnswers {
  readonly #sums: Float64Array[];
  readonly #counts: number[];

  constructor(classes: number) {
    this.#sums = Array.from({ length: classes }, () => new Float64Array(classes));
    this.#counts = new Array<number>(classes).fill(0);
  }

  /** Adds the probabilities that the original model gives for an adversarial example of class `label`. */
  add(label: number, probabilities: ArrayLike<number>): void {
    const sum = this.#sums[label] as Float64Array;
    for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + (probabilities[j] as number);
    this.#counts[label] = (this.#counts[label] as number) + 1;
  }

  /** A row of probabilities for each class; uniform for a class without examples. */
  rows(): number[][] {
    return this.#sums.map((sum, label) => {
      const count = this.#counts[label] as number;
      return Array.from(sum, (value) => (count > 0 ? value / count : 1 / sum.length));
    });
  }
}

/**
 * Chooses the partner of each class (Wang et al., eq. 8), never the class itself. If classes may not share a partner,
 * the partners form the derangement with the least (or greatest) total probability.
 * @param answers the mean answer for each class: a square matrix of two or more rows.
 */
export function chooseClassmap(answers: readonly (readonly number[])[], { pairs, distinct }: Pairing): Classmap {
  const sign = pairs === 'least-likely' ? 1 : -1;
  if (!distinct) {
    return answers.map((row, label) =>
      argmax(
        row.map((p) => -sign * p),
        label,
      ),
    );
  }
  return cheapestAssignment(answers.map((row, label) => row.map((p, j) => (j === label ? Infinity : sign * p))));
}
