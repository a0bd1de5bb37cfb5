import assert from 'node:assert/strict';
import type {
  DetectorDefinition,
  DetectorExamples,
  DetectorState,
} from '../../../../src/defenses/detectors/detectorDefinition.ts';
import type { safetyNet } from '../../../../src/defenses/detectors/safetyNet.ts';
import { separate } from '../../../../src/defenses/detectors/separation.ts';
import type { Checks } from '../../../support/checks.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { fitted, transparentClassifier } from '../../../support/fittedDetector.ts';
import { noise } from '../../../support/onnx/makeModel.ts';

const units = 6;
const classifier = transparentClassifier(units);

/** Of clean images the first half of the units is bright or the second half, of adversarial ones every other unit. */
function imageOf(seed: number, isClean: boolean): Float32Array {
  const side = seed % 2;
  return noise(units, seed).map((x, u) => {
    const bright = (isClean ? Math.floor((2 * u) / units) : u % 2) === side;
    return (bright ? 0.65 : 0.35) + 0.18 * x;
  });
}

const examples = (count: number, from: number): DetectorExamples => ({
  clean: Array.from({ length: count }, (_, i) => ({ pixels: imageOf(from + i, true), label: i % 3 })),
  adversarial: Array.from({ length: count }, (_, i) => ({
    pixels: imageOf(from + 500 + i, false),
    label: i % 3,
    attack: 'fgsm',
    original: i,
  })),
});
const training = examples(40, 1);
const held = examples(30, 200);
const pixelsOf = (list: readonly { readonly pixels: Float32Array }[]) => list.map(({ pixels }) => pixels);

/** What a state says, each array as rows. */
function contentOf({ values, arrays }: DetectorState) {
  const rowsOf = (name: string): number[][] => {
    const { data = new Float32Array(), shape = [] } = arrays[name] ?? {};
    const size = shape.at(-1) as number;
    return Array.from({ length: data.length / size }, (_, row) => [...data.slice(row * size, (row + 1) * size)]);
  };
  return {
    sigma: values.sigma as number,
    bias: values.bias as number,
    thresholds: rowsOf('thresholds'),
    spread: rowsOf('spread')[0] as number[],
    codes: rowsOf('codes'),
    coefficients: rowsOf('coefficients')[0] as number[],
  };
}

type Content = ReturnType<typeof contentOf>;
const codeOf = (image: Float32Array, { thresholds }: Content) =>
  Array.from(image, (x, u) => thresholds.filter((level) => x > (level[u] as number)).length);
const squareOf = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, u) => sum + (x - (b[u] as number)) ** 2, 0);

/** f at a code, which need not be whole, with kernels of a width. */
function expansion(code: readonly number[], { codes, coefficients, bias }: Content, width: number): number {
  return codes.reduce(
    (sum, one, i) => sum + (coefficients[i] as number) * Math.exp(-squareOf(code, one) / (2 * width * width)),
    bias,
  );
}

export const safetyNetChecks: Checks<typeof safetyNet> = {
  'thresholds are the median, or the quartiles, of each unit on clean images': async (definition) => {
    for (const [levels, places] of [
      [2, [[19, 20]]],
      [
        4,
        [
          [9, 10],
          [19, 20],
          [29, 30],
        ],
      ],
    ] as const) {
      const { state } = await fitted(definition, training, classifier, { levels });
      const { thresholds } = contentOf(state);
      assert.equal(thresholds.length, levels - 1);
      for (let u = 0; u < units; u++) {
        const sorted = training.clean.map(({ pixels }) => pixels[u] as number).sort((a, b) => a - b);
        for (const [level, [below, above]] of places.entries()) {
          const threshold = thresholds[level]?.[u] as number;
          assert.ok(threshold >= (sorted[below] as number) && threshold <= (sorted[above] as number), `${threshold}`);
        }
      }
    }
  },
  'the score is the sum of kernels at the code': async (definition) => {
    for (const levels of [2, 4]) {
      const { state, detector } = await fitted(definition, training, classifier, { levels });
      const content = contentOf(state);
      const images = pixelsOf(held.clean);
      assertCloseTo(
        await detector.score(images),
        images.map((image) => expansion(codeOf(image, content), content, content.sigma)),
        1e-6,
      );
    }
  },
  'support vectors are codes of the images it learned from, and hold the conditions of optimality': async (
    definition,
  ) => {
    const { state, detector } = await fitted(definition, training, classifier, { cost: 1 });
    const content = contentOf(state);
    const [clean, adversarial] = [pixelsOf(training.clean), pixelsOf(training.adversarial)];
    const known = new Set([...clean, ...adversarial].map((image) => codeOf(image, content).join()));
    for (const code of content.codes) assert.ok(known.has(code.join()), 'a support vector is no code of an image');
    for (const coefficient of content.coefficients) assert.ok(Math.abs(coefficient) <= 1 + 1e-6, `${coefficient}`);
    const margins = [...(await detector.score(clean)).map((score) => -score), ...(await detector.score(adversarial))];
    const inside = margins.filter((margin) => margin < 1 - 2e-3).length;
    // Who is inside of the margin is held at the bound.
    const held = content.coefficients.filter((one) => Math.abs(one) > 1 - 1e-6).length;
    assert.ok(held >= inside, `${held} are held, and ${inside} are inside`);
  },
  'it tells adversarial images from clean ones that it has not seen': async (definition) => {
    const { detector } = await fitted(definition, training, classifier);
    const [clean, adversarial] = [
      await detector.score(pixelsOf(held.clean)),
      await detector.score(pixelsOf(held.adversarial)),
    ];
    const { auroc } = separate(clean, adversarial);
    assert.ok(auroc > 0.95, `${auroc}`);
    assert.ok(Math.max(...adversarial) > 0 && Math.min(...clean) < 0, 'all are on one side');
  },
  'both kinds weigh the same, however many there are': async (definition) => {
    const few = { ...training, adversarial: training.adversarial.slice(0, 5) };
    const { state } = await fitted(definition, few, classifier, { cost: 1e-3, sigma: 2 });
    // With little to pay every example is at its bound: C n / (2 n of its kind).
    const { coefficients } = contentOf(state);
    assertCloseTo([Math.max(...coefficients)], [(1e-3 * 45) / 10], 1e-6);
    assertCloseTo([Math.min(...coefficients)], [(-1e-3 * 45) / 80], 1e-6);
  },
  'the gradient goes through sigmoids for thresholds and kernels as wide as the support vectors are far': async (
    definition,
  ) => {
    for (const sigma of [0.3, 4]) {
      const slope = 0.5;
      const { state, detector } = await fitted(definition, training, classifier, { sigma, slope });
      const content = contentOf(state);
      const images = pixelsOf(held.adversarial).slice(0, 4);
      const { scores, gradients } = await detector.pullback(images);
      assert.deepEqual(scores, await detector.score(images));
      for (const [n, image] of images.entries()) {
        const code = codeOf(image, content);
        const squares = content.codes.map((one) => squareOf(code, one)).sort((a, b) => a - b);
        const middle = (squares.length - 1) / 2;
        const median = ((squares[Math.floor(middle)] as number) + (squares[Math.ceil(middle)] as number)) / 2;
        const width = Math.max(sigma, Math.sqrt(median));
        const expected = Array.from(image, (x, u) => {
          const step = 1e-4;
          const at = (change: number) => expansion(code.with(u, (code[u] as number) + change), content, width);
          const soft = (value: number) =>
            content.thresholds.reduce(
              (sum, level) =>
                sum + 1 / (1 + Math.exp(-(value - (level[u] as number)) / (slope * (content.spread[u] as number)))),
              0,
            );
          return ((at(step) - at(-step)) / (2 * step)) * ((soft(x + step) - soft(x - step)) / (2 * step));
        });
        assertCloseTo(gradients[n], expected, 1e-4);
      }
    }
  },
  'the gradient leads past it where kernels are too narrow to have one': async (definition) => {
    const { detector } = await fitted(definition, training, classifier, { sigma: 0.5 });
    let images = pixelsOf(held.adversarial);
    const before = await detector.score(images);
    for (let step = 0; step < 20; step++) {
      const { gradients } = await detector.pullback(images);
      images = images.map((image, i) => image.map((x, u) => x - 0.02 * Math.sign(gradients[i]?.[u] as number)));
    }
    const after = await detector.score(images);
    const fallen = after.filter((score, i) => score < (before[i] as number)).length;
    assert.ok(fallen > 0.8 * images.length, `${fallen} of ${images.length}`);
  },
  'the spread is that of clean images': async (definition) => {
    const { state } = await fitted(definition, training, classifier);
    const expected = Array.from({ length: units }, (_, u) => {
      const values = training.clean.map(({ pixels }) => pixels[u] as number);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    });
    assertCloseTo(contentOf(state).spread, expected, 1e-6);
  },
  'the width is the best of those that are tried': async (definition) => {
    const { state } = await fitted(definition, training, classifier);
    const { auroc, sigma } = state.values as { auroc: number; sigma: number };
    assert.ok(auroc > 0.95 && auroc <= 1 && sigma > 0, `${auroc}`);
    const given = await fitted(definition as unknown as DetectorDefinition<{ sigma: number }>, training, classifier, {
      sigma: 3,
    });
    assert.equal(given.state.values.sigma, 3);
  },
  'it learns from at most so many examples of each kind': async (definition) => {
    const { state } = await fitted(definition, training, classifier, { examples: 12 });
    const { clean, adversarial } = state.values.examples as { clean: number; adversarial: number };
    assert.deepEqual([clean, adversarial], [12, 12]);
  },
};
