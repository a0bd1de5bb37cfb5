import assert from 'node:assert/strict';
import { resolvePlans } from '../../../src/settings/plans.ts';
import { parseLayer } from '../../../src/settings/settingsLayer.ts';
import { tagsOf } from '../../../src/settings/tags.ts';

/** The tags of a test with these settings. */
function tags(test: object): string[] | undefined {
  const common = { model: 'net', dataset: 'my street', epsilon: 0.1, expect: { successRate: 0 } };
  const settings = {
    'perturb.models': { net: { path: 'net.onnx' } },
    'perturb.datasets': { 'my street': { path: 'street' } },
    'perturb.tests': { one: { ...common, ...test } },
  };
  const scope = { file: '/a/.vscode/settings.json', name: 'a', folder: '/a', folders: new Map() };
  const { plans } = resolvePlans({ layers: [parseLayer(JSON.stringify(settings), scope)], problems: [] });
  return plans[0] && tagsOf(plans[0]);
}

describe('the tags of a test', () => {
  it('are its attack, norm, model, and dataset', () => {
    assert.deepEqual(tags({ attack: 'pgd' }), ['attack:pgd', 'norm:linf', 'model:net', 'dataset:my street']);
    assert.deepEqual(tags({ attack: 'pgd', norm: 'l2' })?.[1], 'norm:l2');
  });

  it('are every attack of a list, once', () => {
    const list = ['pgd', { attack: 'fab', parameters: {} }, { attack: 'pgd', parameters: { steps: 3 } }];
    assert.deepEqual(tags({ attack: list })?.slice(0, 2), ['attack:pgd', 'attack:fab']);
  });

  it('are no dataset where images are forged from noise', () => {
    assert.deepEqual(tags({ attack: 'forge', target: 'stop', dataset: undefined, epsilon: undefined })?.slice(2), [
      'model:net',
    ]);
  });
});
