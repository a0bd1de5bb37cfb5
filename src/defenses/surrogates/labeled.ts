import type { SurrogateDefinition } from './surrogateDefinition.ts';
import { surrogateParameters } from './surrogateParameters.ts';

/** A surrogate for a model that cannot be asked: it learns the same task from the labels of the dataset. */
export const labeled: SurrogateDefinition = {
  id: 'labeled',
  title: 'Trained on labeled images',
  description: 'Learns the labels of the dataset and asks the model nothing.',
  source: 'Szegedy et al. 2014, arXiv:1312.6199, section 4.2: examples carry over between networks trained apart',
  parameters: surrogateParameters,
};
