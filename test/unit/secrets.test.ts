import assert from 'node:assert/strict';
import { hide, hiding } from '../../src/secrets.ts';

import { UserError } from '../../src/userError.ts';

describe('what is kept from reports', () => {
  it('is replaced by its name, wherever it stands', () => {
    const report = {
      model: { path: '/secret/models/a.onnx' },
      notes: ['from /secret/models', 3, null],
      more: Infinity,
    };
    assert.deepEqual(hide(report, { MODELS: '/secret/models' }), {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as settings have it
      model: { path: '${env:MODELS}/a.onnx' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as settings have it
      notes: ['from ${env:MODELS}', 3, null],
      more: Infinity,
    });
  });

  it('is replaced whole where another is a part of it', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as settings have it
    assert.equal(hide('/home/me/models', { HOME: '/home/me', MODELS: '/home/me/models' }), '${env:MODELS}');
  });

  it('is replaced in errors, which stay what they are', async () => {
    const error = new UserError('/secret/models/a.onnx: there is no such model.');
    const failing = hiding({ MODELS: '/secret/models' }, () => Promise.reject(error));
    await assert.rejects(failing, (caught) => caught === error);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as settings have it
    assert.equal(error.message, '${env:MODELS}/a.onnx: there is no such model.');
    assert.ok(!error.stack?.includes('/secret/models'));
  });

  it('is nothing where settings use no environment', () => {
    const report = { a: 1 };
    assert.equal(hide(report), report);
  });
});
