import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteText } from './courier-note-text.ts';

test('of fills that are not to be had a person is told where to look, and how to stop more', () => {
  assert.equal(noteText({ kind: 'fills-missing', clientOrderId: '0123456789abcdef', venueOrderId: 'v1' }), 'The venue counts trades of order 01234567 that it does not list, or that cannot be read, so the order stays open here and its position is not all known. They are asked for on and on. Look at order v1 and the position at the venue; to open no more, ./algotrendy halt.');
});

test('of an exit that the venue refuses it is said that the position stands without it, of an entry that it is refused', () => {
  const text = (leg: 'stop' | 'target') => noteText({ kind: 'refused', clientOrderId: '0123456789abcdef', leg, reason: `binance: too little money${leg === 'stop' ? '' : '.'}` });
  assert.equal(text('stop'), 'Order 01234567 (stop) is refused: binance: too little money. What is held stands without it until it is tried again.');
  assert.equal(text('target'), 'Order 01234567 (target) is refused: binance: too little money.');
});
