import { createHash } from 'node:crypto';
import Type from 'typebox';
import type { Status } from '../evaluation/metrics.ts';
import type { Norm } from '../geometry/norms.ts';
import { type LinesFile, readLines, writeLines } from './lines.ts';

const statuses = [
  'wrong',
  'rejected',
  'ineligible',
  'fooled',
  'undecided',
  'held',
] as const satisfies readonly Status[];

/** A line of `baseline.jsonl`, without its version. */
const baselineSchema = Type.Object({
  example: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The example: see exampleKey.' }),
  test: Type.String({ minLength: 1, description: 'Id of the test.' }),
  epsilon: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'The budget, if the attack has one.' })),
  status: Type.Enum(statuses),
  model: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the model that it was measured on.' }),
});

/** What one example of a test came to at one budget, on the version of the model that later ones are compared with. */
export type BaselineLine = Type.Static<typeof baselineSchema>;

const baselineFile: LinesFile<BaselineLine> = {
  name: 'baseline.jsonl',
  schema: baselineSchema,
  keyOf: ({ example, test, epsilon = '' }) => `${example} ${test} ${epsilon}`,
  // Of what two branches say, what expects more of the model counts.
  choose: (a, b) => {
    if ((a.status === 'held') !== (b.status === 'held')) return a.status === 'held' ? a : b;
    return JSON.stringify(a) <= JSON.stringify(b) ? a : b;
  },
};

/** What makes an example the same one whichever version of the model it is tried on. */
export interface Example {
  readonly sha256: string;
  readonly label: string;
  readonly target?: string | undefined;
  readonly norm: Norm;
}

/** SHA-256, in hex, of image hash, goal, and norm: an example's identity but for the model. */
export function exampleKey({ sha256, label, target, norm }: Example): string {
  return createHash('sha256')
    .update([sha256, target ?? `not ${label}`, norm].join('\n'))
    .digest('hex');
}

/** The baseline of a folder; no lines where there is none. @throws UserError as `readLines` does. */
export async function readBaseline(folder: string): Promise<BaselineLine[]> {
  return readLines(folder, baselineFile);
}

/** Replaces the baseline of a folder. @throws UserError when it cannot be written. */
export async function writeBaseline(folder: string, lines: readonly BaselineLine[]): Promise<void> {
  await writeLines(folder, baselineFile, lines);
}
