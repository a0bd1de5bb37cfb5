import type { Resolution } from './plans.ts';
import { separator } from './problem.ts';

/** The tests that one folder, or one workspace file, defines. */
export interface Root extends Resolution {
  readonly name: string;
  /** Where its runs are kept. */
  readonly folder: string;
}

/**
 * Gives tests that several roots have under the same id the name of their root before it, so that each has results, an item,
 * and a view of its own. Roots of the same name go by their folders.
 */
export function tellApart<R extends Root>(roots: readonly R[]): R[] {
  const places = new Map<string, Set<R>>();
  for (const root of roots) for (const id of idsOf(root)) places.set(id, (places.get(id) ?? new Set<R>()).add(root));
  const names = roots.map(({ name }) => name);
  return roots.map((root) => {
    const isShared = (id: string) => (places.get(id)?.size ?? 0) > 1;
    const nameOfRoot = names.indexOf(root.name) === names.lastIndexOf(root.name) ? root.name : root.folder;
    const own = (id: string) => (isShared(id) ? [nameOfRoot, id].join(separator) : id);
    return {
      ...root,
      plans: root.plans.map((plan) => ({ ...plan, id: own(plan.id) })),
      problems: root.problems.map((problem) =>
        problem.test === undefined ? problem : { ...problem, test: own(problem.test) },
      ),
    };
  });
}

function idsOf({ plans, problems }: Root): string[] {
  return [...plans.map(({ id }) => id), ...problems.flatMap(({ test }) => test ?? [])];
}
