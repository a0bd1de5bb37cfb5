import { folderSchema } from '../../parameters/folder.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose } from '../dialogue.ts';

interface Parameters {
  generator: string;
}

/**
 * AdvGAN (Xiao et al. 2018): x + G(x), where the network G was trained against the model beforehand. It asks nothing: one
 * pass of G makes the example, and the model judges it.
 */
export const advgan: AttackDefinition<Parameters, 'linf'> = {
  id: 'advgan',
  title: 'AdvGAN',
  kind: 'attack',
  description:
    'Makes the example by one pass of a network that was trained against the model beforehand (*Train Generator…*), and asks the model nothing.',
  source: 'Xiao et al. 2018, arXiv:1801.02610',
  threatModel: 'semi-white-box',
  norms: ['linf'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    generator: {
      description:
        'Folder of the generator, which was trained for this model: the `path` of an entry of `perturb.generators`.',
      schema: folderSchema,
      isRequired: true,
      quick: { value: '', text: 'none', source: 'it has to be stated' },
    },
  },
  cost: () => 1,
  *run({ generated, project }) {
    if (generated === undefined) throw new Error('advgan needs what its generator makes of the image');
    yield* propose(project(Float32Array.from(generated)));
  },
};
