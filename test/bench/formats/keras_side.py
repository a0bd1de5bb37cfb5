"""
Keras's side of benchFormats.ts: keras_side.py FOLDER writes MobileNetV2.keras, with images (.bin), and what Keras makes
of them (.json), as networks.py does for PyTorch; keras_side.py FOLDER THREADS answers in JSON, a line each, how long the
gradients of all images take.
"""

import json
import os
import sys
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')

import keras
import numpy as np
import tensorflow as tf

IMAGES = 16
SIDE = 224


def export(path):
    keras.utils.set_random_seed(1)
    model = keras.applications.MobileNetV2(weights=None, classifier_activation=None)
    # Blurred, as photographs are: to a random network all noise looks alike.
    coarse = np.random.default_rng(1).random([IMAGES, 8, 8, 3], np.float32)
    images = tf.clip_by_value(tf.image.resize(coarse, [SIDE, SIDE], 'bicubic'), 0, 1)
    give_statistics(model, images)
    logits = model(images, training=False).numpy()
    model.save(f'{path}.keras')
    images.numpy().tofile(f'{path}.bin')
    with open(f'{path}.json', 'w', encoding='utf-8') as file:
        json.dump({'side': SIDE, 'labels': logits.argmax(1).tolist(), 'logits': logits.tolist()}, file)


def give_statistics(model, images):
    """Batch normalization with the statistics of its input, so that values neither explode nor vanish with depth."""
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in layers:
        layer.momentum = 0.0
    model(images, training=True)


def workload(path):
    model = keras.saving.load_model(f'{path}.keras', compile=False)
    images = np.fromfile(f'{path}.bin', '<f4').reshape([IMAGES, SIDE, SIDE, 3])
    with open(f'{path}.json', encoding='utf-8') as file:
        labels = tf.constant(json.load(file)['labels'])

    @tf.function
    def gradient(x):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            logits = model(x, training=False)
            loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        return tape.gradient(loss, x)

    return lambda: gradient(tf.constant(images)).numpy()


def answer_lines(path, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    work = workload(path)
    for _ in sys.stdin:
        start = time.perf_counter()
        work()
        print(json.dumps({'milliseconds': 1000 * (time.perf_counter() - start)}), flush=True)


if __name__ == '__main__':
    path = os.path.join(sys.argv[1], 'MobileNetV2')
    if len(sys.argv) > 2:
        answer_lines(path, int(sys.argv[2]))
    else:
        export(path)
