import assert from 'node:assert/strict';
import fc from 'fast-check';
import { catalog } from '../../../src/attacks/catalog.ts';
import { detectors } from '../../../src/defenses/detectors/catalog.ts';
import { defenses } from '../../../src/defenses/training/catalog.ts';
import { completeParameters } from '../../../src/parameters/complete.ts';
import { hasPresets, type ParametersOf, presets } from '../../../src/parameters/parameter.ts';
import { parametersSchema } from '../../../src/parameters/schema.ts';
import { structuralFaults } from '../../../src/settings/structure.ts';
import { toyParameters } from './toyParameters.ts';

const toy = { parameters: toyParameters };
const context = { radius: 0.5 };

describe('complete parameters', () => {
  it('are those of the preset where the settings give none, and those of quick where the paper says nothing else', () => {
    assert.deepEqual(completeParameters(toy, {}, 'quick', context), { size: 0.25, steps: 3, names: [] });
    assert.deepEqual(completeParameters(toy, {}, 'paper', context), { size: 0.25, steps: 25, names: ['a', 'b'] });
  });

  it('are what the settings give, amounts as numbers, and what follows from it', () => {
    const given = { size: '8/255', names: ['c'] };
    assert.deepEqual(completeParameters(toy, given, 'quick', context), { size: 8 / 255, steps: 3, names: ['c'] });
    assert.deepEqual(completeParameters(toy, given, 'paper', context), { size: 8 / 255, steps: 3, names: ['c'] });
    assert.deepEqual(completeParameters(toy, { size: 0.1, steps: 7 }, 'paper', context), {
      size: 0.1,
      steps: 7,
      names: ['a', 'b'],
    });
  });

  it('are what the settings give, under any preset, where they give all', () => {
    const amount = fc.record({ over: fc.integer({ min: 1, max: 999 }), under: fc.integer({ min: 1, max: 999 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(...presets),
        amount,
        fc.nat(),
        fc.array(fc.string()),
        (preset, { over, under }, steps, names) => {
          const given = { names, size: `${over}/${under}`, steps };
          const expected = { size: over / under, steps, names };
          assert.deepEqual(completeParameters(toy, given, preset, context), expected);
        },
      ),
    );
  });

  it('are nothing that settings inherit from objects, and nothing that has no definition', () => {
    const parameters = { toString: { description: '', schema: {}, quick: { value: 'own', text: '', source: '' } } };
    assert.deepEqual(completeParameters({ parameters }, { other: 1 }, 'quick'), { toString: 'own' });
  });

  it('refuse an amount without a value', () => {
    assert.throws(() => completeParameters(toy, { size: '1/0' }, 'quick', context), RangeError);
  });

  it('match their schemas with every preset of every attack, detector and defense', () => {
    const everything = [
      ...[...catalog.values()].flatMap((attack) =>
        presets.flatMap((preset) =>
          attack.norms.map((norm) => {
            const budget = { norm, epsilon: norm === 'l0' ? 10 : 8 / 255 };
            const given = Object.entries(attack.parameters).flatMap(([name, { isRequired }]) =>
              isRequired ? [[name, 'given']] : [],
            );
            return {
              definition: attack,
              complete: completeParameters(attack, Object.fromEntries(given), preset, budget),
            };
          }),
        ),
      ),
      ...[...detectors.values()].flatMap((detector) =>
        presets.map((preset) => ({ definition: detector, complete: completeParameters(detector, {}, preset) })),
      ),
      ...[...defenses.values()].flatMap((defense) =>
        presets.map((preset) => ({ definition: defense, complete: completeParameters(defense, {}, preset) })),
      ),
    ];
    for (const { definition, complete } of everything) {
      assert.deepEqual(Object.keys(complete), Object.keys(definition.parameters));
      assert.deepEqual(structuralFaults(parametersSchema(definition.parameters), complete), [], definition.id);
    }
  });

  it('of the presets differ only where a paper says so', () => {
    for (const { id, parameters } of [...detectors.values(), ...defenses.values()]) {
      const definition = { parameters: parameters as ParametersOf<Record<string, unknown>> };
      const [quick, paper] = presets.map((preset) => JSON.stringify(completeParameters(definition, {}, preset)));
      assert.equal(quick !== paper, hasPresets(parameters), id);
    }
  });
});
