"""
Attacks of Foolbox, torchattacks and ART on the committed network and images: what each comes to, an example at a time.

    peers.py [NAME...]     only attacks whose name begins with one of these

Success is judged here, by the network in float32 on the pixels that the attack returned: where the prediction is what
was asked for, and in a fixed budget, where the pixels keep it. Distances are summed in float64. With a target, that is
the class after the label, which is what torchattacks' JSMA takes by itself.
"""

import json
import logging
import os
import random
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import isfunction

import numpy as np
import torch

import digits

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)

import art  # noqa: E402
import art.attacks.evasion as art_attacks  # noqa: E402
import foolbox  # noqa: E402
import foolbox.attacks as foolbox_attacks  # noqa: E402
import torchattacks  # noqa: E402
from art.estimators.classification import PyTorchClassifier  # noqa: E402
from foolbox.attacks import mi_fgsm as foolbox_momentum  # noqa: E402

torch.set_num_threads(1)
network = digits.load_network()
points = 0


def count(_, arguments, __):
    global points
    points += len(arguments[0])


network.register_forward_hook(count)
images, labels = digits.load_images()
targets = (labels + 1) % 10
# float32 misses a budget by rounding: so much for the norm of all values of an image.
TOLERANCE = {'linf': 1e-6, 'l2': 8e-6, 'l1': 64e-6, 'l0': 0}
versions = {'foolbox': foolbox.__version__, 'torchattacks': torchattacks.__version__, 'art': art.__version__}

for_foolbox = foolbox.PyTorchModel(network, bounds=(0, 1))


class Single(torch.nn.Module):
    """In float32, which ART's HopSkipJump leaves; and as a whole: of a sequence ART calls the parts, which nobody counts."""

    def __init__(self):
        super().__init__()
        self.network = network

    def forward(self, values):
        return self.network(values.float())


for_art = PyTorchClassifier(
    Single(), loss=torch.nn.CrossEntropyLoss(), input_shape=(1, 8, 8), nb_classes=10, clip_values=(0, 1)
)


def norms_of(change):
    change = change.double().flatten(1)
    return {
        'linf': change.abs().amax(1),
        'l2': change.square().sum(1).sqrt(),
        'l1': change.abs().sum(1),
        'l0': (change != 0).sum(1).double(),
    }


def seed(number):
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


def call_text(attack, arguments):
    def text(value):
        if value is NOISE:
            return 'NOISE'
        return f'{value:g}' if isinstance(value, float) else str(value)

    shown = ', '.join(f'{name}={text(value)}' for name, value in arguments.items())
    return f'{attack.__name__}({shown})'


@dataclass
class Peer:
    """One attack of a library: how it is called at a budget, and its adversarial images."""

    library: str
    call: Callable
    run: Callable
    # Runs that differ in their random numbers. That with the median number of successes counts: one may be lucky.
    seeds: int = 1
    # Points that an attack without gradients asks about for each image: at most so many, or as many as were counted.
    queries: int | str | None = None


def asking(peer, queries='counted'):
    """An attack without gradients, on its own random numbers."""
    return replace(peer, queries=queries, seeds=5)


def in_foolbox(attack, **arguments):
    def run(epsilon, targeted):
        criteria = foolbox.criteria
        wanted = criteria.TargetedMisclassification(targets) if targeted else criteria.Misclassification(labels)
        found, _, _ = attack(**at(arguments, epsilon))(for_foolbox, images, wanted, epsilons=epsilon)
        return found

    return Peer('foolbox', lambda epsilon: call_text(attack, at(arguments, epsilon)), run)


def in_torchattacks(attack, seeds=1, **arguments):
    def run(epsilon, targeted):
        made = attack(network, **at(arguments, epsilon))
        if getattr(made, 'seed', None) is not None:
            made.seed = torch.initial_seed()
        # JSMA has no other mode than towards the class after the label.
        if not targeted or attack is torchattacks.JSMA:
            return made(images, labels)
        made.set_mode_targeted_by_label(quiet=True)
        return made(images, targets)

    return Peer('torchattacks', lambda epsilon: call_text(attack, at(arguments, epsilon)), run, seeds)


def in_art(attack, seeds=1, **arguments):
    def run(epsilon, targeted):
        options = {'targeted': targeted, 'batch_size': len(images), 'verbose': False}
        known = {name: value for name, value in options.items() if name in attack.attack_params}
        made = attack(for_art, **at(arguments, epsilon), **known)
        wanted = (targets if targeted else labels).numpy()
        return torch.from_numpy(made.generate(images.numpy(), np.eye(10, dtype=np.float32)[wanted]))

    return Peer('art', lambda epsilon: call_text(attack, at(arguments, epsilon)), run, seeds)


def from_image_and_at_random(attack_in, attack, switch, **arguments):
    """The attack from the image, and where that fails from a random point, as ours with two starting points."""
    name, values = switch
    first, second = (attack_in(attack, **arguments, **{name: value}) for value in values)

    def run(epsilon, targeted):
        from_image, at_random = first.run(epsilon, targeted), second.run(epsilon, targeted)
        is_done = network(from_image).argmax(1) != labels
        return torch.where(is_done[:, None, None, None], from_image, at_random)

    return Peer(first.library, lambda epsilon: f'{first.call(epsilon)}, then with {name}={values[1]}', run, 5)


def fab_in_l1(**arguments):
    """At its end torchattacks' FAB raises UnboundLocalError in l1, over the size of the change: its core is called."""

    def run(_, targeted):
        return torchattacks.FAB(network, norm='L1', eps=1e10, **arguments).attack_single_run(images, labels)

    return Peer('torchattacks', lambda _: call_text(torchattacks.FAB, {'norm': 'L1', **arguments}), run)


def at(arguments, epsilon):
    """Arguments may depend on the budget."""
    return {name: value(epsilon) if isfunction(value) else value for name, value in arguments.items()}


def itself(epsilon):
    return epsilon


def step_size(epsilon):
    return 2.5 * epsilon / STEPS


LINF = [0.075, 0.1, 0.13]
L2 = [0.4, 0.55, 0.75]
L1 = [1.5, 2.0, 3.0]
STEPS = 20
# Steps of attacks that look for the nearest success.
MINIMUM = 100
STEPPING = {'steps': STEPS, 'abs_stepsize': step_size}
ITERATIVE = {**STEPPING, 'random_start': False}
ITERATIVE_TA = {'eps': itself, 'alpha': step_size, 'steps': STEPS}
ITERATIVE_ART = {'eps': itself, 'eps_step': step_size, 'max_iter': STEPS}
APGD_ART = {'eps': itself, 'eps_step': lambda epsilon: 2 * epsilon, 'max_iter': STEPS, 'nb_random_init': 1, 'seeds': 5}
# How to start from the image, and at random.
RANDOM_START = ('random_start', (False, True))
RANDOM_INIT = ('num_random_init', (0, 1))
SEARCH = {'binary_search_steps': 6, 'steps': 100, 'stepsize': 0.05, 'initial_const': 0.1, 'abort_early': True}
ELASTIC = {'binary_search_steps': 6, 'initial_const': 0.1, 'decision_rule': 'L1'}

fa, ta, aa = foolbox_attacks, torchattacks, art_attacks
# Where Foolbox's attacks on predictions start; by itself it asks about thousands of points for that.
NOISE = fa.LinearSearchBlendedUniformNoiseAttack(directions=100, steps=50)
QUERIES = 1000


def squares(norm, number):
    """AutoAttack's Square, which torchattacks has, and ART's."""
    part = 0.8
    return [
        asking(in_torchattacks(ta.Square, norm=norm, eps=itself, n_queries=QUERIES, p_init=part), QUERIES),
        asking(in_art(aa.SquareAttack, norm=number, eps=itself, max_iter=QUERIES, p_init=part), QUERIES),
    ]


# Name, norm, budgets, whether targeted, peers.
cases = [
    ('fgsm', 'linf', LINF, False, [
        in_foolbox(fa.LinfFastGradientAttack),
        in_torchattacks(ta.FGSM, eps=itself),
        in_art(aa.FastGradientMethod, norm=np.inf, eps=itself),
    ]),
    ('fgsm', 'l2', L2, False, [
        in_foolbox(fa.L2FastGradientAttack),
        in_art(aa.FastGradientMethod, norm=2, eps=itself),
    ]),
    ('ifgsm', 'linf', LINF, False, [
        in_foolbox(fa.LinfBasicIterativeAttack, **ITERATIVE),
        in_torchattacks(ta.BIM, **ITERATIVE_TA),
        in_art(aa.BasicIterativeMethod, **ITERATIVE_ART),
    ]),
    ('ifgsm', 'linf', [0.12, 0.17, 0.22], True, [
        in_foolbox(fa.LinfBasicIterativeAttack, **ITERATIVE),
        in_torchattacks(ta.BIM, **ITERATIVE_TA),
        in_art(aa.BasicIterativeMethod, **ITERATIVE_ART),
    ]),
    ('ifgsm', 'l2', L2, False, [
        in_foolbox(fa.L2BasicIterativeAttack, **ITERATIVE),
        in_torchattacks(ta.PGDL2, **ITERATIVE_TA, random_start=False),
        in_art(aa.ProjectedGradientDescent, norm=2, **ITERATIVE_ART),
    ]),
    ('pgd', 'linf', LINF, False, [
        from_image_and_at_random(in_foolbox, fa.LinfProjectedGradientDescentAttack, RANDOM_START, **STEPPING),
        from_image_and_at_random(in_torchattacks, ta.PGD, RANDOM_START, **ITERATIVE_TA),
        from_image_and_at_random(in_art, aa.ProjectedGradientDescent, RANDOM_INIT, norm=np.inf, **ITERATIVE_ART),
    ]),
    ('pgd', 'l2', L2, False, [
        from_image_and_at_random(in_foolbox, fa.L2ProjectedGradientDescentAttack, RANDOM_START, **STEPPING),
        from_image_and_at_random(in_torchattacks, ta.PGDL2, RANDOM_START, **ITERATIVE_TA),
        from_image_and_at_random(in_art, aa.ProjectedGradientDescent, RANDOM_INIT, norm=2, **ITERATIVE_ART),
    ]),
    ('pgd', 'l1', L1, False, [
        from_image_and_at_random(in_foolbox, fa.L1ProjectedGradientDescentAttack, RANDOM_START, **STEPPING),
        in_foolbox(fa.SparseL1DescentAttack, steps=STEPS, abs_stepsize=step_size, random_start=False),
        from_image_and_at_random(in_art, aa.ProjectedGradientDescent, RANDOM_INIT, norm=1, **ITERATIVE_ART),
    ]),
    ('mifgsm', 'linf', LINF, False, [
        in_foolbox(foolbox_momentum.LinfMomentumIterativeFastGradientMethod, steps=STEPS, abs_stepsize=step_size),
        in_torchattacks(ta.MIFGSM, **ITERATIVE_TA, decay=1.0),
        in_art(aa.MomentumIterativeMethod, **ITERATIVE_ART, decay=1.0),
    ]),
    ('mifgsm', 'l2', L2, False, [
        in_foolbox(foolbox_momentum.L2MomentumIterativeFastGradientMethod, steps=STEPS, abs_stepsize=step_size),
        in_art(aa.MomentumIterativeMethod, norm=2, **ITERATIVE_ART, decay=1.0),
    ]),
    ('apgd ce', 'linf', LINF, False, [
        in_torchattacks(ta.APGD, seeds=5, norm='Linf', eps=itself, steps=STEPS, loss='ce'),
        in_art(aa.AutoProjectedGradientDescent, norm=np.inf, loss_type='cross_entropy', **APGD_ART),
    ]),
    ('apgd ce', 'l2', L2, False, [
        in_torchattacks(ta.APGD, seeds=5, norm='L2', eps=itself, steps=STEPS, loss='ce'),
        in_art(aa.AutoProjectedGradientDescent, norm=2, loss_type='cross_entropy', **APGD_ART),
    ]),
    ('apgd dlr', 'linf', LINF, False, [
        in_torchattacks(ta.APGD, seeds=5, norm='Linf', eps=itself, steps=STEPS, loss='dlr'),
        in_art(aa.AutoProjectedGradientDescent, norm=np.inf, loss_type='difference_logits_ratio', **APGD_ART),
    ]),
    ('apgd dlr', 'l2', L2, False, [
        in_torchattacks(ta.APGD, seeds=5, norm='L2', eps=itself, steps=STEPS, loss='dlr'),
    ]),
    ('apgd targeted-dlr', 'linf', LINF[1:], False, [
        in_torchattacks(ta.APGDT, seeds=5, norm='Linf', eps=itself, steps=STEPS),
    ]),
    ('apgd targeted-dlr', 'l2', L2[1:], False, [
        in_torchattacks(ta.APGDT, seeds=5, norm='L2', eps=itself, steps=STEPS),
    ]),
    ('fab', 'linf', None, False, [in_torchattacks(ta.FAB, norm='Linf', eps=1e10, steps=STEPS)]),
    ('fab', 'l2', None, False, [in_torchattacks(ta.FAB, norm='L2', eps=1e10, steps=STEPS)]),
    ('fab', 'l1', None, False, [fab_in_l1(steps=STEPS)]),
    ('deepfool', 'l2', None, False, [
        in_foolbox(fa.L2DeepFoolAttack, steps=50, candidates=10, overshoot=0.02),
        in_torchattacks(ta.DeepFool, steps=50, overshoot=0.02),
        in_art(aa.DeepFool, max_iter=50, epsilon=0.02, nb_grads=10),
    ]),
    ('deepfool', 'linf', None, False, [in_foolbox(fa.LinfDeepFoolAttack, steps=50, candidates=10, overshoot=0.02)]),
    ('cw', 'l2', None, False, [
        in_foolbox(fa.L2CarliniWagnerAttack, **SEARCH),
        in_torchattacks(ta.CW, c=1, steps=600, lr=0.05),
        in_art(aa.CarliniL2Method, binary_search_steps=6, max_iter=20, learning_rate=0.05, initial_const=0.1),
    ]),
    ('cw', 'l2', None, True, [
        in_foolbox(fa.L2CarliniWagnerAttack, **SEARCH),
        in_torchattacks(ta.CW, c=1, steps=600, lr=0.05),
        in_art(aa.CarliniL2Method, binary_search_steps=6, max_iter=20, learning_rate=0.05, initial_const=0.1),
    ]),
    ('cw', 'linf', None, False, [in_art(aa.CarliniLInfMethod, max_iter=20, learning_rate=0.05, initial_const=0.01)]),
    ('cw', 'l0', None, False, [
        in_art(aa.CarliniL0Method, binary_search_steps=4, max_iter=10, learning_rate=0.05, initial_const=0.1),
    ]),
    ('jsma', 'l0', None, True, [
        in_torchattacks(ta.JSMA, theta=1.0, gamma=1.0),
        in_art(aa.SaliencyMapMethod, theta=1.0, gamma=1.0),
    ]),
    ('fmn', 'linf', None, False, [
        in_foolbox(fa.LInfFMNAttack, steps=MINIMUM),
        in_foolbox(fa.LInfFMNAttack, steps=MINIMUM, max_stepsize=10.0, min_stepsize=1e-5),
    ]),
    ('fmn', 'l2', None, False, [
        in_foolbox(fa.L2FMNAttack, steps=MINIMUM),
        in_foolbox(fa.L2FMNAttack, steps=MINIMUM, max_stepsize=1.0, min_stepsize=1e-5),
        in_foolbox(fa.DDNAttack, steps=MINIMUM),
    ]),
    ('fmn', 'l1', None, False, [
        in_foolbox(fa.L1FMNAttack, steps=MINIMUM),
        in_foolbox(fa.EADAttack, steps=MINIMUM, initial_stepsize=0.05, **ELASTIC),
        in_art(aa.ElasticNet, max_iter=MINIMUM, learning_rate=0.05, **ELASTIC),
    ]),
    ('fmn', 'l0', None, False, [in_foolbox(fa.L0FMNAttack, steps=MINIMUM)]),
    ('sigma-zero', 'l0', None, False, [in_foolbox(fa.L0FMNAttack, steps=MINIMUM)]),
    ('square', 'linf', LINF, False, squares('Linf', np.inf)),
    ('square', 'l2', L2, False, squares('L2', 2)),
    ('spsa', 'linf', LINF, False, [
        asking(in_torchattacks(ta.SPSA, eps=itself, delta=0.01, lr=0.01, nb_iter=10, nb_sample=50)),
    ]),
    ('one-pixel', 'l0', [1, 2], False, [
        # 48 candidates, the multiple of the numbers of a candidate below 50, and 10 generations of as many.
        asking(in_torchattacks(ta.OnePixel, pixels=lambda epsilon: int(epsilon), steps=10, popsize=50), 48 * 11),
    ]),
    ('boundary', 'l2', None, False, [
        asking(in_foolbox(fa.BoundaryAttack, init_attack=NOISE, steps=1000)),
    ]),
    ('hopskipjump', 'l2', None, False, [
        asking(in_foolbox(fa.HopSkipJumpAttack, init_attack=NOISE, steps=5)),
        asking(in_art(aa.HopSkipJump, norm=2, max_iter=5)),
    ]),
    ('hopskipjump', 'linf', None, False, [
        asking(in_foolbox(fa.HopSkipJumpAttack, init_attack=NOISE, steps=5, constraint='linf')),
        asking(in_art(aa.HopSkipJump, norm=np.inf, max_iter=5)),
    ]),
]


def judge(found, norm, epsilon, targeted):
    """Which examples are successes, and how far all are from the images."""
    found = found.detach().float()
    predicted = network(found).argmax(1)
    reached = predicted == targets if targeted else predicted != labels
    reached &= found.isfinite().flatten(1).all(1) & (found >= 0).flatten(1).all(1) & (found <= 1).flatten(1).all(1)
    distances = norms_of(found - images)[norm]
    if epsilon is not None:
        reached &= distances <= epsilon + TOLERANCE[norm]
    return reached, distances


def strength(result):
    """By which runs are ordered: successes, then how near they are."""
    reached, distances = result
    return reached.sum().item(), -torch.where(reached, distances, torch.inf).quantile(0.5, interpolation='lower').item()


def queries_of(peer, asked):
    return round(sum(asked) / len(asked)) if peer.queries == 'counted' else peer.queries


def result_of(norm, epsilon, targeted, peer):
    global points
    found, asked = [], []
    for number in range(peer.seeds):
        seed(number)
        points = 0
        images_found = peer.run(epsilon, targeted)
        asked.append(points / len(images))
        found.append(judge(images_found, norm, epsilon, targeted))
    reached, distances = sorted(found, key=strength)[len(found) // 2]
    result = {
        'norm': norm,
        **({} if epsilon is None else {'epsilon': epsilon}),
        **({} if peer.queries is None else {'queries': queries_of(peer, asked)}),
        'targeted': targeted,
        'library': peer.library,
        'version': versions[peer.library],
        'call': peer.call(epsilon),
        'reached': ''.join('1' if one else '0' for one in reached),
    }
    if epsilon is None:
        result['distances'] = [float(f'{one:.5g}') if done else None for one, done in zip(distances, reached)]
    print(norm, epsilon, result['library'], result['call'], f'{reached.double().mean():.1%}', flush=True)
    return result


def main(asked):
    folder = os.path.join(digits.folder, 'peers')
    os.makedirs(folder, exist_ok=True)
    for name in dict.fromkeys(case[0] for case in cases):
        if asked and not name.startswith(tuple(asked)):
            continue
        print(name, flush=True)
        results = [
            result_of(norm, epsilon, targeted, peer)
            for other, norm, budgets, targeted, peers in cases
            if other == name
            for epsilon in (budgets or [None])
            for peer in peers
        ]
        with open(os.path.join(folder, f'{name.replace(" ", "-")}.json'), 'w') as file:
            json.dump(results, file)


if __name__ == '__main__':
    main(sys.argv[1:])
