"""Networks of torchvision and timm with random weights whose logits neither explode nor vanish."""

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

from exporting import IMAGES, disturb_norms

# Inception normalizes by itself, and its weights are those of its layers: drawing them from a truncated normal takes long.
BARE = {'aux_logits': False, 'init_weights': False}
NETWORKS = {
    'resnet18': (models.resnet18, {}),
    'resnet50': (models.resnet50, {}),
    'vgg11': (models.vgg11, {}),
    'densenet121': (models.densenet121, {}),
    'squeezenet1_1': (models.squeezenet1_1, {}),
    'mobilenet_v2': (models.mobilenet_v2, {}),
    'mobilenet_v3_small': (models.mobilenet_v3_small, {}),
    'mobilenet_v3_large': (models.mobilenet_v3_large, {}),
    'efficientnet_b0': (models.efficientnet_b0, {}),
    'regnet_y_400mf': (models.regnet_y_400mf, {}),
    'shufflenet_v2_x1_0': (models.shufflenet_v2_x1_0, {}),
    'googlenet': (models.googlenet, BARE),
    'inception_v3': (models.inception_v3, BARE),
    'convnext_tiny': (models.convnext_tiny, {}),
    'swin_t': (models.swin_t, {}),
    'vit_b_16': (models.vit_b_16, {}),
}
# Only as exported programs: families that torchvision does not have.
TIMM = {
    'beit_base_patch16_224', 'convnextv2_atto', 'deit_tiny_patch16_224', 'eca_nfnet_l0', 'edgenext_xx_small',
    'efficientformerv2_s0', 'fastvit_t8', 'ghostnet_100', 'levit_128s', 'mixer_s32_224', 'mobilenetv4_conv_small',
    'mobilevit_xxs', 'poolformer_s12', 'repvit_m0_9', 'resnetv2_50', 'tiny_vit_5m_224', 'xcit_nano_12_p8_224',
}
SIDES = {'inception_v3': 299}
# Older versions of the standard have other forms of some operators; a few networks suffice to meet them.
OLD = {
    11: ('resnet18', 'mobilenet_v3_small', 'shufflenet_v2_x1_0', 'googlenet'),
    13: ('efficientnet_b0', 'densenet121', 'swin_t'),
}


# In a deep network rounding always switches some ReLU; with smooth functions in their place, all else is compared sharply.
SMOOTH = '_smooth'
SMOOTHED = ('resnet50', 'vgg11', 'densenet121', 'mobilenet_v2', 'shufflenet_v2_x1_0', 'inception_v3')


def names():
    return [*NETWORKS, *sorted(TIMM), *(name + SMOOTH for name in SMOOTHED)]


def replace_kinks():
    """In this process, of which each network has one of its own."""
    def average(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode)

    F.relu = F.hardtanh = F.hardswish = lambda x, *_, **__: F.silu(x)
    F.hardsigmoid = lambda x, *_, **__: torch.sigmoid(x)
    F.max_pool2d = average


def variants_of(name):
    if name.endswith(SMOOTH):
        return [('dynamo', None), ('program', None)]
    if name in TIMM:
        return [('program', None)]
    old = [('torchscript', opset) for opset, names in OLD.items() if name in names]
    return [*old, ('torchscript', 17), ('dynamo', None), ('program', None)]


def build(name):
    if name in TIMM:
        # An environment that was made for an older list of packages may lack it.
        import timm
        return timm.create_model(name, pretrained=False)
    builder, options = NETWORKS[name]
    return builder(**options)


def make(name):
    """The network in evaluation mode, and images for it."""
    torch.manual_seed(sum(name.encode()))
    if name.endswith(SMOOTH):
        replace_kinks()
    net = build(name.removesuffix(SMOOTH)).eval()
    side = SIDES.get(name, 224)
    images = torch.rand(IMAGES, 3, side, side)
    with torch.no_grad():
        for parameter_name, parameter in net.named_parameters():
            # Of ConvNeXt and others: it starts at 1e-6, with which its blocks would do nothing.
            if parameter_name.endswith(('layer_scale', 'gamma', 'ls1', 'ls2')):
                parameter.uniform_(0.1, 0.5)
        last = next(module for module in reversed(list(net.modules())) if isinstance(module, (nn.Linear, nn.Conv2d)))
        # Of ViT: it starts at 0.
        last.weight.normal_(0, 0.02)
        disturb_norms(net, images)
        last.weight.mul_(2 / net(images).std())
    return net, images
