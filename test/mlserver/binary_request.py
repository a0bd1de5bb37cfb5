"""Prints a request with binary tensors as NVIDIA's client for the protocol writes it: header length, body in base64."""

import base64
import sys

import numpy
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

numbers = numpy.array([float(text) for text in sys.argv[1].split(",")], dtype=numpy.float32).reshape(2, 1, 2, 1)
tensor = InferInput("images", numbers.shape, "FP32")
tensor.set_data_from_numpy(numbers, binary_data=True)
output = InferRequestedOutput("scores", binary_data=True)
body, length = InferenceServerClient.generate_request_body([tensor], outputs=[output])
print(length, base64.b64encode(body).decode())
