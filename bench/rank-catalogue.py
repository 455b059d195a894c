"""The anchor of bench/evaluation.ts: PyTorch's matmul and topk of every user over the whole catalogue, in blocks.

Prints the wall and processor seconds of one round for each line read; at the end of the input it ends.
"""

import json
import sys
import time

import torch

users, items, dim, block, threads = (int(argument) for argument in sys.argv[1:6])
torch.set_num_threads(threads)
generator = torch.Generator().manual_seed(7)
user_rows = torch.randn(users, dim, generator=generator)
item_rows = torch.randn(items, dim, generator=generator)
for _ in sys.stdin:
    started, processor = time.perf_counter(), time.process_time()
    with torch.inference_mode():
        for start in range(0, users, block):
            scores = user_rows[start : start + block] @ item_rows.T
            torch.topk(scores, 10, dim=1)
    spent = {"wall": time.perf_counter() - started, "processor": time.process_time() - processor}
    print(json.dumps(spent), flush=True)
