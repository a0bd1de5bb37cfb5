import type { Vector } from './vector.ts';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** Adam, gradient descent that gives every variable its step (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1). */
export class Adam {
  /** Running averages of the gradient and of its square: m and v. */
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #t = 0;

  /** @param size number of variables */
  constructor(size: number) {
    this.#mean = new Float64Array(size);
    this.#square = new Float64Array(size);
  }

  /**
   * One step down a function with this gradient, in place.
   * @param learningRate α, about the length of the step of each variable
   */
  step(variables: Vector, gradient: Float64Array, learningRate: number): void {
    this.#t++;
    // Both averages start at zero, which is made up for.
    const meanScale = 1 / (1 - beta1 ** this.#t);
    const squareScale = 1 / (1 - beta2 ** this.#t);
    const means = this.#mean;
    const squares = this.#square;
    for (let i = 0; i < variables.length; i++) {
      const g = gradient[i] as number;
      const mean = beta1 * (means[i] as number) + (1 - beta1) * g;
      const square = beta2 * (squares[i] as number) + (1 - beta2) * g * g;
      means[i] = mean;
      squares[i] = square;
      const step = (learningRate * meanScale * mean) / (Math.sqrt(squareScale * square) + epsilon);
      variables[i] = (variables[i] as number) - step;
    }
  }
}
