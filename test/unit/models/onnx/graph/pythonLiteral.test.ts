import assert from 'node:assert/strict';
import { parsePythonLiteral } from '../../../../../src/models/onnx/graph/pythonLiteral.ts';

describe('parsePythonLiteral', () => {
  // What Python 3 prints for each of these values.
  for (const [text, value] of [
    [
      `{0: 'tench', 1: "carpenter's kit", 2: "jack-o'-lantern"}`,
      { 0: 'tench', 1: "carpenter's kit", 2: "jack-o'-lantern" },
    ],
    [
      `['a "b" \\'c\\'', 'd\\\\e', 'f\\ng', '\\x80', '\\u200b', '\\U000e0001']`,
      [`a "b" 'c'`, 'd\\e', 'f\ng', '\x80', '\u200b', '\u{e0001}'],
    ],
    [`('one',)`, ['one']],
    ['()', []],
    ['{}', {}],
    [`[(0.5, -1e-05), None, True, False, {'a': [1, 2]}]`, [[0.5, -1e-5], null, true, false, { a: [1, 2] }]],
    [` u'stop' `, 'stop'],
    [`['{not: a, dict}', "[1]", 'x,y: z']`, ['{not: a, dict}', '[1]', 'x,y: z']],
    [`['Ä', '東京']`, ['Ä', '東京']],
  ] as const) {
    it(`reads ${text}`, () => assert.deepEqual(parsePythonLiteral(text), value));
  }

  for (const text of ['', 'cat', '[1', '[1 2]', '{1}', `'a`, `['a'] b`, '{0: }', ']', '[,]', "{'a': 1,, 'b': 2}"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parsePythonLiteral(text), SyntaxError));
  }
});
