import type { Pixels } from '../../../data/image.ts';
import { Adam } from '../../../geometry/adam.ts';
import { lengthOf } from '../../../geometry/norms.ts';
import { tanhOf } from '../../../geometry/tanh.ts';

/** What arctanh is taken of is this much smaller: black and white pixels would have w = ±∞ and never move. */
const shrink = 0.999999;

/**
 * Descent in w, where x′ = ½(tanh w + 1) is in [0, 1] whatever w is, by steps of Adam (Carlini & Wagner 2017,
 * arXiv:1608.04644, section V-B, "change of variables").
 */
export class TanhDescent {
  readonly #w: Float64Array;
  /** tanh w, which both the point and the slope are made of. */
  readonly #tanh: Float64Array;
  readonly #slope: Float64Array;
  readonly #point: Pixels;
  readonly #adam: Adam;
  readonly #learningRate: number;

  constructor(start: Pixels, learningRate: number) {
    this.#w = new Float64Array(start);
    this.#tanh = new Float64Array(start.length);
    this.#slope = new Float64Array(start.length);
    this.#point = new Float32Array(start.length);
    for (let i = 0; i < this.#w.length; i++) this.#w[i] = Math.atanh((2 * (start[i] as number) - 1) * shrink);
    this.#squash();
    this.#adam = new Adam(start.length);
    this.#learningRate = learningRate;
  }

  /** The largest |w|: so far is the pixel that is nearest to black or white from the middle. */
  get reach(): number {
    return lengthOf(this.#w, 'linf');
  }

  /** x′ where w is now, until the next step. Where w starts, it is within a millionth of the start. */
  get point(): Pixels {
    const point = this.#point;
    const tanh = this.#tanh;
    for (let i = 0; i < point.length; i++) point[i] = ((tanh[i] as number) + 1) / 2;
    return point;
  }

  /** One step down a function with this gradient with respect to x′. */
  step(gradient: Float64Array): void {
    // ∂x′/∂w = ½(1 − tanh² w)
    const tanh = this.#tanh;
    const slope = this.#slope;
    for (let i = 0; i < slope.length; i++) {
      const t = tanh[i] as number;
      slope[i] = ((gradient[i] as number) * (1 - t * t)) / 2;
    }
    this.#adam.step(this.#w, this.#slope, this.#learningRate);
    this.#squash();
  }

  #squash(): void {
    tanhOf(this.#w, this.#tanh);
  }
}
