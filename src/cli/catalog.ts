import { catalogue } from '../attacks/catalogue.ts';

/** Prints the catalogue of attacks, for people or as JSON. */
export function printCatalog(json: boolean): void {
  const entries = describeCatalogue();
  if (json) {
    console.log(JSON.stringify(entries, null, 2));
    return;
  }
  for (const { id, title, kind, description, source, threatModel, norms, goals, fixedBudget, parameters } of entries) {
    console.log(`${id}: ${title}\n  ${description}\n  ${source}`);
    const budget = fixedBudget ? [] : ['no budget'];
    console.log(`  ${[kind, threatModel, norms.join(', '), goals.join(' and '), ...budget].join('; ')}`);
    for (const parameter of parameters) {
      console.log(`  ${parameter.name}: ${parameter.description}`);
      console.log(`    default: ${parameter.default.text} (${parameter.default.source})`);
      const { paper } = parameter;
      if (paper.text !== parameter.default.text) console.log(`    preset paper: ${paper.text} (${paper.source})`);
    }
    console.log();
  }
}

function describeCatalogue() {
  return [...catalogue.values()].map(({ run, cost, confidence, parameters, ...attack }) => ({
    ...attack,
    parameters: Object.entries(parameters).map(([name, { description, schema, quick, paper = quick }]) => ({
      name,
      description,
      schema,
      default: { text: quick.text, source: quick.source },
      paper: { text: paper.text, source: paper.source },
    })),
  }));
}
