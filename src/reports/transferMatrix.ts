import { isPlanned, type RunReport, type TestReport, type TransferMatrix } from './report.ts';

interface Cell {
  readonly key: string;
  readonly attack: Pick<TransferMatrix, 'attack' | 'norm' | 'epsilon'>;
  readonly surrogate: string;
  readonly model: string;
  readonly successRate: number;
  readonly whiteBox?: { readonly title: string; readonly successRate: number };
}

/** The matrices of a run, one for each attack and budget, in the order of its tests; none without surrogates. */
export function transferMatrices(tests: RunReport['tests']): TransferMatrix[] {
  const cells = tests.flatMap((test) => (isPlanned(test) ? cellsOf(test) : []));
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) groups.set(cell.key, [...(groups.get(cell.key) ?? []), cell]);
  return [...groups.values()].map(matrixOf);
}

function cellsOf({ attack, model, surrogates, rounds }: TestReport): Cell[] {
  if (surrogates === undefined) return [];
  const surrogate = surrogates.map(({ name }) => name).join(' + ');
  return rounds.flatMap(({ transfer, metrics, epsilon, parameters }) => {
    if (transfer === undefined) return [];
    const title = attack.target === undefined ? attack.title : `${attack.title} → ${attack.target}`;
    const { whiteBox } = transfer;
    return [
      {
        key: JSON.stringify([attack.id, attack.norm, attack.target, attack.quantize, epsilon, parameters]),
        attack: {
          attack: typeof parameters.method === 'string' ? `${title} (${parameters.method})` : title,
          norm: attack.norm,
          ...(epsilon !== undefined && { epsilon }),
        },
        surrogate,
        model: model.name,
        successRate: metrics.successRate,
        ...(whiteBox && { whiteBox: { title: whiteBox.title, successRate: whiteBox.metrics.successRate } }),
      },
    ];
  });
}

function matrixOf(cells: readonly Cell[]): TransferMatrix {
  const [first] = cells as [Cell];
  const surrogates = [...new Set(cells.map(({ surrogate }) => surrogate))];
  const models = [...new Set(cells.map(({ model }) => model))];
  const title = cells.find(({ whiteBox }) => whiteBox)?.whiteBox?.title;
  // Of two tests of the same, the later one.
  const at = (surrogate: string, model: string) =>
    cells.findLast((cell) => cell.surrogate === surrogate && cell.model === model)?.successRate ?? null;
  return {
    ...first.attack,
    surrogates,
    models,
    successRates: surrogates.map((surrogate) => models.map((model) => at(surrogate, model))),
    whiteBox: models.map((model) => mostOf(cells.filter((cell) => cell.model === model))),
    ...(title !== undefined && { whiteBoxAttack: title }),
  };
}

/** With gradients an attacker can do all that those with surrogates can, so the most that any test found. */
function mostOf(cells: readonly Cell[]): number | null {
  const rates = cells.flatMap(({ whiteBox }) => whiteBox?.successRate ?? []);
  return rates.length === 0 ? null : Math.max(...rates);
}
