"""Exports a network to ONNX, and says what PyTorch has for its logits and gradients."""

import contextlib
import copy
import io
import json
import logging
import os
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)

IMAGES = 2


# Exporters print, some of them from C++: only answers are to leave by standard output.
answers = os.fdopen(os.dup(1), 'w')
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
# Its fused kernel has no form in ONNX that the older exporter knows.
torch.backends.mha.set_fastpath_enabled(False)


def answer(value):
    """A line for verify.ts."""
    print(json.dumps(value), file=answers, flush=True)


def labels_of(classes):
    return [(7 + 300 * index) % classes for index in range(IMAGES)]


def differentiate(net, images, labels):
    """Logits, and the gradient of each image's cross-entropy with channels last: a float64 array for each image."""
    images = images.clone().requires_grad_()
    logits = net(images)
    loss = nn.functional.cross_entropy(logits, torch.tensor(labels), reduction='sum')
    (gradient,) = torch.autograd.grad(loss, images)
    return logits.detach().double().numpy(), gradient.permute(0, 2, 3, 1).double().numpy()


def error(found, right):
    return float(np.abs(found - right).max() / np.abs(right).max())


def cosine(a, b):
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def differentiate_rounded(net, images, labels):
    """In float32 with different rounding: once may agree with float64 by luck, where a ReLU is close to its kink."""
    for is_blocked, noise in ((True, 0), (False, 0), (True, 1e-7), (True, 1e-7), (False, 1e-7), (False, 1e-7)):
        with torch.backends.mkldnn.flags(enabled=is_blocked):
            yield differentiate(net, images + noise * torch.randn_like(images), labels)


def write_reference(net, images, file):
    """Writes images (float32), logits and gradients (float64) one after the other; returns what is to know of them."""
    labels = labels_of(net(images[:1]).shape[1])
    logits, gradients = differentiate(copy.deepcopy(net).double(), images.double(), labels)
    runs = list(differentiate_rounded(net, images, labels))
    with open(file, 'wb') as out:
        out.write(images.permute(0, 2, 3, 1).numpy().astype('<f4').tobytes())
        out.write(logits.astype('<f8').tobytes())
        out.write(gradients.astype('<f8').tobytes())
    return {
        'reference': file,
        'labels': labels,
        'logitsSpread': max(error(run[0], logits) for run in runs),
        'gradientSpread': max(error(run[1], gradients) for run in runs),
        'cosineSpread': max(1 - cosine(*pair) for run in runs for pair in zip(run[1], gradients)),
    }


def export(net, images, file, exporter, opset=None):
    """
    Exports with a batch of any size, or where that does not work of one image.
    Returns the batch, and why it is not any.
    """
    try:
        write(net, images, file, exporter, opset, dynamic=True)
        if exporter == 'program':
            return 'any', ''
        # The exporter may have fixed the batch somewhere inside without a word.
        session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
        session.run(None, {'image': images[:1].numpy()})
        return 'any', ''
    except Exception as reason:  # Exporters raise whatever comes.
        write(net, images[:1], file, exporter, opset, dynamic=False)
        return 1, (str(reason).strip() or type(reason).__name__).splitlines()[0][:160]


def write(net, images, file, exporter, opset, dynamic):
    names = {'input_names': ['image'], 'output_names': ['logits']}
    if exporter == 'program':
        save_program(net, images, file, dynamic)
        return
    if exporter == 'dynamo':
        shapes = ({0: torch.export.Dim('batch')},) if dynamic else None
        options = {'dynamo': True, 'dynamic_shapes': shapes, 'verbose': False}
    else:
        axes = {'image': {0: 'batch'}, 'logits': {0: 'batch'}} if dynamic else None
        options = {'dynamo': False, 'dynamic_axes': axes}
    if opset is not None:
        options['opset_version'] = opset
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
        torch.onnx.export(net, (images,), file, **names, **options)


def save_program(net, images, file, dynamic):
    shapes = ({0: torch.export.Dim('batch')},) if dynamic else None
    torch.export.save(torch.export.export(net, (images,), dynamic_shapes=shapes), file)


def opset_of(file):
    if file.endswith('.pt2'):
        return None
    model = onnx.load(file, load_external_data=False)
    return next(entry.version for entry in model.opset_import if entry.domain in ('', 'ai.onnx'))


def disturb_norms(net, images):
    """
    Gives every batch normalization statistics that are not trivial: those of its own input, so that nothing explodes or
    vanishes, off by a mean of N(0, 0.1) deviations and a variance of U(0.5, 1.5) times.
    """
    def measure(norm, inputs):
        (x,) = inputs
        axes = [axis for axis in range(x.dim()) if axis != 1]
        mean, variance = x.mean(axes), x.var(axes) + 1e-3
        norm.running_mean.copy_(mean + variance.sqrt() * 0.1 * torch.randn_like(mean))
        norm.running_var.copy_(variance * torch.empty_like(mean).uniform_(0.5, 1.5))
        norm.weight.copy_(torch.empty_like(mean).uniform_(0.5, 1.5))
        norm.bias.copy_(0.1 * torch.randn_like(mean))

    norms = [module for module in net.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    with torch.no_grad():
        net(images)
    for hook in hooks:
        hook.remove()


def export_all(name, net, images, folder, variants):
    """Exports one network by every (exporter, opset), and answers a line for each file."""
    common = {'model': name, 'size': list(images.shape[2:]), 'images': len(images)}
    common |= write_reference(net, images, os.path.join(folder, f'{name}.bin'))
    for exporter, opset in variants:
        file = os.path.join(folder, f'{name}.pt2' if exporter == 'program' else f'{name}.{exporter}{opset or ""}.onnx')
        try:
            batch, reason = export(net, images, file, exporter, opset)
        except Exception as failure:
            answer({'model': name, 'exporter': exporter, 'opset': opset, 'failure': f'{failure}'.strip()[:300]})
            continue
        found = {'file': file, 'exporter': exporter, 'opset': opset_of(file), 'batch': batch, 'reason': reason}
        answer(common | found)
