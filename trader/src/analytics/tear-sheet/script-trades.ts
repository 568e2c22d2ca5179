/** Sorts the trades and turns their pages: only the rows in sight are in the page, however many there are. */
export const TRADES_SCRIPT = `
const trades = document.getElementById('trades-data') ? read('trades-data') : undefined;
if (trades) {
  const { names, marketOfBook, decimals, exits, book, held, quantity, fees, pnl, exit } = trades;
  const entry = sums(trades.entry);
  trades.entryMs = entry;
  const section = document.getElementById('trades');
  const body = section.querySelector('tbody');
  const total = pnl.length;
  const ROWS = 25;
  const result = pnl.map((profit, i) => profit / (Math.abs(quantity[i]) * trades.in[i]));
  const by = { number: pnl.map((_, i) => i), book, side: quantity.map((one) => one < 0 ? 1 : 0), entry, held, quantity: quantity.map(Math.abs), in: trades.in, out: trades.out, exit, return: result, fees, pnl };
  const order = Uint32Array.from(pnl, (_, i) => i);
  let page = 0;
  const last = Math.max(0, Math.ceil(total / ROWS) - 1);
  const money = (value, sign) => { const size = Math.abs(value); return number(value, size >= 1e7 ? 0 : size > 0 && size < 0.1 ? 6 : 2, sign); };
  const short = (value, digits) => { if (!value) return '0'; const places = Math.max(0, Math.min(12, digits - 1 - Math.floor(Math.log10(Math.abs(value))))); const text = number(value, places); return text.includes('.') ? text.replace(/\\.?0+$/, '') : text; };
  const time = (seconds) => seconds <= 0 ? '0 min' : seconds < 60 ? short(seconds, 3) + ' s' : seconds < 7200 ? short(seconds / 60, 3) + ' min' : seconds < 172800 ? short(seconds / 3600, 3) + ' h' : seconds < 700 * 86400 ? short(seconds / 86400, 3) + ' days' : short(seconds / 86400 / 365.25, 3) + ' years';
  const tone = (value) => value > 0 ? 'up' : value < 0 ? 'down' : 'flat';
  const show = () => {
    const rows = [];
    for (let at = page * ROWS; at < Math.min(total, (page + 1) * ROWS); at++) {
      const i = order[at];
      const price = decimals[marketOfBook[book[i]]] ?? 2;
      const row = document.createElement('tr');
      for (const [text, look] of [[String(i + 1)], ...(names.length ? [[names[book[i]], 'text']] : []), [quantity[i] < 0 ? 'Short' : 'Long', 'text'], [moment(entry[i])], [time(held[i])], [short(Math.abs(quantity[i]), 8)], [number(trades.in[i], price)], [number(trades.out[i], price)], [exits[exit[i]], 'text'], [number(result[i] * 100, 2, true) + ' %', tone(pnl[i])], [money(fees[i])], [money(pnl[i], true), tone(pnl[i])]]) {
        const cell = row.insertCell();
        cell.textContent = text;
        if (look) cell.className = look;
      }
      rows.push(row);
    }
    body.replaceChildren(...rows);
    section.querySelector('output').textContent = number(page * ROWS + 1, 0) + '\\u2013' + number(Math.min(total, (page + 1) * ROWS), 0) + ' of ' + number(total, 0);
    for (const button of section.querySelectorAll('[data-page]')) button.disabled = ['first', 'before'].includes(button.dataset.page) ? page === 0 : page === last;
  };
  for (const button of section.querySelectorAll('[data-page]')) {
    button.addEventListener('click', () => { page = { first: 0, before: Math.max(0, page - 1), next: Math.min(last, page + 1), last }[button.dataset.page]; show(); });
  }
  for (const heading of section.querySelectorAll('[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener('click', () => {
      const values = by[heading.dataset.sort];
      const down = heading.getAttribute('aria-sort') === 'ascending' || (!heading.hasAttribute('aria-sort') && ['pnl', 'return', 'fees', 'held'].includes(heading.dataset.sort));
      for (const other of section.querySelectorAll('[aria-sort]')) other.removeAttribute('aria-sort');
      put(heading, 'aria-sort', down ? 'descending' : 'ascending');
      order.sort((a, b) => (down ? values[b] - values[a] : values[a] - values[b]) || a - b);
      page = 0;
      show();
    });
  }
  show();
}
`;
