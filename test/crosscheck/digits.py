"""The network and the images that all attacks are compared on."""

import os

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

folder = os.path.dirname(os.path.abspath(__file__))
network_file = os.path.join(folder, 'digits.onnx')
images_file = os.path.join(folder, 'digits.bin')

SIDE = 8


def make_network():
    """Two convolutions and a linear layer: pixels [N, 1, 8, 8] in [0, 1] to logits [N, 10]."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 10),
    )


def load_network():
    """The network with the weights of digits.onnx. Raises ValueError where its logits are not those of the file."""
    network = make_network()
    initializers = onnx.load(network_file).graph.initializer
    weights = {value.name: onnx.numpy_helper.to_array(value).copy() for value in initializers}
    network.load_state_dict({name: torch.from_numpy(weights[name]) for name in network.state_dict()})
    network.eval().requires_grad_(False)
    images, _ = load_images()
    session = onnxruntime.InferenceSession(network_file, providers=['CPUExecutionProvider'])
    (logits,) = session.run(None, {'image': images.numpy()})
    error = np.abs(network(images).numpy() - logits).max()
    if not error < 1e-4:
        raise ValueError(f'{network_file}: PyTorch and ONNX Runtime differ by {error}')
    return network


def load_images():
    """Images [N, 1, 8, 8] on the 8-bit grid, and labels [N]."""
    rows = np.fromfile(images_file, np.uint8).reshape(-1, 1 + SIDE * SIDE)
    levels = torch.from_numpy(rows[:, 1:].astype(np.float32)).reshape(-1, 1, SIDE, SIDE)
    return levels / 255, torch.from_numpy(rows[:, 0].astype(np.int64))


def save_images(levels, labels):
    """One row an image: its label, then its 64 gray levels."""
    rows = np.concatenate([labels[:, None], levels.reshape(len(labels), -1)], 1)
    rows.astype(np.uint8).tofile(images_file)
