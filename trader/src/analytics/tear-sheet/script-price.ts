/** Looks closer at a price: stretches the curve that is drawn, writes the axes anew, and marks the trades in sight where they are few enough. */
export const PRICE_SCRIPT = `
const SVG = 'http://www.w3.org/2000/svg';
const MOST = 150;
const shape = (name, attributes) => { const element = document.createElementNS(SVG, name); for (const [key, value] of Object.entries(attributes)) put(element, key, value); return element; };
const allTrips = () => { const trips = document.getElementById('trades-data') ? read('trades-data') : undefined; return trips && { ...trips, entryMs: sums(trips.entry) }; };
let tripsOnce;
for (const panel of document.querySelectorAll('.panel[data-market]')) {
  const data = read(panel.id + '-data');
  const xs = sums(data.x);
  if (xs.length < 2) continue;
  const market = Number(panel.dataset.market);
  const plot = panel.querySelector('[data-plot=price]');
  const svg = plot.querySelector('svg');
  const ink = plot.querySelector('.ink');
  const first = data.from, end = xs[xs.length - 1];
  const initial = ['axis-x', 'axis-y', 'grid', 'marks'].map((name) => { const group = plot.querySelector('.' + name); return [group, [...group.childNodes]]; });
  let from = first, to = end, low = data.min, high = data.max;
  const span = () => [from, to];
  const step = (least) => { const power = 10 ** Math.floor(Math.log10(least)); return (([1, 2, 2.5, 5].find((digit) => digit * power >= least * 0.999)) ?? 10) * power; };
  const y = (value) => 100 * (1 - (value - low) / (high - low)) + '%';
  const x = (at) => 100 * (at - from) / (to - from) + '%';
  const group = (name) => plot.querySelector('.' + name);
  const axes = () => {
    const size = step((high - low) / 5);
    const decimals = Math.max(0, Math.min(10, Math.ceil(-Math.log10(size) - 1e-9)));
    const values = [];
    for (let i = Math.ceil(low / size); i * size <= high; i++) values.push(i * size);
    group('grid').replaceChildren(...values.map((value) => shape('line', { x1: 0, x2: '100%', y1: y(value), y2: y(value) })));
    group('axis-y').replaceChildren(...values.map((value) => { const text = shape('text', { x: '100%', dx: 8, y: y(value), dy: '.32em' }); text.textContent = number(value, decimals); return text; }));
    const days = (to - from) > 5 * 86400000;
    group('axis-x').replaceChildren(...[0.1, 0.3, 0.5, 0.7, 0.9].map((part, i) => { const text = shape('text', { x: part * 100 + '%', y: '100%', dy: 18 }); if (i % 2) put(text, 'class', 'odd'); const at = from + part * (to - from); text.textContent = days ? moment(at, true) : moment(at).slice(5); return text; }));
  };
  const marks = () => {
    tripsOnce ??= allTrips();
    const seen = [];
    if (tripsOnce) {
      const { book, marketOfBook, entryMs, held } = tripsOnce;
      for (let i = 0; i < book.length && seen.length <= MOST; i++) {
        if (marketOfBook[book[i]] === market && entryMs[i] <= to && entryMs[i] + held[i] * 1000 >= from) seen.push(i);
      }
    }
    if (seen.length > MOST) return group('marks').replaceChildren();
    group('marks').replaceChildren(...seen.map((i) => {
      const { entryMs, held, quantity, pnl, exits, exit } = tripsOnce;
      const leaves = entryMs[i] + held[i] * 1000;
      const left = exits[exit[i]];
      const one = shape('g', {});
      const inside = (at) => at >= from && at <= to;
      one.append(shape('line', { class: 'way ' + (pnl[i] < 0 ? 'down' : 'up'), x1: x(Math.max(from, entryMs[i])), x2: x(Math.min(to, leaves)), y1: y(tripsOnce.in[i]), y2: y(tripsOnce.out[i]) }));
      if (inside(entryMs[i])) one.append(shape('use', { href: '#mark-entry-' + (quantity[i] < 0 ? 'short' : 'long'), x: x(entryMs[i]), y: y(tripsOnce.in[i]) }));
      if (inside(leaves)) one.append(shape('use', { href: '#mark-' + (['stop', 'take-profit', 'liquidation'].includes(left) ? left : 'exit'), x: x(leaves), y: y(tripsOnce.out[i]) }));
      const title = shape('title', {});
      title.textContent = (quantity[i] < 0 ? 'Short' : 'Long') + ' from ' + moment(entryMs[i]) + ' to ' + moment(leaves) + ': ' + number(pnl[i], 2, true) + ', left by ' + left;
      one.append(title);
      return one;
    }));
  };
  const look = (nextFrom, nextTo) => {
    const least = Math.min(end - first, (end - first) / xs.length * 8);
    const wide = Math.max(least, Math.min(end - first, nextTo - nextFrom));
    from = Math.max(first, Math.min(end - wide, nextFrom));
    to = from + wide;
    const whole = from <= first && to >= end;
    low = data.min; high = data.max;
    if (!whole) {
      let bottom = Infinity, top = -Infinity;
      for (let i = nearest(xs, from); i <= nearest(xs, to); i++) { bottom = Math.min(bottom, data.low[i]); top = Math.max(top, data.high[i]); }
      const room = (top - bottom) * 0.04 || Math.abs(top) * 0.01 || 1;
      low = bottom - room; high = top + room;
    }
    const share = 10000 / (end - first), height = 1000 / (data.max - data.min);
    put(ink, 'viewBox', [(from - first) * share, (data.max - high) * height, (to - from) * share, (high - low) * height].join(' '));
    if (whole) for (const [element, children] of initial) element.replaceChildren(...children);
    else { axes(); marks(); }
    panel.classList.remove('reading-now');
    for (const button of panel.querySelectorAll('[data-zoom]')) button.disabled = { in: wide <= least, out: whole, left: from <= first, right: to >= end, all: whole }[button.dataset.zoom];
  };
  for (const button of panel.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => {
      const wide = to - from, middle = (from + to) / 2;
      const next = { in: [middle - wide / 4, middle + wide / 4], out: [middle - wide, middle + wide], left: [from - wide / 2, to - wide / 2], right: [from + wide / 2, to + wide / 2], all: [first, end] }[button.dataset.zoom];
      look(...next);
    });
  }
  let began;
  const selection = shape('rect', { class: 'select', y: 0, height: '100%', width: 0 });
  svg.append(selection);
  const place = (event) => { const box = svg.getBoundingClientRect(); return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)); };
  plot.addEventListener('pointerdown', (event) => { if (event.pointerType === 'mouse' && event.button === 0) { began = place(event); plot.setPointerCapture(event.pointerId); } });
  plot.addEventListener('pointermove', (event) => { if (began === undefined) return; const now = place(event); put(selection, 'x', Math.min(began, now) * 100 + '%'); put(selection, 'width', Math.abs(now - began) * 100 + '%'); });
  plot.addEventListener('pointerup', (event) => {
    if (began === undefined) return;
    const now = place(event), wide = to - from, start = from;
    const [left, right] = [Math.min(began, now), Math.max(began, now)];
    began = undefined;
    put(selection, 'width', 0);
    if (right - left > 0.01) look(start + left * wide, start + right * wide);
  });
  readable(panel, xs, span, (i) => [['to ' + moment(xs[i]), ''], ['High', number(data.high[i], data.decimals)], ['Low', number(data.low[i], data.decimals)], ['Close', number(data.close[i], data.decimals)]]);
  look(first, end);
}
`;
