import assert from 'node:assert/strict';
import type { JSONPath } from 'jsonc-parser';
import { parseJson } from '../../../src/settings/jsonc.ts';

const text = `{
  "outer": {
    "text": "8/0", // a comment
    "list": [1, { "deep": true }]
  }
}`;

/** What is underlined for a path. */
function underlined(path: JSONPath): string | undefined {
  const { start, end } = parseJson(text).underline(path);
  assert.equal(start.line, end.line, 'more than one line is underlined');
  return text.split('\n')[start.line - 1]?.slice(start.column - 1, end.column - 1);
}

describe('underlining', () => {
  it('takes a value that is in one piece', () => {
    assert.equal(underlined(['outer', 'text']), '"8/0"');
    assert.equal(underlined(['outer', 'list', 0]), '1');
    assert.equal(underlined(['outer', 'list', 1, 'deep']), 'true');
  });

  it('takes the key of an object or a list', () => {
    assert.equal(underlined(['outer']), '"outer"');
    assert.equal(underlined(['outer', 'list']), '"list"');
  });

  it('takes the brace of an object in a list', () => {
    assert.equal(underlined(['outer', 'list', 1]), '{');
  });

  it('takes the key of what lacks the rest of the path', () => {
    assert.equal(underlined(['outer', 'missing', 'further']), '"outer"');
    assert.equal(underlined(['outer', 'list', 1, 'missing']), '{');
    assert.equal(underlined(['missing']), '{');
  });

  it('takes the beginning of an empty text', () => {
    assert.deepEqual(parseJson('').underline(['any']), {
      start: { line: 1, column: 1 },
      end: { line: 1, column: 2 },
    });
  });
});
