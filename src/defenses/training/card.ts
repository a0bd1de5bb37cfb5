import type { Preprocessing } from '../../models/preprocessing.ts';
import type { Preset } from '../../parameters/parameter.ts';
import type { Accuracies } from './accuracy.ts';
import type { DefenseReport } from './report.ts';

/** Images that something was trained or measured on. */
export interface DataFacts {
  /** Folder of the dataset. */
  readonly path: string;
  readonly images: number;
  /** SHA-256 of the hashes of the image files with their labels, in their order. */
  readonly sha256: string;
}

/** How a hardened model was made: `card.json` beside it. */
export interface DefenseCard extends Omit<DefenseReport, 'model' | 'onnx' | 'card'> {
  readonly version: 1;
  readonly source: string;
  readonly limits: string;
  /** All parameters, and the preset for those that were not given. */
  readonly preset: Preset;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly original: { readonly name: string; readonly path: string; readonly sha256: string };
  /** Preprocessing of a pixel in [0, 1]: the same as for the original. */
  readonly preprocessing: Preprocessing;
  readonly training: DataFacts & {
    /** Images of the dataset, and those that the defense added. */
    readonly trainedOn: number;
  };
  readonly validation: DataFacts;
  /** The epoch whose weights these are. */
  readonly epoch: number;
  readonly engine: string;
  readonly date: string;
}

/** The card for people, in Markdown. */
export function describeCard(card: DefenseCard): string {
  const { before, after, original, training, validation, preset, parameters } = card;
  const curve = card.points.filter(({ robustAccuracy }) => robustAccuracy !== undefined);
  return `# ${card.name}

The model \`${original.name}\`, hardened: ${card.title} (${card.source}).

| on ${validation.images} validation images | before | after |
|---|---|---|
| clean accuracy | ${percent(before.cleanAccuracy)} | ${percent(after.cleanAccuracy)} |
| robust accuracy (PGD, 10 steps, linf, ε = ${round(parameters.epsilon)}) | ${percent(before.robustAccuracy)} | ${percent(after.robustAccuracy)} |

The weights are those of epoch ${card.epoch}, chosen for their robust accuracy on these same images, so expect a little
less on others. Ten steps of PGD are a weak attack: test the model with stronger ones before you rely on it.

**What it does not protect against.** ${card.limits}

${card.warnings.map((warning) => `> ${warning}\n`).join('\n')}
## How it was made

| | |
|---|---|
| Original | \`${original.path}\`, SHA-256 \`${original.sha256}\` |
| Training data | \`${training.path}\`: ${training.images} images, SHA-256 \`${training.sha256}\`; trained on ${training.trainedOn} |
| Validation data | \`${validation.path}\`: ${validation.images} images, SHA-256 \`${validation.sha256}\` |
| Parameters | ${Object.entries(parameters)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ')}, preset ${preset} |
| Seed | ${card.seed} |
| Input | RGB or gray pixels in [0, 1]; mean ${list(card.preprocessing.mean)}, std ${list(card.preprocessing.std)}, channels ${card.preprocessing.channels} |
| Engine | ${card.engine} |
| Time | ${Math.round(card.time)} s |
| Date | ${card.date} |

| epoch | clean accuracy | robust accuracy |
|---|---|---|
${curve.map((point) => `| ${point.epoch} | ${percent(point.cleanAccuracy)} | ${percent(point.robustAccuracy)} |`).join('\n')}
`;
}

/** Says in numbers what training made worse, or did not improve. */
export function warningsOn(before: Accuracies, after: Accuracies): string[] {
  const warnings: string[] = [];
  if (after.robustAccuracy <= before.robustAccuracy) {
    warnings.push(
      `Training did not make the model more robust (${percent(before.robustAccuracy)} before, ${percent(after.robustAccuracy)} after). Train for more epochs, with more images, or with a smaller epsilon.`,
    );
  }
  if (before.cleanAccuracy - after.cleanAccuracy > 0.1) {
    warnings.push(
      `Clean accuracy fell from ${percent(before.cleanAccuracy)} to ${percent(after.cleanAccuracy)}. A smaller epsilon, more images or more epochs may reduce this loss.`,
    );
  }
  return warnings;
}

function percent(fraction = 0): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

function round(value: unknown): string {
  return String(Number(Number(value).toPrecision(4)));
}

function list(numbers: readonly number[]): string {
  return numbers.map(round).join(' ');
}
