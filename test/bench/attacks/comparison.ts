/** What each side of the comparison is asked, as JSON in its last argument. */
export type Task = CwTask | AutoTask | SquareTask;

/** C&W in l2, untargeted, to its end. */
export interface CwTask {
  readonly attack: 'cw';
  readonly binarySearchSteps: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly initialConstant: number;
}

/** AutoAttack's standard version in linf: APGD-CE, APGD-T, FAB-T and Square, each on what the ones before left. */
export interface AutoTask {
  readonly attack: 'auto';
  readonly epsilon: number;
  /** Of each part. */
  readonly steps: number;
}

/** Square in linf, whose squares shrink over all of its queries. */
export interface SquareTask {
  readonly attack: 'square';
  readonly epsilon: number;
  readonly queries: number;
}

/** What a side answers to each line that it is sent: one run of the attack. */
export interface Answer {
  readonly name: string;
  readonly seconds: number;
  /** Part of the images without an adversarial example, be it that they withstood or that the attack failed. */
  readonly robust: number;
  /** Of C&W, the median over all images of the distance, a failure being infinitely far: then there is none. */
  readonly distance?: number;
}
