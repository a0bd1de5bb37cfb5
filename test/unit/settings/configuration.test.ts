import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import type { attackChoice } from '../../../src/settings/attackChoice.ts';
import { testSchema } from '../../../src/settings/attackSchema.ts';
import { configuration, settingKeys, updateManifest } from '../../../src/settings/configuration.ts';
import { defenseSchema, detectorSchema } from '../../../src/settings/trainingSchema.ts';
import { attacks, defenses, detectors } from './workspaces.ts';

describe('the contributed settings', () => {
  it('are in package.json as the attack catalog has them (npm run generate)', async () => {
    const manifest = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
    assert.equal(updateManifest(manifest), manifest, 'package.json has drifted: run `npm run generate`');
  });

  it('are empty objects per resource unless set', () => {
    const { properties } = configuration(attacks);
    for (const key of settingKeys) {
      const { type, scope, default: empty } = properties[key];
      assert.deepEqual({ type, scope, empty }, { type: 'object', scope: 'resource', empty: {} });
    }
  });

  it('keep the rest of the manifest', () => {
    const manifest = '{ "name": "perturb", "contributes": { "commands": [] } }';
    const { name, contributes } = JSON.parse(updateManifest(manifest));
    assert.deepEqual([name, contributes.commands, contributes.configuration.title], ['perturb', [], 'Perturb']);
  });

  it('describe each attack and each parameter with its default', () => {
    const schema = testSchema(attacks);
    const [names] = schema.properties.attack.anyOf as [ReturnType<typeof attackChoice>, object];
    assert.deepEqual(names.enum, ['fgsm', 'ifgsm', 'minimal', 'pixels']);
    assert.match(names.markdownEnumDescriptions[0] ?? '', /^\*\*FGSM\*\* \(white-box\)\. /);
    const { parameters } = schema.allOf[1]?.then.properties ?? assert.fail();
    assert.match(JSON.stringify(parameters), /Number of gradient steps\.\\n\\nDefault: linf: min/);
  });

  it('show editors the same mistakes of an attack as the command line', () => {
    const validate = new Ajv({ strict: false }).compile(testSchema(attacks));
    const test = { model: 'm', dataset: 'd', attack: 'fgsm', epsilon: '8/255', expect: { robustAccuracy: 0.4 } };
    const { epsilon: _, ...unbounded } = test;
    const accepted: object[] = [
      test,
      { ...test, attack: 'ifgsm', norm: 'l2', parameters: { steps: 3, stepSize: '1/255' } },
      { ...test, model: ['m', 'n'], epsilon: [0.1, '8/255'], expect: { robustAccuracy: [0.4, 0.3] } },
      { ...test, target: 'stop', expect: { successRate: 0.1 } },
      { ...unbounded, attack: 'minimal' },
      { ...test, attack: ['fgsm', { attack: 'ifgsm', parameters: { steps: 3 } }, 'minimal'] },
    ];
    const refused: object[] = [
      { ...test, attack: 'unknown' },
      { ...test, attack: ['fgsm', 'unknown'] },
      { ...test, attack: ['fgsm', 'pixels'] },
      { ...test, attack: ['fgsm', { attack: 'ifgsm', parameters: { steps: 0 } }] },
      { ...test, attack: ['fgsm', 'ifgsm'], parameters: { steps: 3 } },
      { ...unbounded, attack: ['fgsm', 'ifgsm'] },
      { ...test, norm: 'l1' },
      { ...test, steps: 3 },
      { ...test, parameters: { steps: 3 } },
      { ...test, attack: 'ifgsm', parameters: { steps: 0 } },
      { ...test, epsilon: 0 },
      { ...test, target: 'stop' },
      { ...test, attack: 'minimal' },
      { ...unbounded, attack: 'minimal', target: 'stop' },
      unbounded,
      { ...test, expect: {} },
      { ...test, expect: { robustAccuracy: 40 } },
    ];
    for (const settings of accepted) assert.ok(validate(settings), JSON.stringify(settings));
    for (const settings of refused) assert.ok(!validate(settings), JSON.stringify(settings));
  });

  it('describe each kind of detector and defense, and each parameter with its default', () => {
    const { kind } = detectorSchema(detectors, attacks).properties;
    assert.deepEqual(kind.enum, ['net', 'still']);
    assert.equal(kind.markdownEnumDescriptions[0], '**Net**. A net beside the net.\n\nSomebody 2017');
    assert.deepEqual(defenseSchema(defenses).properties.kind.enum, ['robust']);
    for (const schema of [detectorSchema(detectors, attacks), defenseSchema(defenses)]) {
      assert.match(JSON.stringify(schema.allOf[0]), /Width\.\\n\\nDefault: 1\/255 \(a paper \| page 3\)\./);
    }
  });

  it('show editors the same mistakes of detectors and defenses as the command line', () => {
    const ajv = new Ajv({ strict: false });
    const isDetector = ajv.compile(detectorSchema(detectors, attacks));
    const isDefense = ajv.compile(defenseSchema(defenses));
    const base = { model: 'm', dataset: 'd', path: 'out' };
    const [net, robust] = [
      { ...base, kind: 'net' },
      { ...base, kind: 'robust' },
    ];
    const attack = { attack: 'ifgsm', epsilon: '8/255' };
    const accepted: [typeof isDetector, object][] = [
      [isDetector, net],
      [isDetector, { ...net, attacks: [attack, { ...attack, norm: 'l2', parameters: { steps: 3 } }], heldOut: [] }],
      [isDetector, { ...net, heldOut: [{ attack: 'minimal' }], falsePositiveRate: 0.5, parameters: { sigma: '1/2' } }],
      [isDetector, { ...net, kind: 'still', seed: 3 }],
      [isDefense, robust],
      [isDefense, { ...robust, validation: 'd', parameters: { steps: 3 } }],
    ];
    const refused: [typeof isDetector, object][] = [
      [isDetector, { ...net, kind: 'robust' }],
      [isDetector, base],
      [isDetector, { ...net, validation: 'd' }],
      [isDetector, { ...net, attacks: [] }],
      [isDetector, { ...net, attacks: [{ attack: 'ifgsm' }] }],
      [isDetector, { ...net, attacks: [{ ...attack, steps: 3 }] }],
      [isDetector, { ...net, heldOut: [{ ...attack, parameters: { steps: 0 } }] }],
      [isDetector, { ...net, heldOut: [{ attack: 'minimal', epsilon: 1 }] }],
      [isDetector, { ...net, heldOut: [{ ...attack, target: 'stop' }] }],
      [isDetector, { ...net, falsePositiveRate: 0 }],
      [isDetector, { ...net, falsePositiveRate: 0.6 }],
      [isDetector, { ...net, kind: 'still', parameters: { steps: 3 } }],
      [isDefense, { ...robust, attacks: [attack] }],
      [isDefense, { ...robust, parameters: { steps: 0 } }],
    ];
    for (const [validate, settings] of accepted) assert.ok(validate(settings), JSON.stringify(settings));
    for (const [validate, settings] of refused) assert.ok(!validate(settings), JSON.stringify(settings));
  });

  it('offer detectors and defenses to fill in', () => {
    const { properties } = configuration(attacks, detectors, defenses);
    const [detector] = properties['perturb.detectors'].additionalProperties.defaultSnippets;
    const [defense] = properties['perturb.defenses'].additionalProperties.defaultSnippets;
    const filled = (body: object) =>
      JSON.parse(JSON.stringify(body).replaceAll(/\$\{\d\|([^,|]*)[^}]*\}|\$\{\d:([^}]*)\}/g, '$1$2'));
    const detectorBody = filled(detector?.body ?? assert.fail());
    assert.deepEqual(detectorBody, { kind: 'net', model: 'model', dataset: 'dataset', path: 'models/model-detector' });
    assert.equal(filled(defense?.body ?? assert.fail()).kind, 'robust');
  });
});
