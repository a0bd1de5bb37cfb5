import { catalog } from '../../attacks/catalog.ts';
import { ensemble } from '../../attacks/ensemble.ts';
import { kinds } from '../../attacks/kind.ts';
import type { Member } from '../../attacks/member.ts';
import { isAmount } from '../../parameters/amount.ts';
import { formatEpsilon } from '../../reports/format.ts';
import type { ExampleReport, TestReport } from '../../reports/report.ts';

/** The parts of a report that a settings entry uses. */
type Tested = Pick<
  TestReport,
  'name' | 'model' | 'dataset' | 'attack' | 'detector' | 'purifier' | 'surrogates' | 'rounds' | 'seed'
>;

/**
 * An entry of `perturb.tests`, as text to paste: the attack on one example at its budget, with every parameter as it
 * was used. It runs on all images of the example's class, since settings cannot select a single image; a forged image has
 * no class.
 * @param hasLabels false if labels are the model's predictions, so that no class can be selected.
 */
export function settingsEntry(report: Tested, example: ExampleReport, hasLabels: boolean): string {
  const { attack, detector, purifier, surrogates = [] } = report;
  const [surrogate, ...others] = surrogates.map(({ name }) => name);
  const { epsilon, label } = example;
  const round = report.rounds.find((one) => one.epsilon === epsilon);
  const parameters = round?.parameters ?? attack.parameters;
  const entry = {
    model: report.model.name,
    ...(report.dataset.path !== '' && { dataset: report.dataset.name }),
    ...(hasLabels && kinds[attack.kind].hasTrueLabel && { classes: [label] }),
    ...attackEntry(attack.id, parameters),
    norm: attack.norm,
    ...(epsilon !== undefined && { epsilon: attack.norm === 'linf' ? amount(epsilon) : epsilon }),
    ...(attack.target !== undefined && { target: attack.target }),
    ...(surrogate !== undefined && { surrogate: others.length > 0 ? [surrogate, ...others] : surrogate }),
    ...(detector && { detector: detector.name, attacker: detector.attacker }),
    ...(purifier && { purifier: purifier.name, attacker: purifier.attacker }),
    ...(!attack.quantize && { quantize: false }),
    ...(attack.queries !== undefined && { queries: attack.queries }),
    seed: report.seed,
    ...(kinds[attack.kind].isMeasured && { expect: { successRate: 0 } }),
  };
  const budget = epsilon === undefined ? '' : ` at ${formatEpsilon(epsilon, attack.norm)}`;
  const text = JSON.stringify({ [`${report.name}: ${label}${budget}`]: entry }, null, 2);
  // Without the outer braces and their indentation.
  return text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(2))
    .join('\n');
}

/** The attack with its parameters; a list of attacks as one. */
function attackEntry(attack: string, parameters: Readonly<Record<string, unknown>>): object {
  if (attack === ensemble.id) {
    const members = parameters.attacks as readonly Member[];
    return { attack: members.map((member) => attackEntry(member.attack, member.parameters)) };
  }
  const entries = Object.entries(parameters).map(([name, value]) => [
    name,
    takesAmount(attack, name)
      ? amount(value as number)
      : isMember(value)
        ? attackEntry(value.attack, value.parameters)
        : value,
  ]);
  return { attack, ...(entries.length > 0 && { parameters: Object.fromEntries(entries) }) };
}

/** True for an attack within an attack. */
function isMember(value: unknown): value is Member {
  return typeof value === 'object' && value !== null && 'attack' in value;
}

function takesAmount(attack: string, name: string): boolean {
  const parameter = catalog.get(attack)?.parameters[name];
  return parameter !== undefined && isAmount(parameter);
}

/** "8/255" if that is exactly the value. */
function amount(value: number): number | string {
  const levels = Math.round(255 * value);
  return levels > 0 && levels / 255 === value ? `${levels}/255` : value;
}
