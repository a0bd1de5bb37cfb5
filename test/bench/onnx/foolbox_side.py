"""The Foolbox side of compareFoolbox.ts, which asks and is answered in JSON, a line each: foolbox_side.py NAME FOLDER THREADS."""

import json
import resource
import sys
import time

import foolbox
import torch

import networks

name, folder, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
net, images, labels = networks.load(name, folder)
model = foolbox.PyTorchModel(net, bounds=(0, 1))


def attack(request):
    """The attack as a whole: Foolbox takes every step of every image, fooled or not."""
    iterate = foolbox.attacks.LinfBasicIterativeAttack(
        steps=request['steps'], abs_stepsize=request['stepSize'], random_start=False
    )
    count = request['images']
    start = time.perf_counter()
    _, _, success = iterate(model, images[:count], labels[:count], epsilons=request['epsilon'])
    seconds = time.perf_counter() - start
    return {'seconds': seconds, 'images': count, 'fooled': int(success.sum()), 'gradients': count * request['steps']}


def gradient():
    """The gradient of one image, as the attack takes it."""
    step = foolbox.attacks.LinfBasicIterativeAttack(steps=1, random_start=False)
    x = foolbox.devutils.ep.astensor(images[:1])
    _, found = step.value_and_grad(step.get_loss_fn(model, foolbox.devutils.ep.astensor(labels[:1])), x)
    return {'finite': bool(found.raw.isfinite().all())}


def do(request):
    kind = request['kind']
    if kind == 'hello':
        return {'name': f'Foolbox {foolbox.__version__} (PyTorch {torch.__version__})'}
    if kind == 'attack':
        return attack(request)
    if kind == 'gradient':
        return gradient()
    return {'bytes': 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


for line in sys.stdin:
    print(json.dumps(do(json.loads(line))), flush=True)
