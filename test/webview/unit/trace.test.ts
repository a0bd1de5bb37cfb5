import assert from 'node:assert/strict';
import {
  classesToDraw,
  placeAt,
  reignsOf,
  shareOf,
  slopeAt,
  startOf,
  type TracePoint,
  tracePoints,
} from '../../../webview/logic/trace.ts';

const norms = { linf: 0, l2: 0, l1: 0, l0: 0 };
const points = (...rows: [at: number, ...logits: number[]][]): TracePoint[] =>
  tracePoints(rows.map(([at, ...logits]) => ({ at, logits, norms })));

describe('a trace', () => {
  it('is in the order of its axis, and knows its places on the sheet', () => {
    const sorted = points([0, 1, 0], [-1, 0, 3], [1, 2, 2]);
    assert.deepEqual(
      sorted.map(({ at, frame, predicted }) => [at, frame, predicted]),
      [
        [-1, 1, 1],
        [0, 0, 0],
        [1, 2, 0],
      ],
    );
    assert.ok(Math.abs((sorted[2]?.confidence ?? 0) - 0.5) < 1e-12);
    assert.equal(startOf(sorted), 1);
  });

  it('joins neighbors that agree', () => {
    const reigns = reignsOf(points([0, 1, 0], [1, 1, 0], [2, 0, 1], [3, 1, 0]));
    assert.deepEqual(reigns, [
      { predicted: 0, first: 0, last: 1 },
      { predicted: 1, first: 2, last: 2 },
      { predicted: 0, first: 3, last: 3 },
    ]);
  });

  it('draws the classes of the example, those that lead, then the highest at the start, eight at most', () => {
    const start: [number, ...number[]] = [0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
    const way = points(start, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99]);
    const [first] = way as [TracePoint];
    assert.deepEqual(classesToDraw(way, first, [4]), [4, 0, 9, 1, 2, 3, 5, 6]);
    assert.deepEqual(classesToDraw(points([0, 1, 2]), points([0, 1, 2])[0] as TracePoint, [1]), [1, 0]);
  });

  it('has the slope of its nearest points', () => {
    const line = points([-2, 9, 0], [-1, -3, 0], [0, 5, 0], [1, 1, 0], [2, 9, 0]);
    assert.equal(slopeAt(line, 2, 0), 2);
    assert.equal(slopeAt(line, 0, 0), -12);
    assert.equal(slopeAt(points([0, 1, 0]), 0, 0), 0);
  });

  it('finds the point at a share of its axis, and back', () => {
    const line = points([0, 1], [10, 1], [100, 1]);
    assert.deepEqual(
      [-1, 0, 0.04, 0.06, 0.5, 0.6, 2].map((share) => placeAt(line, share)),
      [0, 0, 0, 1, 1, 2, 2],
    );
    assert.equal(shareOf(line, 10), 0.1);
    assert.equal(shareOf(points([0, 1]), 0), 0);
  });
});
