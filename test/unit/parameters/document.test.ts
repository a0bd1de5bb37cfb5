import assert from 'node:assert/strict';
import { parameterTable } from '../../../src/parameters/document.ts';
import { parametersSchema } from '../../../src/parameters/schema.ts';
import { structuralFaults } from '../../../src/settings/structure.ts';
import { toyParameters } from './toyParameters.ts';

describe('what is said of parameters', () => {
  it('is a table with both presets and their sources', () => {
    assert.deepEqual(parameterTable(toyParameters).split('\n'), [
      '| parameter | meaning | `quick` | `paper` |',
      '|---|---|---|---|',
      '| `size` | Size \\| length. | r / 2 (a guess) | the same |',
      '| `steps` | Steps. | 3 (ours) | 100 size (a paper \\| page 3) |',
      '| `names` | Names. | none (ours) | ["a", "b"] (a paper) |',
    ]);
    assert.equal(parameterTable({}), 'It has no parameters.');
  });

  it('is shown on hover, with a sentence for each preset', () => {
    const { properties } = parametersSchema(toyParameters);
    assert.equal(properties.size.markdownDescription, 'Size | length.\n\nDefault: r / 2 (a guess).');
    assert.equal(
      properties.steps.markdownDescription,
      'Steps.\n\nDefault: 3 (ours).\n\nWith the preset `paper`: 100 size (a paper | page 3).',
    );
  });

  it('is a schema that refuses what parameters do not take', () => {
    const faults = (given: object) =>
      structuralFaults(parametersSchema(toyParameters), given).map(({ path, message }) => [...path, message]);
    assert.deepEqual(faults({ size: '8/255', steps: 1, names: ['x'] }), []);
    assert.deepEqual(faults({ size: 0, steps: 0.5, step: 2 }), [
      ['step', 'There is no setting "step" here. Did you mean "steps"?'],
      ['size', '0 is not valid: enter a number greater than 0 or a fraction such as "8/255".'],
      ['steps', '0.5 is not valid: enter a whole number.'],
    ]);
  });
});
