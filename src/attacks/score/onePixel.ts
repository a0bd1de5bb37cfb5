import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { roundedToGrid } from '../../data/grid.ts';
import type { Pixels } from '../../data/image.ts';
import { normal } from '../../geometry/randomVector.ts';
import type { AttackDefinition, Attempt } from '../attackDefinition.ts';
import { logitsOf } from '../dialogue.ts';
import { queriesParameter } from '../queries.ts';
import { logProbability } from './objective.ts';

interface Parameters {
  queries: number;
  population: number;
}

type PixelAttempt = Attempt<Parameters, 'l0'>;

/** Of each pixel that changes: the part of the height and of the width where it is, and its values. */
type Genes = Float64Array;

const paper = 'Su, Vargas & Sakurai 2019, arXiv:1710.08864';

/** F: what a child has of the difference of two others (section III.C). */
const differenceFactor = 0.5;
/** The first values are normally distributed around this, in gray levels of 256, and as widely (section III.C). */
const [middleLevel, spreadLevel] = [128, 127];

/**
 * One-pixel attack: differential evolution of pixels, each a place and a color, without crossover. A child is one of the
 * population plus half of the difference of two others, and takes the place of its parent where it is better (Su, Vargas &
 * Sakurai 2019, arXiv:1710.08864, section III). The budget is the number of pixels.
 */
export const onePixel: AttackDefinition<Parameters, 'l0'> = {
  id: 'one-pixel',
  title: 'One-pixel',
  kind: 'attack',
  description: 'Differential evolution by scores alone of the place and the color of one pixel, or of a few.',
  source: paper,
  threatModel: 'score-based',
  norms: ['l0'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    queries: queriesParameter(2000, 40_400, {
      quick: 'a twentieth of the paper’s',
      paper: `${paper}, section III.C: 400 children in each of 100 generations`,
    }),
    population: {
      description: 'Number of candidates that are kept.',
      schema: { type: 'integer', minimum: 4 },
      quick: { value: 100, text: '100', source: 'a quarter of the paper’s' },
      paper: { value: 400, text: '400', source: `${paper}, section III.C` },
    },
  },
  cost: ({ queries }) => queries,
  *run(attempt) {
    const { goal, parameters, random } = attempt;
    const population = Array.from({ length: parameters.population }, () => firstGenes(attempt));
    const fitness: number[] = [];
    let left = parameters.queries;
    for (let children = population.slice(); left > 0; children = population.map((_, i) => childOf(i))) {
      const asked = children.slice(0, left);
      left -= asked.length;
      const rows = yield* logitsOf(asked.map((genes) => pointOf(attempt, genes)));
      for (const [i, row] of rows.entries()) {
        const value = logProbability(goal, row);
        if (!(value > (fitness[i] ?? -Infinity))) continue;
        fitness[i] = value;
        population[i] = asked[i] as Genes;
      }
    }

    /** a + F (b − c) of three others, all different (equation 3). */
    function childOf(parent: number): Genes {
      const others: number[] = [];
      while (others.length < 3) {
        const drawn = uniformInt(random, 0, population.length - 1);
        if (drawn !== parent && !others.includes(drawn)) others.push(drawn);
      }
      const [a, b, c] = others.map((place) => population[place]) as [Genes, Genes, Genes];
      return inRange(
        a.map((gene, i) => gene + differenceFactor * ((b[i] as number) - (c[i] as number))),
        attempt,
      );
    }
  },
};

/** How many genes a pixel has. */
function lengthOf({ shape }: PixelAttempt): number {
  return 2 + shape.channels;
}

function firstGenes(attempt: PixelAttempt): Genes {
  const { budget, random } = attempt;
  const length = lengthOf(attempt);
  const color = () => (middleLevel + spreadLevel * normal(random)) / 255;
  const genes = Float64Array.from({ length: Math.floor(budget.epsilon) * length }, (_, i) =>
    i % length < 2 ? uniformFloat64(random) : color(),
  );
  return inRange(genes, attempt);
}

/** A place beyond the image becomes any other; a color goes to the nearest that there is. In place. */
function inRange(genes: Genes, attempt: PixelAttempt): Genes {
  const length = lengthOf(attempt);
  for (const [i, gene] of genes.entries()) {
    const isPlace = i % length < 2;
    if (isPlace && !(gene >= 0 && gene < 1)) genes[i] = uniformFloat64(attempt.random);
    if (!isPlace) genes[i] = Math.min(Math.max(gene, 0), 1);
  }
  return genes;
}

/** The image with these pixels, whose colors are gray levels. */
function pointOf(attempt: PixelAttempt, genes: Genes): Pixels {
  const { image, shape } = attempt;
  const { height, width, channels } = shape;
  const length = lengthOf(attempt);
  const point = image.slice();
  for (let start = 0; start < genes.length; start += length) {
    const row = Math.floor((genes[start] as number) * height);
    const column = Math.floor((genes[start + 1] as number) * width);
    point.set(roundedToGrid(genes.subarray(start + 2, start + length)), (row * width + column) * channels);
  }
  return point;
}
