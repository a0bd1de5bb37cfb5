# What TensorFlow Lite's interpreter gives for the models that MediaPipe ships: a line of JSON for each, with the files of
# its input and of its outputs (float32). Run by tflite.ts with a folder for them.
import json
import pathlib
import site
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

folder = pathlib.Path(sys.argv[1])
models = sorted(pathlib.Path(site.getsitepackages()[0]).glob("mediapipe/modules/**/*.tflite"))


def answer(model):
    """Without delegates, which may compute in 16 bits."""
    without_delegates = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(str(model), experimental_op_resolver_type=without_delegates)
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    image = np.random.default_rng(5).random(given["shape"], dtype=np.float32)
    interpreter.set_tensor(given["index"], image)
    interpreter.invoke()
    image.tofile(folder / f"{model.stem}.input")
    outputs = {}
    for detail in interpreter.get_output_details():
        values = interpreter.get_tensor(detail["index"])
        outputs[detail["name"]] = f"{model.stem}.{len(outputs)}"
        values.astype(np.float32).tofile(folder / outputs[detail["name"]])
    return {"input": f"{model.stem}.input", "outputs": outputs}


for model in models:
    try:
        found = answer(model)
    except (RuntimeError, ValueError) as error:
        found = {"failure": str(error).splitlines()[0]}
    print(json.dumps({"model": model.stem, "file": str(model), **found}), flush=True)
