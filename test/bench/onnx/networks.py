"""
The networks of the bench, and their export: networks.py FOLDER writes NAME.onnx, NAME.pt2, NAME.pt, NAME.bin, and
NAME.json.
"""

import contextlib
import io
import json
import os
import sys

import torch
import torchvision
from torch import nn

IMAGES = 16


def resnet18():
    """For images of 32 × 32 pixels (He et al. 2016): without the stem's stride and pooling."""
    net = torchvision.models.resnet18(num_classes=10)
    net.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    net.maxpool = nn.Identity()
    return net


NETWORKS = {
    'ResNet-18': (resnet18, 32),
    'MobileNetV2': (torchvision.models.mobilenet_v2, 224),
    'ResNet-50': (torchvision.models.resnet50, 224),
}


def load(name, folder):
    """A network as it was exported, and its images with the labels that it gives them."""
    builder, side = NETWORKS[name]
    net = builder().eval()
    net.load_state_dict(torch.load(os.path.join(folder, f'{name}.pt'), weights_only=True))
    images = torch.from_file(os.path.join(folder, f'{name}.bin'), size=IMAGES * side * side * 3)
    with open(os.path.join(folder, f'{name}.json'), encoding='utf-8') as file:
        labels = torch.tensor(json.load(file)['labels'])
    return net, images.reshape(IMAGES, side, side, 3).permute(0, 3, 1, 2).contiguous(), labels


def export(name, folder):
    builder, side = NETWORKS[name]
    torch.manual_seed(1)
    net = builder()
    # Blurred, as photographs are: to a random network all noise looks alike.
    coarse = torch.rand(IMAGES, 3, 8, 8)
    images = nn.functional.interpolate(coarse, side, mode='bicubic').clamp(0, 1)
    give_statistics(net, images)
    with torch.no_grad():
        logits = net(images)
    path = os.path.join(folder, name)
    example, shapes = (images[:2],), ({0: torch.export.Dim('batch')},)
    torch.save(net.state_dict(), f'{path}.pt')
    images.permute(0, 2, 3, 1).contiguous().numpy().tofile(f'{path}.bin')
    with contextlib.redirect_stdout(io.StringIO()):
        torch.onnx.export(
            net,
            example,
            f'{path}.onnx',
            input_names=['image'],
            output_names=['logits'],
            dynamic_shapes=shapes,
            external_data=False,
            verbose=False,
        )
    torch.export.save(torch.export.export(net, example, dynamic_shapes=shapes), f'{path}.pt2')
    with open(f'{path}.json', 'w', encoding='utf-8') as file:
        json.dump({'side': side, 'labels': logits.argmax(1).tolist(), 'logits': logits.tolist()}, file)


def give_statistics(net, images):
    """Batch normalization with the statistics of its input, so that values neither explode nor vanish with depth."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1
    with torch.no_grad():
        net.train()(images)
    net.eval()


if __name__ == '__main__':
    for network in NETWORKS:
        export(network, sys.argv[1])
