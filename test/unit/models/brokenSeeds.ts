import { type LogitsFunctional, seed, softmax } from '../../../src/models/functional.ts';

type SeedOf = typeof seed;

/** The right answer, but for one kind of functional. */
function except<K extends LogitsFunctional['kind']>(
  kind: K,
  answer: (functional: Extract<LogitsFunctional, { kind: K }>, logits: ArrayLike<number>) => ReturnType<SeedOf>,
): SeedOf {
  return (functional, logits) =>
    functional.kind === kind
      ? answer(functional as Extract<LogitsFunctional, { kind: K }>, logits)
      : seed(functional, logits);
}

const negated = ({ value, gradient }: ReturnType<SeedOf>) => ({ value, gradient: gradient.map((partial) => -partial) });

/** Values and gradients that are wrong. */
export const brokenSeeds: Readonly<Record<string, SeedOf>> = {
  'the label that a margin leaves out counts as zero, not as −∞': except('margin', ({ label, scale = 1 }, logits) => {
    const masked = Array.from(logits, (logit, i) => (i === label ? 0 : logit));
    const other = masked.indexOf(Math.max(...masked));
    const gradient = new Float32Array(logits.length);
    gradient[other] = -scale;
    gradient[label] = (gradient[label] as number) + scale;
    return { value: scale * ((logits[label] as number) - (masked[other] as number)), gradient };
  }),

  'the label that a margin leaves out counts as −10⁴': except('margin', ({ label, scale = 1 }, logits) => {
    const masked = Array.from(logits, (logit, i) => (i === label ? -1e4 : logit));
    const value = scale * ((logits[label] as number) - Math.max(...masked));
    return { value, gradient: seed({ kind: 'margin', label, scale }, logits).gradient };
  }),

  'cross-entropy takes 1 from a probability that rounds to 1': except(
    'crossEntropy',
    ({ label, scale = 1 }, logits) => {
      const { value } = seed({ kind: 'crossEntropy', label, scale }, logits);
      return {
        value,
        gradient: Float32Array.from(softmax(logits), (p, i) => scale * (p - (i === label ? 1 : 0))),
      };
    },
  ),

  'cross-entropy overflows': except('crossEntropy', ({ label, scale = 1 }, logits) => {
    const sum = Array.from(logits, Math.exp).reduce((a, b) => a + b);
    const p = Array.from(logits, (logit) => Math.exp(logit) / sum);
    const value = -scale * Math.log(p[label] as number);
    return { value, gradient: Float32Array.from(p, (q, i) => scale * (q - (i === label ? 1 : 0))) };
  }),

  'the scale is left out of the gradient': (functional, logits) => ({
    value: seed(functional, logits).value,
    gradient: seed({ ...functional, scale: 1 }, logits).gradient,
  }),

  'the scale is left out of the value': (functional, logits) => ({
    value: seed({ ...functional, scale: 1 }, logits).value,
    gradient: seed(functional, logits).gradient,
  }),

  ...Object.fromEntries(
    (['crossEntropy', 'margin', 'dlr', 'targetedDlr', 'probabilityDistance'] as const).map((kind) => [
      `the gradient of ${kind} has the wrong sign`,
      except(kind, (functional, logits) => negated(seed(functional, logits))),
    ]),
  ),

  'the denominator of dlr counts as constant': except('dlr', ({ label, scale = 1 }, logits) => {
    const sorted = Array.from(logits).sort((a, b) => b - a);
    const spread = (sorted[0] as number) - (sorted[2] as number);
    const margin = seed({ kind: 'margin', label, scale: -scale / spread }, logits);
    return margin;
  }),

  'the l2 distance of probabilities is not halved': except('probabilityDistance', (functional, logits) => {
    const { scale = 1, norm } = functional;
    return seed({ ...functional, scale: norm === 'l2' ? 2 * scale : scale }, logits);
  }),
};
