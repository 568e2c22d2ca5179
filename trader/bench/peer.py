"""The canonical MACD strategy in backtesting.py, on the first N bars of a CSV file: prints fills, equity and CPU seconds as JSON.

Usage: python peer.py bars.csv N
"""
import json
import sys
import time

import pandas as pd
from backtesting import Backtest, Strategy

bars = pd.read_csv(sys.argv[1], nrows=int(sys.argv[2]))
bars.index = pd.to_datetime(bars.pop("timestamp"), unit="ms")
bars.columns = [column.capitalize() for column in bars.columns]


class Macd(Strategy):
    def init(self):
        def average(values, bars):
            return pd.Series(values).ewm(span=bars, adjust=False).mean().to_numpy()

        line = average(self.data.Close, 12) - average(self.data.Close, 26)
        self.line = self.I(lambda: line)
        self.trigger = self.I(lambda: average(line, 9))

    def next(self):
        if len(self.data) <= 34:
            return
        if self.line[-1] > self.trigger[-1]:
            if not self.position:
                self.buy(size=1)
        elif self.position:
            self.position.close()


test = Backtest(bars, Macd, cash=10_000_000, commission=0.001, finalize_trades=False)
before = time.process_time()
result = test.run()
seconds = time.process_time() - before
fills = 2 * len(result["_trades"]) + len(result["_strategy"].trades)
print(json.dumps({"fills": fills, "equity": result["Equity Final [$]"], "cpuSeconds": seconds}))
