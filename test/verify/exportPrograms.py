"""Writes test/fixtures/exported: the networks of test/fixtures/onnx, whose answers and gradients stand there, as exported programs.

.cache/torch/bin/python -B test/verify/exportPrograms.py   (npm run verify makes that environment)
"""

import copy
import io
import json
import os
import zipfile

import torch
from torch._export.serde.serialize import serialize

import twins
from exportFixtures import FIXED, NETWORKS

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fixtures', 'exported')
CORE = ['vision_transformer', 'windows', 'convnext', 'inverted_residual']
BATCH = ({0: torch.export.Dim('batch')},)


def written(program):
    """The files of the archive that PyTorch writes, by their paths in it."""
    archive = io.BytesIO()
    torch.export.save(program, archive)
    with zipfile.ZipFile(archive) as files:
        return {name.split('/', 1)[1]: files.read(name) for name in files.namelist()}


def with_pickled_weights(program):
    """The layout of PyTorch 2.8: the graph as in later ones, with weights and constants in files of torch.save."""
    files = {name: data for name, data in written(program).items() if not name.startswith('data/')}
    artifact = serialize(program)
    return files | {'data/weights/model.pt': artifact.state_dict, 'data/constants/model.pt': artifact.constants}


def of_2_6(program):
    """The layout of PyTorch 2.7 and older: four files, without a folder."""
    artifact = serialize(program)
    return {
        'serialized_exported_program.json': artifact.exported_program,
        'serialized_state_dict.pt': artifact.state_dict,
        'serialized_constants.pt': artifact.constants,
        'version': b'8.8',
    }


def strip(graph):
    """Takes out notes for debugging, which are larger than the network, and name folders of this machine."""
    program = json.loads(graph)
    for node in program['graph_module']['graph']['nodes']:
        node['metadata'] = {}
    program['graph_module']['module_call_graph'] = []
    program['guards_code'] = []
    return json.dumps(program).encode()


def save(files, name, root='model/'):
    with zipfile.ZipFile(os.path.join(FOLDER, f'{name}.pt2'), 'w') as archive:
        for path, data in files.items():
            if path.startswith(('data/sample_inputs/', '.data/')):
                continue
            is_graph = path.startswith('models/') or path == 'serialized_exported_program.json'
            entry = zipfile.ZipInfo(root + path, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, strip(data) if is_graph else data)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for name in NETWORKS:
        net, images = twins.make(name)
        program = torch.export.export(net, (images,), dynamic_shapes=BATCH)
        save(written(program), name)
        if name in FIXED:
            save(written(torch.export.export(net, (images[:1],))), f'{name}.one')
        if name in CORE:
            save(written(program.run_decompositions()), f'{name}.core')
        if name == 'squeeze_excite_hard':
            save(with_pickled_weights(program), f'{name}.pickled')
            save(of_2_6(program), f'{name}.older', root='')
        if name == 'convnext':
            for dtype, suffix in ((torch.bfloat16, 'bfloat16'), (torch.float16, 'float16')):
                half = copy.deepcopy(net).to(dtype)
                save(written(torch.export.export(half, (images.to(dtype),), dynamic_shapes=BATCH)), f'{name}.{suffix}')


if __name__ == '__main__':
    main()
