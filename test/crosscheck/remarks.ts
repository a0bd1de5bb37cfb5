import type { PeerResult, Setting } from './peers.ts';

/** Why ours and a peer's attack differ. */
export interface Remark extends Partial<Pick<Setting, 'norm' | 'targeted'>> {
  /** Name of the file of results. */
  readonly attack: string;
  readonly library?: PeerResult['library'];
  /** What the call begins with, where a library has several. */
  readonly call?: string;
  /** How much weaker ours may be here: a distance up to so many times the peer's. */
  readonly timesFarther?: number;
  readonly why: string;
}

/** Every difference beyond the tolerance, either way. */
export const remarks: readonly Remark[] = [
  {
    attack: 'pgd',
    norm: 'l1',
    library: 'foolbox',
    call: 'L1ProjectedGradientDescentAttack',
    why: 'Foolbox steps along g / ‖g‖₁, which moves all values a little, and scales onto the ball; ours takes the steepest step in l1, and projects exactly onto ball ∩ [0, 1].',
  },
  {
    attack: 'pgd',
    norm: 'l1',
    library: 'foolbox',
    call: 'SparseL1DescentAttack',
    why: 'It moves the value with the largest derivative also where that is at the edge of the range already; ours goes on to the next.',
  },
  {
    attack: 'pgd',
    norm: 'l1',
    library: 'art',
    why: 'ART moves the value with the largest derivative also where that is at the edge of the range already, and scales onto the ball.',
  },
  {
    attack: 'apgd-ce',
    norm: 'l2',
    library: 'torchattacks',
    why: 'torchattacks scales onto the ball and then clips, which wastes budget where pixels are black or white; ours projects exactly onto ball ∩ [0, 1].',
  },
  {
    attack: 'apgd-dlr',
    norm: 'l2',
    library: 'torchattacks',
    why: 'As with cross-entropy: the projection.',
  },
  {
    attack: 'deepfool',
    norm: 'l2',
    library: 'torchattacks',
    why: 'torchattacks overshoots each step instead of the sum of all, and clips: steps get ever smaller, and half of the images stay before the boundary after 50 of them.',
  },
  {
    attack: 'cw',
    norm: 'l2',
    library: 'torchattacks',
    why: 'torchattacks does not search for c, which stays 1, and black and white pixels, w being infinite there, never move.',
  },
  {
    attack: 'cw',
    norm: 'l2',
    library: 'art',
    why: 'ART goes a line search along the gradient in place of Adam’s steps: 20 of them, each of which asks for up to ten points.',
  },
  {
    attack: 'cw',
    norm: 'linf',
    library: 'art',
    why: 'ART starts anew from the image for every τ and c; ours goes on from the last solution with its c, as the paper says, so that the same 20 steps suffice.',
  },
  {
    attack: 'cw',
    norm: 'l0',
    library: 'art',
    why: 'ART looks for the pixels that matter with its attack in l2 (see there), and starts each of those from the image.',
  },
  {
    attack: 'jsma',
    library: 'art',
    timesFarther: 1.31,
    why: 'ART is not the paper’s: it moves the two values with the largest derivatives of the target’s logit, and leaves out β, what the other logits do. On this network that needs fewer pixels. Ours changes the pixels that torchattacks does, which has the paper’s map.',
  },
  {
    attack: 'fmn',
    norm: 'l2',
    library: 'foolbox',
    call: 'L2FMNAttack',
    why: 'Foolbox does not project in l2: the factor that it scales by is min(1, norms / norms), which is 1.',
  },
  {
    attack: 'fmn',
    norm: 'l2',
    library: 'foolbox',
    call: 'DDNAttack',
    timesFarther: 1.04,
    why: 'DDN is another attack: it ascends cross-entropy, which all classes have a part in, where FMN ascends the lead of the likeliest. More steps do not bring FMN nearer.',
  },
  {
    attack: 'fmn',
    norm: 'l1',
    library: 'foolbox',
    call: 'L1FMNAttack',
    why: 'Foolbox projects onto the ball and then clips: what is clipped is lost, and a quarter of the images stay before the boundary. Ours projects exactly onto ball ∩ [0, 1].',
  },
  {
    attack: 'fmn',
    norm: 'l1',
    library: 'foolbox',
    call: 'EADAttack',
    why: 'EAD is another attack, which weighs l1 and l2 together, and needs more steps.',
  },
  {
    attack: 'fmn',
    norm: 'l1',
    library: 'art',
    why: 'EAD is another attack, which weighs l1 and l2 together, and needs more steps.',
  },
  {
    attack: 'fmn',
    norm: 'l0',
    library: 'foolbox',
    why: 'Foolbox keeps one value more than ε says, and ranks values by their change before it is clipped to the range.',
  },
  {
    attack: 'sigma-zero',
    library: 'foolbox',
    why: 'FMN is another attack; σ-zero’s paper finds itself nearer, too.',
  },
  {
    attack: 'square',
    norm: 'linf',
    library: 'torchattacks',
    why: 'Its squares never reach the last row and the last column, an eighth of the places here, since the end of the range is left out. The paper’s do. With its places, ours succeeds on 37.5% at ε = 0.1.',
  },
  {
    attack: 'square',
    norm: 'l2',
    library: 'torchattacks',
    why: 'As in linf: the last row and column.',
  },
  {
    attack: 'square',
    library: 'art',
    why: 'As torchattacks: the last row and column. In l2 its first perturbation is 0 / 0 on images of fewer than ten pixels a side, and left out.',
  },
  {
    attack: 'spsa',
    library: 'torchattacks',
    why: 'Adam with steps of 0.01 gets no farther than 0.1 in ten of them; the steps of ours grow with ε.',
  },
  {
    attack: 'one-pixel',
    library: 'torchattacks',
    why: 'scipy’s differential evolution begins from the best candidate (best/1/bin, with a random factor); ours is the paper’s: any candidate, and half the difference of two others.',
  },
  {
    attack: 'hopskipjump',
    norm: 'l2',
    library: 'foolbox',
    why: 'Foolbox divides the estimates of all images by one length, that of the whole batch: with 200 images steps are fourteen times too short.',
  },
  {
    attack: 'hopskipjump',
    norm: 'linf',
    library: 'foolbox',
    why: 'Foolbox starts at a blend of image and noise, ours at noise, as the paper does; no other difference is known.',
  },
  {
    attack: 'hopskipjump',
    library: 'art',
    why: 'ART returns the last hop as it is, where the paper takes it back to the boundary.',
  },
];

export function remarkOn(attack: string, result: PeerResult): Remark | undefined {
  return remarks.find(
    (remark) =>
      remark.attack === attack &&
      (remark.norm ?? result.norm) === result.norm &&
      (remark.targeted ?? result.targeted) === result.targeted &&
      (remark.library ?? result.library) === result.library &&
      result.call.startsWith(remark.call ?? ''),
  );
}
