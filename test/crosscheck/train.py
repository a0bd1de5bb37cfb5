"""
Trains the network on scikit-learn's digits and exports it. Run once: other versions of PyTorch train other weights, and
all results are those of the files that are committed.

The data are the test set of the UCI ML hand-written digits (Alpaydin & Kaynak 1998, CC BY 4.0), 1797 images that ship
with scikit-learn.
"""

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

import digits

TRAINING = 1397
EPOCHS = 60
COUNT = 200

data = load_digits()
# 17 gray levels become 8-bit ones, so that images are what a PNG holds.
levels = np.round(data.images * (255 / 16)).astype(np.uint8)
order = np.random.default_rng(0).permutation(len(levels))
levels, labels = levels[order], data.target[order]
x = torch.from_numpy(levels.astype(np.float32))[:, None] / 255
y = torch.from_numpy(labels)

torch.manual_seed(0)
network = digits.make_network()
optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.1)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
for _ in range(EPOCHS):
    for batch in torch.randperm(TRAINING).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x[batch]), y[batch], label_smoothing=0.05).backward()
        optimizer.step()
    schedule.step()

network.eval()
right = (network(x[TRAINING:]).argmax(1) == y[TRAINING:]).numpy()
print(f'{right.mean():.2%} of {len(right)} held-out images are right')
chosen = TRAINING + np.flatnonzero(right)[:COUNT]
digits.save_images(levels[chosen], labels[chosen])
torch.onnx.export(
    network,
    (x[:2],),
    digits.network_file,
    input_names=['image'],
    output_names=['logits'],
    opset_version=17,
    dynamo=False,
    dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}},
)
digits.load_network()
