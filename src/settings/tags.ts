import type { TestPlan } from '../evaluation/plan.ts';

/** What the Test Explorer can filter tests by: "attack:pgd", "norm:linf", "model:signs", "dataset:street". */
export function tagsOf({ attacks, model, dataset }: TestPlan): string[] {
  const { attack, choice } = attacks[0];
  const listed = (choice.parameters.attacks ?? []) as readonly { readonly attack: string }[];
  const names = listed.length > 0 ? listed.map((member) => member.attack) : [attack];
  return [
    ...new Set(names.map((name) => `attack:${name}`)),
    `norm:${choice.norm}`,
    `model:${model.name}`,
    ...(dataset ? [`dataset:${dataset.name}`] : []),
  ];
}
