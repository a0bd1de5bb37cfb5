import assert from 'node:assert/strict';
import { labelsIn, normalizationIn } from '../../../../../src/models/onnx/graph/metadata.ts';

const labels = (text: string, key = 'names') => labelsIn(new Map([[key, text]]));

describe('Class names in the metadata of an ONNX file', () => {
  it('are read from a JSON list', () => {
    assert.deepEqual(labels('["cat", "dog"]', 'labels'), ['cat', 'dog']);
  });

  it('are read from a JSON map, in the order of its numbers', () => {
    assert.deepEqual(labels('{"1": "dog", "0": "cat"}', 'id2label'), ['cat', 'dog']);
    const ten = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [String(10 - i), `class ${10 - i}`]));
    assert.equal(labels(JSON.stringify(ten))?.[10], 'class 10');
  });

  it('are read from what Python prints for a dictionary or a list', () => {
    assert.deepEqual(labels("{0: 'cat', 1: 'hot dog'}"), ['cat', 'hot dog']);
    assert.deepEqual(labels("['cat', 'dog']"), ['cat', 'dog']);
  });

  it('are read from lines', () => {
    assert.deepEqual(labels('cat\r\nhot dog\n', 'classes'), ['cat', 'hot dog']);
  });

  it('are read from one line', () => {
    assert.deepEqual(labels('cat, hot dog'), ['cat', 'hot dog']);
    assert.deepEqual(labels('cat;dog, hot', 'labels'), ['cat', 'dog, hot']);
  });

  it('are not made of a map with gaps, of numbers, or of nothing', () => {
    assert.equal(labels('{"0": "cat", "2": "dog"}'), undefined);
    assert.equal(labels('[1, 2]'), undefined);
    assert.equal(labels("['cat', 'dog'"), undefined);
    assert.equal(labels('cat'), undefined);
    assert.equal(labels(' '), undefined);
    assert.equal(labels('["cat"]', 'author'), undefined);
  });
});

describe('Normalization in the metadata of an ONNX file', () => {
  const read = (mean: string, std: string) => normalizationIn(new Map(Object.entries({ mean, std })));

  it('is read from lists, with and without brackets', () => {
    const expected = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2] };
    assert.deepEqual(read('[0.5, 0.4, 0.3]', '[0.2, 0.2, 0.2]'), expected);
    assert.deepEqual(read('0.5, 0.4, 0.3', '0.2'), expected);
  });

  it('is left out when half of it is missing, or when it cannot be', () => {
    assert.equal(normalizationIn(new Map([['mean', '0.5']])), undefined);
    assert.equal(read('0.5', '0'), undefined);
    assert.equal(read('0.5, 0.5', '1'), undefined);
    assert.equal(read('half', '1'), undefined);
  });
});
