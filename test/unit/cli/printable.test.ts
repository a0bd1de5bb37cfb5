import assert from 'node:assert/strict';
import { printable } from '../../../src/cli/printable.ts';

describe('what is printed to a terminal', () => {
  it('has no control characters but the ends of lines and tabs', () => {
    assert.equal(printable('a\u001b[31mb\u0007\u009bc\u007f\r'), 'a␛[31mb␇␡c␡␍');
    assert.equal(printable('one\n\ttwo'), 'one\n\ttwo');
  });

  it('has no line that a build server takes for a command', () => {
    assert.doesNotMatch(printable('::error::x\n  ::set-output name=a::b\nsigns › a::b'), /^\s*::/m);
    assert.equal(printable('signs › a::b'), 'signs › a::b');
  });
});
