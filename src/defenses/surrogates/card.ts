import type { Preprocessing } from '../../models/preprocessing.ts';
import type { Preset } from '../../parameters/parameter.ts';
import type { DataFacts } from '../training/card.ts';
import type { SurrogateReport } from './report.ts';

/** How a surrogate was made: `card.json` beside it. */
export interface SurrogateCard extends Omit<SurrogateReport, 'model' | 'onnx' | 'card'> {
  readonly version: 1;
  readonly source: string;
  /** All parameters, and the preset for those that were not given. */
  readonly preset: Preset;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The model that it stands in for. */
  readonly original: { readonly name: string; readonly path: string; readonly sha256: string };
  /** Where its layers come from; missing for a network that was chosen by the size of the images. */
  readonly architecture?: string;
  /** Preprocessing of a pixel in [0, 1]: the same as for the original. */
  readonly preprocessing: Preprocessing;
  readonly training: DataFacts;
  readonly engine: string;
  readonly date: string;
}

/** The card for people, in Markdown. */
export function describeCard(card: SurrogateCard): string {
  const { name, title, source, agreement, validation, queries, original, training, parameters, preset } = card;
  const what = queries > 0 ? 'as the model does' : 'as labeled';
  return `# ${name}

A surrogate for the model \`${original.name}\`, to craft adversarial examples on: ${title} (${source}). It classifies
${(100 * agreement).toFixed(1)}% of ${validation} validation images ${what}.

${card.warnings.map((warning) => `> ${warning}\n`).join('\n')}
| | |
|---|---|
| Original | \`${original.path}\`, SHA-256 \`${original.sha256}\`, asked ${queries} times |
| Layers | ${card.architecture === undefined ? 'chosen by the size of the images' : `those of \`${card.architecture}\``} |
| Training data | \`${training.path}\`: ${training.images} images, SHA-256 \`${training.sha256}\`; trained on ${card.images} |
| Parameters | ${Object.entries(parameters)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join(', ')}, preset ${preset} |
| Seed | ${card.seed} |
| Engine | ${card.engine} |
| Time | ${Math.round(card.time)} s |
| Date | ${card.date} |
`;
}
