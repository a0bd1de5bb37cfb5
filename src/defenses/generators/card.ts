import Type from 'typebox';
import { presets } from '../../parameters/parameter.ts';
import type { DataFacts } from '../training/card.ts';
import { describeGenerator } from './describeGenerator.ts';
import type { GeneratorReport } from './report.ts';

const { Number: number, Object: object, Optional: optional, String: string } = Type;
const count = () => Type.Integer({ minimum: 1 });
const origin = object({ name: string(), path: string(), sha256: string() });

/** What whoever uses a generator has to know of it: a part of `card.json`. */
export const generatorFacts = object({
  format: Type.Literal('perturb-generator'),
  version: Type.Literal(1),
  kind: string(),
  name: string(),
  preset: Type.Enum(presets),
  parameters: Type.Record(string(), Type.Unknown()),
  seed: Type.Integer(),
  /** The model that it was made for. */
  original: origin,
  /** The model that stood in for it in training. */
  surrogate: optional(origin),
  /** The class that its images are to be taken for. */
  target: optional(string()),
  input: object({ height: count(), width: count(), channels: count() }),
  /** SHA-256 of `model.json` and its weights. */
  sha256: string(),
  cleanAccuracy: optional(number()),
  robustAccuracy: optional(number()),
  recognized: optional(number()),
  diversity: optional(number()),
});
export type GeneratorFacts = Type.Static<typeof generatorFacts>;

/** How a generator was made: `card.json` beside it. */
export interface GeneratorCard
  extends GeneratorFacts,
    Pick<GeneratorReport, 'title' | 'validation' | 'points' | 'warnings' | 'time'> {
  readonly source: string;
  readonly training: DataFacts;
  readonly engine: string;
  readonly date: string;
}

/** The card for people, in Markdown. */
export function describeCard(card: GeneratorCard): string {
  const { original, surrogate, training, target } = card;
  const followed = surrogate
    ? `the gradients of \`${surrogate.name}\` (SHA-256 \`${surrogate.sha256}\`), which stood in for it`
    : 'its gradients';
  return `# ${card.name}

${card.title} (${card.source}) for the model \`${original.name}\`, trained on ${followed}${target === undefined ? '' : `, for the class \`${target}\``}.
${describeGenerator(card)}

${card.warnings.map((warning) => `> ${warning}\n`).join('\n')}
| | |
|---|---|
| Made for | \`${original.path}\`, SHA-256 \`${original.sha256}\` |
| Training data | \`${training.path}\`: ${training.images} images, SHA-256 \`${training.sha256}\` |
| Parameters | ${Object.entries(card.parameters)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ')}, preset ${card.preset} |
| Seed | ${card.seed} |
| Engine | ${card.engine} |
| Time | ${Math.round(card.time)} s |
| Date | ${card.date} |
`;
}
