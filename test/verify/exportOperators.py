"""Writes test/fixtures/exported/operators: a network of operators that few networks have, and what PyTorch answers.

.cache/torch/bin/python -B test/verify/exportOperators.py   (npm run verify makes that environment)
"""

import json
import os

import torch
from torch import nn
from torch.nn import functional as F

from exportPrograms import BATCH, FOLDER, save, written


class Operators(nn.Module):
    """Takes images of 6 × 6 pixels; all that is computed is in the logits."""

    def __init__(self):
        super().__init__()
        self.spread = nn.Parameter(torch.randn(5, 3, 2))
        self.looks = nn.Parameter(torch.tensor([[[0.9, 0.2, 0.1], [-0.3, 1.1, 0.05]]]))
        self.classify = nn.Linear(248, 12)

    def forward(self, image):
        rows = image.mean(3)
        flat = image.flatten(1)
        parts = [
            rows.sort(-1, descending=True)[0],
            rows.median(2)[0],
            rows.median(1, keepdim=True)[0],
            rows.kthvalue(2, 2)[0],
            rows.argsort(-1) * rows,
            torch.nan_to_num(torch.log(rows[:, 0] - 0.45), nan=0.25, neginf=-1.0),
            F.one_hot((2.9 * rows[:, 1].abs()).clamp(max=2).long(), 3) * rows[:, 1, :, None],
            rows.diff(dim=2),
            rows.diff(n=2, dim=1),
            torch.diagonal(image, 1, 2, 3),
            torch.diagonal(image, -2, 2, 3),
            rows[:, 0].unfold(1, 3, 2),
            F.fold(F.unfold(image, 3, stride=3, padding=0), (6, 6), 3, stride=3)[:, :, 2],
            F.unfold(image, (2, 3), padding=1, stride=(4, 3), dilation=(1, 2)).mean(2),
            F.grid_sample(image, F.affine_grid(self.looks.expand(image.shape[0], 2, 3), image.shape, False), align_corners=False)[:, :, 1],
            F.grid_sample(image, F.affine_grid(self.looks.expand(image.shape[0], 2, 3), image.shape, True), padding_mode='border', align_corners=True)[:, :, 4],
            torch.zeros_like(rows[:, 0]).scatter(1, rows[:, 1].argsort(1), rows[:, 2]),
            torch.ones_like(rows[:, 0]).scatter_add(1, rows[:, 1].argsort(1) // 2, rows[:, 2]),
            rows[:, 0].repeat_interleave(2, dim=1),
            torch.asinh(rows[:, 0]) + torch.exp2(rows[:, 1]) * torch.erfc(rows[:, 2]) + torch.frac(3 * rows[:, 1]),
            torch.where(torch.isfinite(1 / (rows[:, 1] - rows[:, 1])), rows[:, 1], torch.trunc(4 * rows[:, 0]) * rows[:, 2]),
            F.bilinear(rows[:, :, 0], rows[:, 0, :2], self.spread) + sum(torch.aminmax(rows[:, 1], dim=1))[:, None],
            F.rrelu(flat - 0.5)[:, :9],
        ]
        return self.classify(torch.cat([part.flatten(1) for part in parts], 1))


def main():
    os.makedirs(os.path.join(FOLDER, 'operators'), exist_ok=True)
    torch.manual_seed(3)
    net = Operators().eval()
    images = torch.rand(3, 3, 6, 6)
    save(written(torch.export.export(net, (images,), dynamic_shapes=BATCH)), 'operators/program')
    net, images, labels = net.double(), images.double().requires_grad_(), torch.tensor([0, 5, 9])
    logits = net(images)
    (gradient,) = torch.autograd.grad(F.cross_entropy(logits, labels, reduction='sum'), images)
    listed = lambda tensor: [float(f'{number:.7g}') for number in tensor.flatten().tolist()]
    answers = {
        'images': [listed(image.detach().permute(1, 2, 0)) for image in images],
        'labels': labels.tolist(),
        'logits': [listed(row) for row in logits.detach()],
        'gradients': [listed(row.permute(1, 2, 0)) for row in gradient],
    }
    with open(os.path.join(FOLDER, 'operators', 'answers.json'), 'w') as file:
        file.write(json.dumps(answers) + '\n')


if __name__ == '__main__':
    main()
