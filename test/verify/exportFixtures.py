"""Writes test/fixtures/onnx: small networks as PyTorch exports them, with their gradients in float64.

.cache/torch/bin/python -B test/verify/exportFixtures.py   (npm run verify makes that environment)
"""

import os

import onnx

import twins
from exporting import export, write, write_reference

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fixtures', 'onnx')
NETWORKS = [
    'vision_transformer', 'windows', 'convnext', 'inverted_residual', 'squeeze_excite_hard', 'channel_shuffle', 'inception',
]
FIXED = ['vision_transformer', 'inverted_residual']


def strip(file):
    """Takes out notes for debugging and long names, which are larger than the network, and name folders of this machine."""
    model = onnx.load(file)
    short = {name: name for name in ('', 'image', 'logits')}
    for node in model.graph.node:
        node.name = ''
        for values in (node.input, node.output):
            values[:] = [short.setdefault(value, f'v{len(short)}') for value in values]
    for initializer in model.graph.initializer:
        initializer.name = short[initializer.name]
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer):
        part.ClearField('metadata_props')
        part.ClearField('doc_string')
    model.graph.ClearField('value_info')
    onnx.save(model, file)
    if os.path.exists(f'{file}.data'):
        os.remove(f'{file}.data')


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for name in NETWORKS:
        net, images = twins.make(name)
        write_reference(net, images, os.path.join(FOLDER, f'{name}.bin'))
        for exporter, opset in (('torchscript', 17), ('dynamo', None)):
            file = os.path.join(FOLDER, f'{name}.{exporter}.onnx')
            batch, reason = export(net, images, file, exporter, opset)
            if batch != 'any':
                raise ValueError(f'{file}: {reason}')
            strip(file)
            if name in FIXED:
                file = os.path.join(FOLDER, f'{name}.{exporter}.one.onnx')
                write(net, images[:1], file, exporter, opset, dynamic=False)
                strip(file)


if __name__ == '__main__':
    main()
