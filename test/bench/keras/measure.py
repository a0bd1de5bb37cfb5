"""Times networks in Keras for compareBackends.ts, which asks and is answered in JSON, a line each.

measure.py THREADS; every request names what backendProcess.ts does, and networks are read from what saveNetwork.ts wrote.
"""

import json
import os
import sys
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')

TOLERANCE = 1e-3


def answer(value):
    print(json.dumps(value), flush=True)


try:
    import keras
    import numpy as np
    import tensorflow as tf
except ImportError as error:
    answer({'error': f'{sys.executable} has no TensorFlow ({error}).'})
    sys.exit()


def read_floats(folder, name):
    return np.fromfile(os.path.join(folder, name), '<f4')


def build(folder):
    """The network that answers logits, with the weights of the files."""
    with open(os.path.join(folder, 'model.json'), encoding='utf-8') as file:
        saved = json.load(file)
    topology = saved['modelTopology']
    last = topology['config']['layers'][-1]['config']
    # Perturb, too, takes what enters a final softmax.
    if last.get('activation') == 'softmax':
        last['activation'] = 'linear'
    model = tf.keras.models.model_from_json(json.dumps(topology))
    values = {}
    for group in saved['weightsManifest']:
        data = np.concatenate([read_floats(folder, name) for name in group['paths']])
        start = 0
        for weight in group['weights']:
            size = int(np.prod(weight['shape'], dtype=int))
            values[weight['name']] = data[start:start + size].reshape(weight['shape'])
            start += size
    # By name: TensorFlow.js lists all that is trained before all that is not, Keras goes layer by layer.
    names = {weight.name.split(':')[0] for weight in model.weights}
    if names != set(values):
        raise ValueError(f'Keras has other weights than the file: {sorted(names ^ set(values))}')
    for weight in model.weights:
        weight.assign(values[weight.name.split(':')[0]])
    return model


def check(model, folder):
    """Refuses a model that does not compute what Perturb does."""
    image = read_floats(folder, 'image.bin').reshape([1, *model.input_shape[1:]])
    wanted = read_floats(folder, 'logits.bin')
    found = model(image, training=False).numpy().ravel()
    difference = np.abs(found - wanted).max() if found.shape == wanted.shape else np.inf
    # Negated, so that NaN is refused as well.
    if not difference <= TOLERANCE:
        raise ValueError(f'the logits of Keras and TensorFlow.js differ by {difference:.2g}, more than {TOLERANCE}')


def cross_entropy(labels, logits):
    return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def workload(model, batch, task):
    """What is timed: images in, numbers out, as Perturb's classifier has it; the batch as a whole, which suits Keras."""
    images = np.random.default_rng(1).random([batch, *model.input_shape[1:]], np.float32)
    if task == 'training step':
        return training_step(model, images)
    labels = tf.ones([batch], tf.int32)

    @tf.function
    def forward(x):
        return model(x, training=False)

    @tf.function
    def gradient(x):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            loss = cross_entropy(labels, model(x, training=False))
        return tape.gradient(loss, x)

    run = {'forward': forward, 'gradient': gradient}[task]
    return lambda: run(tf.constant(images)).numpy()


def training_step(model, images):
    optimizer = tf.keras.optimizers.SGD(1e-3)
    x = tf.constant(images)
    labels = tf.zeros([len(images)], tf.int32)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, model(x, training=True)) / len(images)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return lambda: step().numpy()


class Bench:
    def __init__(self):
        self.model = None
        self.workloads = {}

    def do(self, request):
        if request['kind'] == 'prepare':
            tf.keras.backend.clear_session()
            self.workloads = {}
            self.model = build(request['folder'])
            check(self.model, request['folder'])
            return 0
        key = (request['batch'], request['task'])
        if key not in self.workloads:
            self.workloads[key] = workload(self.model, *key)
        work = self.workloads[key]
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)


def main():
    threads = int(sys.argv[1])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    answer({'name': f'Keras {keras.__version__} (Python, TensorFlow {tf.__version__})'})
    bench = Bench()
    for line in sys.stdin:
        try:
            answer({'milliseconds': bench.do(json.loads(line))})
        except Exception as error:  # The parent ends the bench with it.
            answer({'error': f'Keras: {error}'})


main()
