"""The quoter of ticks.ts in hftbacktest, on the same ticks: prints fills, lots held, cash and the CPU seconds of the quickest of three runs as JSON.

Usage: python ticks-peer.py events.bin TICK LOT REPEATS SPAN_NS START_NS STEP_NS STEPS LATENCY_NS
Events are rows of kind, time at the venue, time here (ms), price, size as float64, in the order of the venue's time.
"""
import json
import sys
import time

import numpy as np
from hftbacktest import BacktestAsset, HashMapMarketDepthBacktest, GTX, LIMIT
from hftbacktest.data import correct_event_order
from hftbacktest.types import (BUY_EVENT, DEPTH_CLEAR_EVENT, DEPTH_EVENT, SELL_EVENT, TRADE_EVENT, event_dtype)
from numba import njit

path, tick, lot = sys.argv[1], *map(float, sys.argv[2:4])
repeats, span, start, step, steps, latency = map(int, sys.argv[4:10])
rows = np.fromfile(path, dtype=np.float64).reshape(-1, 5)
kinds = np.array([DEPTH_EVENT | BUY_EVENT, DEPTH_EVENT | SELL_EVENT, TRADE_EVENT | BUY_EVENT, TRADE_EVENT | SELL_EVENT, 0, 0, DEPTH_CLEAR_EVENT], dtype=np.uint64)
events = np.zeros(len(rows), dtype=event_dtype)
events["ev"] = kinds[rows[:, 0].astype(np.int64)]
for column, ms in (("exch_ts", rows[:, 1]), ("local_ts", rows[:, 2])):
    events[column] = np.floor(ms).astype(np.int64) * 1_000_000 + np.round(ms % 1 * 1e6).astype(np.int64)
events["px"] = np.where(rows[:, 0] == 6, np.nan, rows[:, 3] * tick)
events["qty"] = rows[:, 4] * lot
events = np.concatenate([events] * repeats)
for column in ("exch_ts", "local_ts"):
    events[column] += np.repeat(np.arange(repeats), len(rows)) * span
data = correct_event_order(events, np.argsort(events["exch_ts"], kind="mergesort"), np.argsort(events["local_ts"], kind="mergesort"))


@njit
def quote(hbt, start, step, steps, lot):
    hbt.elapse(1)  # to the first event
    hbt.elapse(start - hbt.current_timestamp)
    number = 0
    for turn in range(steps):
        hbt.clear_inactive_orders(0)
        if turn % 2 == 0:
            depth = hbt.depth(0)
            if depth.best_bid_tick > 0 and depth.best_ask_tick < 2147483647:
                number += 1
                hbt.submit_buy_order(0, number, depth.best_bid, lot, GTX, LIMIT, False)
                number += 1
                hbt.submit_sell_order(0, number, depth.best_ask, lot, GTX, LIMIT, False)
        else:
            orders = hbt.orders(0).values()
            while orders.has_next():
                order = orders.get()
                if order.cancellable:
                    hbt.cancel(0, order.order_id, False)
        if hbt.elapse(step) != 0:
            break
    return number


def backtest(steps):
    asset = (BacktestAsset().data([data]).linear_asset(1.0).constant_order_latency(latency, latency)
             .risk_adverse_queue_model().no_partial_fill_exchange().trading_value_fee_model(0.0, 0.0).tick_size(tick).lot_size(lot))
    hbt = HashMapMarketDepthBacktest([asset])
    before = time.process_time()
    orders = quote(hbt, start, step, steps, lot)
    seconds = time.process_time() - before
    state = hbt.state_values(0)
    result = {"orders": orders, "fills": int(state.num_trades), "lots": round(state.position / lot), "cash": state.balance, "cpuSeconds": seconds}
    hbt.close()
    return result


backtest(20)  # compiles
print(json.dumps(min((backtest(steps) for _ in range(3)), key=lambda run: run["cpuSeconds"])))
