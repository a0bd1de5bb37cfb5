"""
The side of another library, in a process of its own, which runs the attack for every line that it is sent:
peers_side.py LIBRARY THREADS TASK, the task as JSON.

All images are one batch, which is how these libraries are fastest. Success is judged here, by the network on the pixels
that the attack returned.
"""

import json
import logging
import sys
import time

import torch

import digits

library, threads, task = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
torch.set_num_threads(threads)
network = digits.load_network()
images, labels = digits.load_images()
# float32 misses a budget by rounding.
TOLERANCE = 1e-6


def cw_of_foolbox():
    import foolbox

    attack = foolbox.attacks.L2CarliniWagnerAttack(
        binary_search_steps=task['binarySearchSteps'],
        steps=task['steps'],
        stepsize=task['learningRate'],
        initial_const=task['initialConstant'],
    )
    model = foolbox.PyTorchModel(network, bounds=(0, 1))
    return f'Foolbox {foolbox.__version__}', lambda: attack(model, images, labels, epsilons=None)[0]


def cw_of_torchattacks():
    """It does not search for c: one that fools nearly all images, and as many steps in all."""
    import torchattacks

    steps = task['binarySearchSteps'] * task['steps']
    attack = torchattacks.CW(network, c=10, steps=steps, lr=task['learningRate'])
    return f'torchattacks {torchattacks.__version__}', lambda: attack(images, labels)


def auto_of_torchattacks():
    """Its AutoAttack takes 10 steps in every part: the same parts, with the steps of the paper."""
    import torchattacks

    shared = {'norm': 'Linf', 'eps': task['epsilon'], 'steps': task['steps'], 'seed': 0}
    attack = torchattacks.MultiAttack([
        torchattacks.APGD(network, loss='ce', **shared),
        torchattacks.APGDT(network, **shared),
        torchattacks.FAB(network, multi_targeted=True, **shared),
        torchattacks.Square(network, norm='Linf', eps=task['epsilon'], n_queries=5000, resc_schedule=False, seed=0),
    ])
    return f'torchattacks {torchattacks.__version__}', lambda: attack(images, labels)


def auto_of_its_authors():
    """Its standard version takes 100 steps in every part, and has no argument for them."""
    import pyautoattack

    logging.disable(logging.WARNING)
    attack = pyautoattack.AutoAttack(network, norm='Linf', eps=task['epsilon'], seed=0)
    assert attack.apgd.n_iter == attack.apgd_targeted.n_iter == attack.fab.n_iter == task['steps']

    def run():
        attack.attacks_to_run = ['apgd-ce', 'apgd-t', 'fab-t', 'square']
        return attack.run_standard_evaluation(images, labels, batch_size=len(images))[0]

    return f'AutoAttack (pyautoattack {pyautoattack.__version__})', run


def square_of_torchattacks():
    import torchattacks

    attack = torchattacks.Square(
        network, norm='Linf', eps=task['epsilon'], n_queries=task['queries'], resc_schedule=True, seed=0
    )
    return f'torchattacks {torchattacks.__version__}', lambda: attack(images, labels)


def square_of_its_authors():
    import pyautoattack

    logging.disable(logging.WARNING)
    attack = pyautoattack.AutoAttack(network, norm='Linf', eps=task['epsilon'], seed=0)
    attack.square.n_queries = task['queries']
    attack.square.rescale_schedule = True

    def run():
        attack.attacks_to_run = ['square']
        return attack.run_standard_evaluation(images, labels, batch_size=len(images))[0]

    return f'AutoAttack (pyautoattack {pyautoattack.__version__})', run


attacks = {
    ('foolbox', 'cw'): cw_of_foolbox,
    ('torchattacks', 'cw'): cw_of_torchattacks,
    ('torchattacks', 'auto'): auto_of_torchattacks,
    ('pyautoattack', 'auto'): auto_of_its_authors,
    ('torchattacks', 'square'): square_of_torchattacks,
    ('pyautoattack', 'square'): square_of_its_authors,
}


def measure(name, run):
    start = time.perf_counter()
    found = run()
    seconds = time.perf_counter() - start
    found = found.detach().float()
    change = (found - images).double().flatten(1)
    reached = network(found).argmax(1) != labels
    answer = {'name': name, 'seconds': seconds}
    if 'epsilon' in task:
        reached &= change.abs().amax(1) <= task['epsilon'] + TOLERANCE
    else:
        median = torch.where(reached, change.square().sum(1).sqrt(), torch.inf).quantile(0.5).item()
        answer |= {'distance': median} if median < float('inf') else {}
    return answer | {'robust': 1 - reached.double().mean().item()}


name, run = attacks[library, task['attack']]()
for _ in sys.stdin:
    print(json.dumps(measure(name, run)), flush=True)
