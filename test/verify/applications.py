"""
Classifiers of Keras's own collection with random weights, and what Keras has for their logits and gradients.
applications.py versions | list | FOLDER NAME: prints a line of JSON for each file that it writes. Run by applications.ts.
"""
import contextlib
import json
import os
import sys
import types
from pathlib import Path

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = '-1'
# Only answers are to leave by standard output.
answers = os.fdopen(os.dup(1), 'w')
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

import keras
import numpy as np
import tensorflow as tf

IMAGES = 2
SIDE = 96
CLASSES = 100
# The first are also written in the formats of TensorFlow, which have one graph for all of these families.
CONVERTED = ['MobileNetV2', 'ResNet50', 'EfficientNetB0', 'DenseNet121', 'Xception']
OTHERS = ['ConvNeXtTiny', 'NASNetMobile', 'InceptionV3', 'MobileNetV3Small', 'EfficientNetV2B0', 'VGG16']
# ReLUs whose numbers are near 0 are switched by rounding; smooth functions are not.
SMOOTH = ['MobileNetV2', 'ResNet50', 'DenseNet121', 'Xception', 'NASNetMobile', 'InceptionV3', 'MobileNetV3Small']
NAMES = CONVERTED + OTHERS + [f'{name}_smooth' for name in SMOOTH]


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


def build(name):
    application = getattr(keras.applications, name.removesuffix('_smooth'))
    model = application(weights=None, input_shape=(SIDE, SIDE, 3), classes=CLASSES, classifier_activation=None)
    return keras.models.clone_model(model, clone_function=smoothed) if name.endswith('_smooth') else model


def smoothed(layer):
    config = layer.get_config()
    if isinstance(layer, keras.layers.ReLU):
        return keras.layers.Activation('softplus', name=layer.name, dtype=layer.dtype)
    if config.get('activation') in ('relu', 'relu6'):
        return type(layer).from_config({**config, 'activation': 'softplus'})
    return type(layer).from_config(config)


def calibrate(model, images):
    """Random weights, with statistics of images, so that numbers neither vanish nor grow from layer to layer."""
    normalizations = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in normalizations]
    for layer in normalizations:
        layer.momentum = 0.0
    model(images, training=True)
    for layer, momentum in zip(normalizations, momenta):
        layer.momentum = momentum


def differentiate(model, images, labels):
    """Logits, and the gradient of each image's cross-entropy."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = model(images, training=False)
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    return logits.numpy().astype('f8'), tape.gradient(loss, images).numpy().astype('f8')


def differentiate_rounded(model, images, labels):
    """In float32 with different rounding: once may agree with float64 by luck, where a ReLU is close to its kink."""
    yield differentiate(model, tf.constant(images), labels)
    weights = model.get_weights()
    noise = np.random.default_rng(1)
    for _ in range(4):
        rounded = lambda value: (value * (1 + 6e-8 * noise.standard_normal(np.shape(value)))).astype(value.dtype)
        model.set_weights([rounded(value) if value.dtype == np.float32 else value for value in weights])
        yield differentiate(model, tf.constant(rounded(images)), labels)
    model.set_weights(weights)


def in_float64(name, model):
    keras.config.set_floatx('float64')
    try:
        precise = build(name)
        precise.set_weights([np.asarray(value) for value in model.get_weights()])
        return precise
    finally:
        keras.config.set_floatx('float32')


def error(found, right):
    return float(np.abs(found - right).max() / np.abs(right).max())


def cosine(a, b):
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def write_reference(name, model, images, file):
    """Writes images (float32), logits and gradients (float64) one after the other; returns what is to know of them."""
    labels = [(7 + 30 * index) % CLASSES for index in range(IMAGES)]
    logits, gradients = differentiate(in_float64(name, model), tf.constant(images, tf.float64), labels)
    runs = list(differentiate_rounded(model, images, labels))
    with open(file, 'wb') as out:
        out.write(images.astype('<f4').tobytes())
        out.write(logits.astype('<f8').tobytes())
        out.write(gradients.astype('<f8').tobytes())
    return {
        'reference': str(file),
        'size': [SIDE, SIDE],
        'images': IMAGES,
        'labels': labels,
        'logitsSpread': max(error(run[0], logits) for run in runs),
        'gradientSpread': max(error(run[1], gradients) for run in runs),
        'cosineSpread': max(1 - cosine(*pair) for run in runs for pair in zip(run[1], gradients)),
    }


def write_graph_model(model, folder):
    # The converter imports packages for models that are not made here.
    for missing in ('tensorflow_decision_forests', 'jax', 'jax.experimental', 'jax.experimental.jax2tf'):
        sys.modules.setdefault(missing, types.ModuleType(missing))
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    converter.convert_tf_saved_model(str(model), str(folder), skip_op_check=True)
    return folder / 'model.json'


def write_tflite(model, file):
    file.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    return file


def write_saved_model(model, folder):
    model.export(folder, verbose=False)
    return folder


def save(model, file):
    model.save(file)
    return file


def written(name, model, folder):
    """The model in one format after the other, with what is known of its file."""
    yield '.keras', lambda: save(model, folder / f'{name}.keras')
    yield '.h5', lambda: save(model, folder / f'{name}.h5')
    if name not in CONVERTED:
        return
    yield 'TensorFlow Lite', lambda: write_tflite(model, folder / f'{name}.tflite')
    yield 'SavedModel', lambda: write_saved_model(model, folder / f'{name}.saved')
    yield 'graph model', lambda: write_graph_model(folder / f'{name}.saved', folder / f'{name}.js')


def main(folder, name):
    keras.utils.set_random_seed(7)
    random = np.random.default_rng(7)
    # Smooth, as photographs are.
    rows, columns = np.indices((SIDE, SIDE)) / SIDE
    waves = [[np.sin(random.uniform(2, 20) * rows + random.uniform(2, 20) * columns) for _ in range(3)] for _ in range(8)]
    images = (0.5 + 0.5 * np.moveaxis(np.array(waves), 1, -1)).astype('f4')
    model = build(name)
    calibrate(model, images)
    known = write_reference(name, model, images[:IMAGES], folder / f'{name}.reference')
    for form, write in written(name, model, folder):
        try:
            with contextlib.redirect_stdout(sys.stderr):
                answer({'model': name, 'form': form, 'file': str(write()), **known})
        except Exception as reason:  # Converters raise whatever comes.
            answer({'model': name, 'form': form, 'failure': str(reason).strip() or type(reason).__name__})


if sys.argv[1] == 'versions':
    answer({'TensorFlow': tf.__version__, 'Keras': keras.__version__})
elif sys.argv[1] == 'list':
    answer(NAMES)
else:
    main(Path(sys.argv[1]), sys.argv[2])
