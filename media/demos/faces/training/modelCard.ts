import type { EqualErrorRate } from '../../../../src/evaluation/equalErrorRate.ts';

/** What a model card says. */
export interface ModelCard {
  parameters: number;
  embedding: number;
  training: { people: number; each: number; epochs: number };
  heldOut: { people: number; each: number; enrolled: number };
  error: EqualErrorRate;
  seed: number;
}

/** The README that accompanies the model's files. */
export function modelCard({ parameters, embedding, training, heldOut, error, seed }: ModelCard): string {
  return `# Faces, a demo network for face recognition

Trained on drawings only: made-up people, drawn by the scripts in \`training\`. It has seen no photograph and no real person.
It is a toy to try adversarial attacks on, and recognizes nobody.

| | |
|---|---|
| Input | 32x32 RGB, each value as \`(pixel / 255 - 0.5) / 0.5\` |
| Output | an embedding of ${embedding} numbers, to be compared by their cosine |
| Parameters | ${parameters.toLocaleString('en-US')} |
| Training | ${training.people} people, ${training.each} drawings of each, ${training.epochs} epochs |
| Equal error rate | ${(100 * error.rate).toFixed(1)}% at a similarity of ${error.threshold.toFixed(2)}, on ${heldOut.people} people that it was not trained on: ${heldOut.enrolled} drawings of each enrolled, ${heldOut.each - heldOut.enrolled} verified |
| Seed | ${seed} |

The figures come from the saved files, read back. \`npx tsx media/demos/faces/training/train.ts\` trains the network anew and
rewrites this page. The drawings and the network are part of Perturb and have its license (MIT).
`;
}
