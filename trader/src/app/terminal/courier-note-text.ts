import type { CourierNote } from '../../pipeline/courier-note.ts';

/** What a courier has found, in a sentence for a person: what it was, and what was done. */
export function noteText(note: CourierNote): string {
  switch (note.kind) {
    case 'outcome-unknown': return `It is not known whether the venue has order ${short(note.clientOrderId)}: ${note.reason}. It is looked for, and not sent again.`;
    case 'refused': return refusedText(note);
    case 'lost': return `Order ${short(note.clientOrderId)} is lost: the venue denies it, and cannot take it any more.`;
    case 'forgotten': return `Order ${short(note.clientOrderId)} has ended at the venue without a word: it was accepted, and has been neither listed nor found for ten minutes. It counts as canceled.`;
    case 'missed-fill': return `A fill of order ${short(note.clientOrderId)} was missing and is booked now: trade ${note.tradeId}.`;
    case 'external-order': return `Order ${note.venueOrderId} on the account is not ours.`;
    case 'contradiction': return `What the venue says of order ${short(note.clientOrderId)} cannot be, and is not booked: ${note.reason}.`;
    case 'fills-missing': return `The venue counts trades of order ${short(note.clientOrderId)} that it does not list, or that cannot be read, so the order stays open here and its position is not all known. They are asked for on and on. Look at order ${note.venueOrderId} and the position at the venue; to open no more, ./algotrendy halt.`;
    case 'opening': return `The account is met for the first time. It holds ${Object.entries(note.positions).map(([id, quantity]) => `${quantity} ${id}`).join(', ')} and ${note.money} in money, with ${note.openOrders} open orders: none of it is ours.`;
    case 'difference': return differenceText(note);
    case 'payment': return `The venue has ${note.paid.startsWith('-') ? 'paid' : 'charged'} ${note.flow} on ${note.instrument}: ${note.paid.replace('-', '')} ${note.currency}. It is booked.`;
    case 'no-window': return `The venue does not say until when it may take an order; one that nobody knows is given up after ${note.giveUpMs / 60_000} minutes.`;
    case 'retry': return `Asking again for ${note.what}: ${note.reason}`;
  }
}

function refusedText({ clientOrderId, leg, reason }: CourierNote & { readonly kind: 'refused' }): string {
  const exit = leg === 'stop' || leg === 'take-profit';
  return `Order ${short(clientOrderId)} (${leg}) is refused: ${reason.replace(/\.$/, '')}.${exit ? ' What is held stands without it until it is tried again.' : ''}`;
}

const DONE = {
  adopt: 'The books have taken it over.', ignore: 'It stays out of the books.', halt: 'Trading is halted until ./algotrendy resume.',
} as const;

function differenceText({ what, quantity, ours, policy }: CourierNote & { readonly kind: 'difference' }): string {
  const [by, size] = quantity.startsWith('-') ? ['less', quantity.slice(1)] : ['more', quantity];
  return `The venue holds ${size} ${by} of ${what} than is known, and not by our orders. ${policy === 'halt' && ours !== '0' ? `${ours.replace('-', '')} of it was ours and is out of the books. ` : ''}${DONE[policy]}`;
}

function short(id: string): string {
  return id.slice(0, 8);
}
