import type { JSONPath } from 'jsonc-parser';
import { findLabel } from '../../data/labels.ts';
import { lookUpDefinition, type NamedEntry, problemsOf } from '../namedEntry.ts';
import { type Fault, isObject, type Problem } from '../problem.ts';
import type { Workspace } from '../settingsLayer.ts';
import { meantBy, suggest } from '../suggest.ts';
import { classNamesOf } from './classNames.ts';
import { entriesOf } from './entriesOf.ts';

/** Targets that are chosen by the attack. */
const choosing = ['random', 'least-likely'];

/** Classes and targets of tests that are no class of their model, as far as its labels file tells. */
export async function findUnknownClasses(workspace: Workspace): Promise<Problem[]> {
  const classesOf = classNamesReader();
  const found = entriesOf(workspace, 'perturb.tests').map(async (test) => {
    const named = classesNamed(test.value);
    if (named.length === 0) return [];
    const models = isObject(test.value) ? [test.value.model].flat().filter((name) => typeof name === 'string') : [];
    const faults = models.map(async (model) => {
      const classes = await classesOf(test, model);
      return classes ? unknown(named, classes, model) : [];
    });
    return problemsOf(test, (await Promise.all(faults)).flat());
  });
  return (await Promise.all(found)).flat();
}

/** Reads the labels of each model once. */
function classNamesReader() {
  const known = new Map<unknown, ReturnType<typeof classNamesOf>>();
  return (test: NamedEntry, model: string) => {
    const { source } = lookUpDefinition(test, ['model'], 'perturb.models', model);
    if (!source) return undefined;
    const names = known.get(source.value) ?? classNamesOf(source.value, source.layer);
    known.set(source.value, names);
    return names;
  };
}

/** The places of a test that name a class. */
function classesNamed(test: unknown): [path: JSONPath, name: string][] {
  if (!isObject(test)) return [];
  const { classes, target } = test;
  const listed = Array.isArray(classes) ? classes.map((name, i): [JSONPath, unknown] => [['classes', i], name]) : [];
  const all: [JSONPath, unknown][] = [...listed, [['target'], target]];
  return all.filter(
    (each): each is [JSONPath, string] => typeof each[1] === 'string' && each[1] !== '' && !choosing.includes(each[1]),
  );
}

function unknown(named: readonly (readonly [JSONPath, string])[], classes: readonly string[], model: string): Fault[] {
  const wrong = named.filter(([, name]) => findLabel(name, classes) === undefined && !classes.includes(name));
  // Of many classes, a message names only the nearest.
  const few = classes.length <= 10 ? classes : [];
  return wrong.map(([path, name]) => {
    const near = meantBy(name, classes);
    const advice = near.length === 1 || few.length > 0 ? ` ${suggest(name, classes)}` : '';
    return {
      path,
      message: `"${name}" is not a class of the model "${model}".${advice}`,
      meant: near.length === 1 ? near : few,
    };
  });
}
