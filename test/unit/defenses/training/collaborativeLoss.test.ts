import { collaborativeLoss } from '../../../../src/defenses/training/collaborative/loss.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { itPasses } from '../../../support/checks.ts';
import { itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import { collaborativeLossChecks } from './collaborativeLossChecks.ts';

describe('the loss of collaborative training', () => {
  before(async () => {
    await startTensorFlow();
  });

  itPasses(collaborativeLossChecks, collaborativeLoss);

  describe('fails its checks', () => {
    itFailsOf(collaborativeLossChecks, 'defenses/training/collaborative/loss.ts', 'collaborativeLoss', {
      'the label weighs 0.2': ['labels)), 0.4)', 'labels)), 0.2)'],
      'the partner weighs 0.4': ['0.2 / 2', '0.4 / 2'],
      'the half of equation 10 is forgotten': ['0.2 / 2', '0.2'],
      'the sign of the bounded term is turned': [
        'tf.logSumExp(logits, 1), tf.logSumExp(rest, 1)',
        'tf.logSumExp(rest, 1), tf.logSumExp(logits, 1)',
      ],
      'the sign of the printed term is turned': [
        'tf.mul(targets, tf.logSoftmax',
        'tf.mul(tf.neg(targets), tf.logSoftmax',
      ],
      'the second head learns the label': [
        'crossEntropy(clean.auxiliary, partners)',
        'crossEntropy(clean.auxiliary, labels)',
      ],
      'the bounded term leads from the label': [
        'away(adversarial.auxiliary, partners)',
        'away(adversarial.auxiliary, labels)',
      ],
      'only clean images are labeled': [
        'crossEntropy(adversarial.locked, labels)',
        'crossEntropy(clean.locked, labels)',
      ],
      'bounded and printed are mixed up': ['bounded ?', '!bounded ?'],
      'nothing stops the printed term': ['-ceiling', '-1e9'],
    });
  });
});
