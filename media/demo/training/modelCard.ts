/** What a model card says. */
export interface ModelCard {
  title: string;
  /** The script in `training` that made the model. */
  script: string;
  parameters: number;
  classes: number;
  trainingRenderings: number;
  heldOutRenderings: number;
  heldOutAccuracy: number;
  streetImages: number;
  streetAccuracy: number;
  epochs: number;
  seed: number;
}

/** The README that accompanies the model's files; `drawingsLicense` is the notice that the drawings' package carries. */
export function writeModelCard(figures: ModelCard, drawingsLicense: string): string {
  return `# ${figures.title}

Trained on synthetic drawings only: vector drawings of signs in random poses before made-up backgrounds. It has seen no
photograph. It is a toy to try adversarial attacks on, and unsuitable for real roads.

| | |
|---|---|
| Input | 32x32 RGB, each value as \`(pixel / 255 - 0.5) / 0.5\` |
| Output | probabilities of ${figures.classes} classes, in the order of \`labels.txt\` |
| Parameters | ${count(figures.parameters)} |
| Training renderings | ${count(figures.trainingRenderings)}, ${figures.epochs} epochs |
| Held-out accuracy | ${percent(figures.heldOutAccuracy)} of ${count(figures.heldOutRenderings)} renderings with other seeds |
| Accuracy on \`data/street\` | ${percent(figures.streetAccuracy)} of ${figures.streetImages} images, which it was not trained on |
| Seed | ${figures.seed} |

The figures come from the saved files, read back. \`npx tsx media/demo/training/${figures.script}\` trains the model anew and
rewrites this page.

## The drawings

The signs are drawn after \`package_signs\` of the npm package \`@rapideditor/mapillary_sprite_source\`, under the
license below. One is changed: the speed limit of 60 stands on white, not on yellow.

\`\`\`text
${drawingsLicense.trim()}
\`\`\`
`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
