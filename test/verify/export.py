"""Exports networks for verify.ts, which reads a line of JSON for each file.

export.py versions | export.py list | export.py NAME FOLDER; NAME is a network of zoo.py, or "twins" for all of twins.py.
"""

import platform
import sys

import onnx
import onnxscript
import torch
import torchvision

import twins
import zoo
from exporting import answer, export_all


def main(command, folder=''):
    if command == 'list':
        answer(zoo.names())
    elif command == 'versions':
        modules = {'PyTorch': torch, 'torchvision': torchvision, 'onnx': onnx, 'onnxscript': onnxscript}
        answer({'Python': platform.python_version()} | {name: module.__version__ for name, module in modules.items()})
    elif command == 'twins':
        for name in twins.NETWORKS:
            net, images = twins.make(name)
            export_all(name, net, images, folder, [('torchscript', 17), ('dynamo', None), ('program', None)])
    else:
        net, images = zoo.make(command)
        export_all(command, net, images, folder, zoo.variants_of(command))


if __name__ == '__main__':
    main(*sys.argv[1:])
