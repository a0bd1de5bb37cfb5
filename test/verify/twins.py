"""Tiny smooth networks, each with what an exporter may write of one kind of layer: their gradients have no kinks to miss."""

import torch
from torch import nn
from torch.nn import functional as F

from exporting import IMAGES, disturb_norms

SIDE = 12
CLASSES = 5
WIDTH = 8


class Apply(nn.Module):
    """A function as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.branch = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.branch(x)


class Scaled(nn.Module):
    """Squeeze and excitation: channels times a number that is computed from their means."""

    def __init__(self, inner, outer):
        super().__init__()
        self.squeeze = nn.Conv2d(WIDTH, 4, 1)
        self.excite = nn.Conv2d(4, WIDTH, 1)
        self.inner, self.outer = inner, outer

    def forward(self, x):
        mean = F.adaptive_avg_pool2d(x, 1)
        return x * self.outer(self.excite(self.inner(self.squeeze(mean))))


class Branches(nn.Module):
    """Inception: branches, and their channels one after the other."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Shuffle(nn.Module):
    """ShuffleNet: half of the channels goes through a branch, then the halves are interleaved."""

    def __init__(self, branch):
        super().__init__()
        self.branch = branch

    def forward(self, x):
        first, second = x.chunk(2, dim=1)
        joined = torch.cat([first, self.branch(second)], 1)
        batch, channels, height, width = joined.shape
        return joined.view(batch, 2, channels // 2, height, width).transpose(1, 2).reshape(joined.shape)


class ConvNextBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(WIDTH, WIDTH, 7, padding=3, groups=WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.widen = nn.Linear(WIDTH, 2 * WIDTH)
        self.narrow = nn.Linear(2 * WIDTH, WIDTH)
        self.scale = nn.Parameter(torch.full((WIDTH, 1, 1), 0.5))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + self.scale * self.narrow(F.gelu(self.widen(y))).permute(0, 3, 1, 2)


class VisionTransformer(nn.Module):
    """Patches, a class token, positions, and blocks of attention."""

    def __init__(self, patch=4):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, patch, stride=patch)
        self.token = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.positions = nn.Parameter(torch.randn(1, (SIDE // patch) ** 2 + 1, WIDTH))
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH) for _ in range(2)])
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x):
        x = self.patches(x)
        batch, channels = x.shape[:2]
        x = x.reshape(batch, channels, -1).permute(0, 2, 1)
        x = torch.cat([self.token.expand(batch, -1, -1), x], 1) + self.positions
        y = self.norms[0](x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        x = x + self.mlp(self.norms[1](x))
        return self.head(x[:, 0])


class Windows(nn.Module):
    """Swin: attention within shifted windows, with a mask and a bias of relative positions."""

    def __init__(self, window=3, shift=1):
        super().__init__()
        self.window, self.shift = window, shift
        area = window * window
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.bias = nn.Parameter(0.5 * torch.randn((2 * window - 1) ** 2, 2))
        places = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing='ij')).flatten(1)
        relative = (places[:, :, None] - places[:, None, :]).permute(1, 2, 0) + window - 1
        self.register_buffer('index', (relative[..., 0] * (2 * window - 1) + relative[..., 1]).flatten())
        self.area = area

    def forward(self, x):
        batch, channels, height, width = x.shape
        w = self.window
        x = torch.roll(x.permute(0, 2, 3, 1), (-self.shift, -self.shift), (1, 2))
        x = x.view(batch, height // w, w, width // w, w, channels).permute(0, 1, 3, 2, 4, 5)
        x = x.reshape(-1, self.area, channels)
        qkv = self.qkv(x).reshape(x.shape[0], self.area, 3, 2, channels // 2).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        q = q * (channels // 2) ** -0.5
        scores = q @ k.transpose(-2, -1)
        scores = scores + self.bias[self.index].view(self.area, self.area, -1).permute(2, 0, 1).unsqueeze(0)
        mask = x.new_zeros((height, width))
        count = 0
        for rows in ((0, -w), (-w, -self.shift), (-self.shift, None)):
            for columns in ((0, -w), (-w, -self.shift), (-self.shift, None)):
                mask[rows[0]:rows[1], columns[0]:columns[1]] = count
                count += 1
        mask = mask.view(height // w, w, width // w, w).permute(0, 2, 1, 3).reshape(-1, self.area)
        mask = mask.unsqueeze(1) - mask.unsqueeze(2)
        mask = mask.masked_fill(mask != 0, -100.0).masked_fill(mask == 0, 0.0)
        windows = mask.shape[0]
        scores = scores.view(x.shape[0] // windows, windows, 2, self.area, self.area) + mask.unsqueeze(1).unsqueeze(0)
        scores = F.softmax(scores.view(-1, 2, self.area, self.area), dim=-1)
        x = self.out((scores @ v).transpose(1, 2).reshape(x.shape[0], self.area, channels))
        x = x.view(batch, height // w, width // w, w, w, channels).permute(0, 1, 3, 2, 4, 5)
        x = x.reshape(batch, height, width, channels)
        return torch.roll(x, (self.shift, self.shift), (1, 2)).permute(0, 3, 1, 2)


class Einsum(nn.Module):
    """Attention among places, written as sums over indices."""

    def __init__(self):
        super().__init__()
        self.q = nn.Conv2d(WIDTH, WIDTH, 1)
        self.k = nn.Conv2d(WIDTH, WIDTH, 1)

    def forward(self, x):
        q, k = self.q(x), self.k(x)
        scores = torch.einsum('bchw,bcij->bhwij', q, k) / WIDTH
        return torch.einsum('bhwij,bcij->bchw', scores.flatten(3).softmax(-1).view(scores.shape), x)


class Dot(nn.Module):
    """PyTorch's own attention over places."""

    def forward(self, x):
        batch, channels, height, width = x.shape
        places = x.view(batch, 2, channels // 2, height * width).transpose(2, 3)
        mixed = F.scaled_dot_product_attention(places, places, places)
        return mixed.transpose(2, 3).reshape(batch, channels, height, width)


def conv(inner=3, outer=WIDTH, kernel=3, **options):
    return nn.Conv2d(inner, outer, kernel, **({'padding': kernel // 2} | options))


def head(channels=WIDTH):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


def around(*layers, channels=WIDTH):
    """The layers between a convolution with a smooth activation, and a classifier that sees every channel bent."""
    return lambda: nn.Sequential(conv(), nn.Tanh(), *(layer() for layer in layers), nn.SiLU(), *head(channels))


def function(apply, channels=WIDTH):
    return around(lambda: Apply(apply), channels=channels)


def activated(layer):
    return lambda: nn.Sequential(conv(), layer(), conv(WIDTH), layer(), *head())


ACTIVATIONS = {
    'softplus': nn.Softplus, 'gelu': nn.GELU, 'gelu_tanh': lambda: nn.GELU(approximate='tanh'), 'tanh': nn.Tanh,
    'silu': nn.SiLU, 'sigmoid': nn.Sigmoid, 'mish': nn.Mish, 'elu': nn.ELU, 'selu': nn.SELU,
    'celu': lambda: nn.CELU(alpha=0.7), 'softsign': nn.Softsign, 'logsigmoid': nn.LogSigmoid,
    'tanhshrink': nn.Tanhshrink, 'hardswish': nn.Hardswish, 'leaky_relu': nn.LeakyReLU, 'prelu': nn.PReLU,
}

NETWORKS = {
    **{name: activated(act) for name, act in ACTIVATIONS.items()},

    'batch_norm': around(lambda: nn.BatchNorm2d(WIDTH), lambda: conv(WIDTH), lambda: nn.BatchNorm2d(WIDTH)),
    'layer_norm': around(lambda: nn.LayerNorm([WIDTH, SIDE, SIDE])),
    'group_norm': around(lambda: nn.GroupNorm(2, WIDTH)),
    'instance_norm': around(lambda: nn.InstanceNorm2d(WIDTH, affine=True)),
    'rms_norm': around(lambda: nn.RMSNorm([SIDE])),
    'local_response': around(lambda: nn.LocalResponseNorm(3, alpha=0.5)),
    'l2_normalize': function(lambda x: 3 * F.normalize(x, dim=1)),

    'conv_grouped': around(lambda: conv(WIDTH, groups=2)),
    'conv_depthwise': around(lambda: conv(WIDTH, 2 * WIDTH, groups=WIDTH), channels=2 * WIDTH),
    'conv_dilated': around(lambda: conv(WIDTH, dilation=2)),
    'conv_strided': around(lambda: conv(WIDTH, stride=2), lambda: conv(WIDTH, kernel=5, stride=3)),
    'conv_uneven': around(lambda: nn.Conv2d(WIDTH, WIDTH, (1, 5), stride=(2, 1), padding=(0, 1), dilation=(1, 2))),
    'conv_same': around(lambda: nn.Conv2d(WIDTH, WIDTH, 4, padding='same')),
    'conv_circular': around(lambda: conv(WIDTH, padding_mode='circular')),
    'conv_transposed': around(lambda: nn.ConvTranspose2d(WIDTH, WIDTH, 3, stride=2, padding=1, output_padding=1)),
    'conv_transposed_grouped': around(lambda: nn.ConvTranspose2d(WIDTH, WIDTH, 4, stride=3, groups=2, dilation=2)),

    'average_pool': around(lambda: nn.AvgPool2d(3, 2, 1), lambda: conv(WIDTH)),
    'average_pool_within': around(lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False)),
    'average_pool_ceil': around(lambda: nn.AvgPool2d(3, 2, ceil_mode=True)),
    'adaptive_pool': around(lambda: nn.AdaptiveAvgPool2d((4, 3)), lambda: conv(WIDTH)),
    'max_pool': around(lambda: nn.MaxPool2d(3, 2, 1)),
    'lp_pool': function(lambda x: F.lp_pool2d(x + 2, 2, 2)),

    'squeeze_excite': around(lambda: Scaled(nn.SiLU(), nn.Sigmoid())),
    'squeeze_excite_hard': around(lambda: nn.Hardswish(), lambda: Scaled(nn.ReLU(), nn.Hardsigmoid())),
    'inverted_residual': around(lambda: Residual(
        conv(WIDTH, 16, 1), nn.BatchNorm2d(16), nn.SiLU(), conv(16, 16, groups=16), nn.BatchNorm2d(16), nn.SiLU(),
        conv(16, WIDTH, 1), nn.BatchNorm2d(WIDTH))),
    'channel_shuffle': around(lambda: Shuffle(conv(4, 4)), lambda: Shuffle(nn.Sequential(conv(4, 4), nn.Tanh()))),
    'inception': around(lambda: Branches(
        conv(WIDTH, 2, 1), nn.Sequential(conv(WIDTH, 4, 1), nn.SiLU(), conv(4, 3)),
        nn.Sequential(nn.AvgPool2d(3, 1, 1), conv(WIDTH, 3, 1)))),
    'dense': around(lambda: Branches(nn.Identity(), nn.Sequential(nn.BatchNorm2d(WIDTH), nn.SiLU(), conv(WIDTH))),
                    channels=2 * WIDTH),
    'convnext': around(ConvNextBlock),
    'vision_transformer': VisionTransformer,
    'windows': around(Windows),
    'einsum': around(Einsum),
    'dot_product': around(Dot),

    'pixel_shuffle': around(lambda: nn.PixelShuffle(2), channels=WIDTH // 4),
    'pixel_unshuffle': around(lambda: nn.PixelUnshuffle(2), channels=4 * WIDTH),
    'resize_nearest': around(lambda: nn.Upsample(scale_factor=2), lambda: conv(WIDTH)),
    'resize_bilinear': around(lambda: nn.Upsample(size=(17, 20), mode='bilinear'), lambda: conv(WIDTH)),
    'resize_corners': around(lambda: nn.Upsample(size=19, mode='bilinear', align_corners=True), lambda: conv(WIDTH)),
    'resize_bicubic': around(lambda: nn.Upsample(scale_factor=1.5, mode='bicubic'), lambda: conv(WIDTH)),
    'resize_down': around(lambda: nn.Upsample(size=5, mode='bilinear'), lambda: conv(WIDTH)),
    'pad_constant': around(lambda: nn.ConstantPad2d((1, 2, 0, 3), 0.5), lambda: conv(WIDTH)),
    'pad_cropping': around(lambda: nn.ConstantPad2d((-1, 2, -2, 0), 0.5), lambda: conv(WIDTH)),
    'pad_reflect': around(lambda: nn.ReflectionPad2d((1, 2, 3, 4)), lambda: conv(WIDTH)),
    'pad_replicate': around(lambda: nn.ReplicationPad2d((1, 2, 3, 4)), lambda: conv(WIDTH)),
    'pad_circular': around(lambda: nn.CircularPad2d((1, 2, 3, 4)), lambda: conv(WIDTH)),

    'slices': function(lambda x: x[:, :, 1:-1:2, ::3] * x[:, ::1, 2::2, 1::3]),
    'flip': function(lambda x: x * x.flip(2) + x.flip((2, 3))),
    'roll': function(lambda x: x * x.roll((1, -2), (2, 3))),
    'split': function(lambda x: torch.cat([part * (i + 1) for i, part in enumerate(x.split([3, 1, 4], 1))], 1)),
    'stack': function(lambda x: torch.stack([x, x * x, x.sin()], 2).prod(2)),
    'select': function(lambda x: x[:, [0, 3, 3, 1, 7, 2, 2, 5]] * x[:, :1]),
    'expand': function(lambda x: x + x[:, :1].expand(-1, WIDTH, -1, -1).repeat(1, 1, 1, 1) * x.mean((2, 3), True)),
    'tile': function(lambda x: x.repeat(1, 2, 1, 2), channels=2 * WIDTH),
    'permute': function(lambda x: x.permute(0, 1, 3, 2) * x),
    'unflatten': function(lambda x: x.unflatten(1, (2, 4)).mean(1).repeat_interleave(2, 1)),
    'triangle': function(lambda x: x.tril(1) + 2 * x.triu(2)),

    'variance': function(lambda x: x * x.var((2, 3), keepdim=True) + x.std(1, keepdim=True)),
    'log_sum_exp': function(lambda x: x * x.logsumexp(1, keepdim=True)),
    'norms': function(lambda x: x * (x.norm(dim=1, keepdim=True) + x.abs().sum(2, keepdim=True))),
    'extremes': function(lambda x: x * x.amax(1, keepdim=True) - x.amin((2, 3), keepdim=True)),
    'softmax': function(lambda x: 5 * x.softmax(1) + x.log_softmax(2)),
    'powers': function(lambda x: (x * x + 1).pow(1.5) / (x + 2).sqrt() + (x + 3).rsqrt() + x.pow(3)),
    'exponentials': function(lambda x: (x.exp() + 1).log() + (x + 2).log1p() + (x + 2).log2()),
    'waves': function(lambda x: x.sin() * x.cos() + x.atan() + x.tan() / 4),
    'erf': function(lambda x: x.erf() * x.reciprocal().neg().mul(x).abs()),
    'choice': function(lambda x: torch.where(x > 0.1, x * x, x.cos()) + torch.maximum(x, x.cos() - 1)),
    'clamp': function(lambda x: x.clamp(-0.3, 0.4) + F.relu6(3 * x)),
    'remainder': function(lambda x: x.fmod(0.7) + x.floor()),
    'interpolated': function(lambda x: torch.lerp(x, x.sin(), 0.3) + torch.addcmul(x, x, x, value=0.5)),
    'batch_matmul': function(lambda x: x @ x.transpose(2, 3) / SIDE),
    'cumulative': function(lambda x: x.cumsum(2) / SIDE),
    'bilinear_pool': lambda: nn.Sequential(
        conv(), nn.Tanh(), nn.Flatten(2), Apply(lambda x: torch.bmm(x, x.transpose(1, 2)) / SIDE), nn.Flatten(),
        nn.Linear(WIDTH * WIDTH, CLASSES)),
}


def make(name, images=IMAGES):
    """The network in evaluation mode, and images for it."""
    torch.manual_seed(sum(name.encode()))
    net = NETWORKS[name]().eval()
    batch = torch.rand(images, 3, SIDE, SIDE)
    disturb_norms(net, batch)
    return net, batch
