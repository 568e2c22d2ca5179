"""The MACD triples of the sweep in vectorbt, on the first N bars of a CSV file: prints fills, the sum of final equities and CPU seconds as JSON.

Usage: python sweep-peer.py bars.csv N SIGNAL…

Timed once everything is compiled. Signal line by signal line, so that memory stays in bounds.
"""
import json
import sys
import time

import numpy as np
import pandas as pd
import vectorbt as vbt

bars = pd.read_csv(sys.argv[1], nrows=int(sys.argv[2]))
close = bars["close"]
price = bars["open"].to_numpy()
WARMUP = 64


def sweep(signals):
    fills, equity = 0, 0.0
    averages = {n: close.ewm(span=n, adjust=False).mean().to_numpy() for n in [*range(5, 24, 2), *range(26, 54, 3)]}
    lines = pd.DataFrame({(fast, slow): averages[fast] - averages[slow] for fast in range(5, 24, 2) for slow in range(26, 54, 3)})
    for signal in signals:
        target = (lines > lines.ewm(span=signal, adjust=False).mean()).to_numpy().astype(float)
        target[:WARMUP] = 0
        size = np.full(target.shape, np.nan)
        size[1:] = target[:-1]
        portfolio = vbt.Portfolio.from_orders(
            close.to_numpy()[:, None], size=size, size_type="targetamount", price=price[:, None], fees=0.001, init_cash=10_000_000,
        )
        fills += int(portfolio.orders.count().sum())
        equity += float(portfolio.final_value().sum())
    return fills, equity


signals = [int(word) for word in sys.argv[3:]]
sweep(signals[:1])
before = time.process_time()
fills, equity = sweep(signals)
print(json.dumps({"fills": fills, "equity": equity, "cpuSeconds": time.process_time() - before}))
