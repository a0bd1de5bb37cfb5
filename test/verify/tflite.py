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


def run(model, resolver, image):
    """Its outputs, by name; of a pattern if no image is given."""
    interpreter = Interpreter(str(model), experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    if image is None:
        # Smooth, as photographs are: of noise, some networks make differences that are lost to rounding.
        _, rows, columns, channels = np.indices(given["shape"])
        image = (0.5 + 0.5 * np.sin(rows / 17 + columns / 11 + channels)).astype(np.float32)
    interpreter.set_tensor(given["index"], image)
    interpreter.invoke()
    return image, {
        detail["name"]: interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()
    }


def answer(model):
    image, right = run(model, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES, None)
    _, other = run(model, OpResolverType.AUTO, image)
    image.tofile(folder / f"{model.stem}.input")
    outputs, spread = {}, 0.0
    for name, values in right.items():
        outputs[name] = f"{model.stem}.{len(outputs)}"
        values.astype(np.float32).tofile(folder / outputs[name])
        spread = max(spread, float(np.abs(values - other[name]).max() / max(1, np.abs(values).max())))
    return {"input": f"{model.stem}.input", "outputs": outputs, "spread": spread}


for model in models:
    try:
        found = answer(model)
    except (RuntimeError, ValueError) as error:
        found = {"failure": str(error).splitlines()[0]}
    print(json.dumps({"model": model.stem, "file": str(model), **found}), flush=True)
