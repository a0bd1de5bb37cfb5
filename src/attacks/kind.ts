/**
 * What an attack makes: an example that fools the model, an image forged to look like a class to the model alone, or a
 * picture of how the model answers around an image.
 */
export type Kind = 'attack' | 'forge' | 'explanation';

/** What follows from the kind of an attack, wherever it is run, reported, or shown. */
export interface KindTraits {
  /** Its images have a true class: the model can be right about them, and attacks can be about images of some classes. */
  readonly hasTrueLabel: boolean;
  /** It measures robustness, so that something can be expected of it. */
  readonly isMeasured: boolean;
  /** It makes adversarial examples of images: a detector can reject them, an audit can question them, and training can use them. */
  readonly isAdversarial: boolean;
  /** It needs images to start from; others can start from white noise. */
  readonly needsImages: boolean;
  /** Within a budget, one success is all that is wanted. */
  readonly stopsAtSuccess: boolean;
  /** Of two successes the better one: the nearer, or the one that was found later. */
  readonly prefer: 'nearest' | 'latest';
  /** What its recorded points are: the steps of every attack that is asked for them, or always places along a line. */
  readonly axis: 'step' | 'epsilon';
}

export const kinds: Readonly<Record<Kind, KindTraits>> = {
  attack: {
    hasTrueLabel: true,
    isMeasured: true,
    isAdversarial: true,
    needsImages: true,
    stopsAtSuccess: true,
    prefer: 'nearest',
    axis: 'step',
  },
  forge: {
    hasTrueLabel: false,
    isMeasured: true,
    isAdversarial: false,
    needsImages: false,
    stopsAtSuccess: false,
    prefer: 'latest',
    axis: 'step',
  },
  explanation: {
    hasTrueLabel: true,
    isMeasured: false,
    isAdversarial: false,
    needsImages: true,
    stopsAtSuccess: false,
    prefer: 'nearest',
    axis: 'epsilon',
  },
};
