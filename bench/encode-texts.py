"""Encodes texts with Python's ONNX Runtime and tokenizers as services/text-encoder does; prints the seconds."""

import json
import sys
import time

import numpy
import onnxruntime
from tokenizers import Tokenizer

model, tokens, texts_file, vectors_file, threads, batch_size = sys.argv[1:]
with open(texts_file, encoding="utf-8") as file:
    texts = json.load(file)
tokenizer = Tokenizer.from_file(tokens)
tokenizer.no_padding()
tokenizer.enable_truncation(256)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def encode(texts):
    encoded = tokenizer.encode_batch(texts)
    order = sorted(range(len(texts)), key=lambda row: -len(encoded[row].ids))
    vectors = numpy.zeros((len(texts), 384), numpy.float32)
    for start in range(0, len(order), int(batch_size)):
        rows = order[start : start + int(batch_size)]
        ids = numpy.zeros((len(rows), len(encoded[rows[0]].ids)), numpy.int64)
        mask = numpy.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(encoded[row].ids)] = encoded[row].ids
            mask[place, : len(encoded[row].ids)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        (hidden,) = session.run(None, inputs)
        sums = (hidden * mask[:, :, None]).sum(axis=1)
        vectors[rows] = sums / numpy.linalg.norm(sums, axis=1, keepdims=True)
    return vectors, sum(len(one.ids) for one in encoded)


encode(texts[:32])
started = time.perf_counter()
vectors, token_count = encode(texts)
seconds = time.perf_counter() - started
vectors.tofile(vectors_file)
print(json.dumps({"seconds": seconds, "tokens": token_count}))
