/**
 * How the sheet looks. Blue and orange for up and down are told apart by every kind of colour vision,
 * and sign or form always says the same; text has a contrast of at least 4.5 on what it stands on.
 */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--panel:#fff;--raised:#eef1f5;--line:#d3dae3;--control:#6f7a89;--text:#12161d;--text-2:#454f5e;--text-3:#5b6675;--up:#0369a1;--down:#b4400e;--warn:#7a5200;--critical:#b3123a;--ok:#166534;--focus:#2b50c8;--up-rgb:3 105 161;--down-rgb:180 64 14;--other:#6b7280;--shade-text:#12161d}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--bg:#0b0e13;--panel:#12161d;--raised:#1a1f29;--line:#2b3340;--control:#7b8698;--text:#e6eaf0;--text-2:#a8b2c1;--text-3:#8b96a7;--up:#38bdf8;--down:#fb923c;--warn:#fde047;--critical:#ff6b81;--ok:#86efac;--focus:#ffd60a;--up-rgb:56 189 248;--down-rgb:251 146 60;--other:#8b96a7}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark;--bg:#0b0e13;--panel:#12161d;--raised:#1a1f29;--line:#2b3340;--control:#7b8698;--text:#e6eaf0;--text-2:#a8b2c1;--text-3:#8b96a7;--up:#38bdf8;--down:#fb923c;--warn:#fde047;--critical:#ff6b81;--ok:#86efac;--focus:#ffd60a;--up-rgb:56 189 248;--down-rgb:251 146 60;--other:#8b96a7}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:16px}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:32px 24px 16px}
footer{max-width:1120px;margin:0 auto;padding:8px 24px 40px;color:var(--text-3);font-size:13px}
h1,h2,h3,p,dl,dd,figure,ul,table{margin:0;padding:0}
h1{font-size:32px;line-height:40px;font-weight:600;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:20px;line-height:28px;font-weight:600;letter-spacing:-.01em}
h3{font-size:14px;line-height:20px;font-weight:600}
section{margin-top:40px}
section>h2{margin-bottom:12px}
header{position:relative;padding-right:250px}
.kind{color:var(--text-3);font-size:13px;font-weight:500}
.subject{color:var(--text-2);overflow-wrap:anywhere}
.subject .span{display:block;color:var(--text-3)}
.buttons{position:absolute;top:0;right:0;display:flex;gap:8px}
[hidden]{display:none!important}
button{font:inherit;font-size:13px;line-height:20px;padding:5px 10px;color:var(--text);background:var(--panel);border:1px solid var(--line);border-radius:6px;cursor:pointer}
button:hover:enabled{border-color:var(--control)}
button:disabled{color:var(--text-3);cursor:default}
button[aria-pressed=true]{background:var(--text);color:var(--bg);border-color:var(--text)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.verdict{margin-top:24px;padding:16px 20px;background:var(--panel);border:1px solid var(--line);border-left:4px solid var(--control);border-radius:8px}
.verdict.pass{border-left-color:var(--ok)}.verdict.fail{border-left-color:var(--critical)}.verdict.gain{border-left-color:var(--up)}.verdict.loss{border-left-color:var(--down)}
.verdict h2{margin:0;font-size:18px;line-height:28px}
.chip{display:inline-block;padding:0 10px;margin-right:6px;border-radius:999px;border:1px solid currentColor;font-size:13px;line-height:22px;vertical-align:2px;color:var(--text-2)}
.chip.pass{color:var(--ok)}.chip.fail{color:var(--critical)}.chip.gain{color:var(--up)}.chip.loss{color:var(--down)}
.cautions{margin-top:8px;padding-left:0;list-style:none;color:var(--text-2)}
.cautions li{padding-left:24px;text-indent:-24px}
.cautions li::before{content:"!";display:inline-block;width:16px;height:16px;margin-right:8px;text-indent:0;text-align:center;font-size:11px;line-height:15px;font-weight:700;color:var(--warn);border:1px solid currentColor;border-radius:50%;vertical-align:1px}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);margin-top:16px;background:var(--panel);border:1px solid var(--line);border-radius:8px;overflow:hidden}
.tile{padding:12px 16px;min-width:0;box-shadow:1px 1px 0 var(--line)}
.tile dt{font-size:13px;line-height:18px;color:var(--text-2)}
.tile dd{font-size:24px;line-height:32px;font-weight:600;letter-spacing:-.02em;white-space:nowrap}
.tile dd.below{font-size:12px;line-height:16px;font-weight:400;letter-spacing:0;color:var(--text-3);white-space:normal}
.up{color:var(--up)}.down{color:var(--down)}
.panel,.shape{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px 16px 8px;margin-top:12px}
figcaption{display:flex;flex-wrap:wrap;gap:8px;align-items:center;justify-content:space-between;min-height:32px}
figcaption h3{overflow-wrap:anywhere;min-width:0}
.tools{display:flex;flex-wrap:wrap;gap:4px}
.note{color:var(--text-3);font-size:13px;line-height:20px}
section>.note{margin-top:8px}
.above{display:flex;flex-wrap:wrap;gap:0 24px;justify-content:space-between;min-height:24px;margin:4px 0 6px;font-size:13px;line-height:22px}
.legend{display:flex;flex-wrap:wrap;gap:0 16px;color:var(--text-2)}
.reading{color:var(--text);text-align:right}
.reading b{font-weight:500;color:var(--text-3)}.reading b:not(:first-child){margin-left:12px}
.key{display:inline-flex;align-items:center;gap:6px}
.key i{width:14px;height:3px;border-radius:2px;background:var(--text)}
.key i.other{background:var(--other);height:0;border-top:2px dashed var(--other);border-radius:0}
.key i.window{width:1px;height:14px;margin:0 6px;background:var(--control)}.key i.fall{background:rgb(var(--down-rgb)/.45);height:9px}.key i.exposed{background:rgb(var(--up-rgb)/.4);height:9px}.key i.range,.key i.spread{background:rgb(var(--up-rgb)/.16);height:9px}.key i.range,.key i.spread.inner{background:rgb(var(--up-rgb)/.3)}
.plot{position:relative;padding:4px 64px 6px 2px}
.plot.dated{padding-bottom:26px}
.plot>svg{display:block;width:100%;overflow:visible}
.tall>svg{height:300px}.middle>svg{height:170px}.low>svg{height:90px}
.plot+.plot{margin-top:6px}
.ink{overflow:hidden}
.grid line{stroke:var(--line);stroke-width:1}
.plot text{fill:var(--text-3);font-size:12px}
.axis-x text{text-anchor:middle}.axis-x .edge{text-anchor:start}
path.line{fill:none;stroke:var(--text);stroke-width:1.5;vector-effect:non-scaling-stroke;stroke-linejoin:round}
path.line.other{stroke:var(--other);stroke-dasharray:5 4}
path.line.price{stroke-width:1.2}
path.area,path.band{stroke:none}
.area.fall{fill:rgb(var(--down-rgb)/.45)}.area.exposed{fill:rgb(var(--up-rgb)/.4)}.band.range{fill:rgb(var(--up-rgb)/.28)}.band.spread{fill:rgb(var(--up-rgb)/.16)}
.level{stroke:var(--control);stroke-dasharray:2 3}
.base,.window{stroke:var(--control)}.window{stroke-opacity:.55}
.cross{stroke:var(--text-2);stroke-dasharray:3 3;visibility:hidden}
.reading-now .cross{visibility:visible}
.view-log{display:none}
[data-view=log] .view-log{display:block}[data-view=log] .view-linear{display:none}
.way{stroke-width:1.2;stroke-dasharray:2 2}.way.up{stroke:var(--up)}.way.down{stroke:var(--down)}
.mark{stroke:var(--panel);stroke-width:1}
.mark.long{fill:var(--up)}.mark.short{fill:var(--down)}
.mark.exit{fill:var(--panel);stroke:var(--text);stroke-width:1.5}
.mark.stop{fill:none;stroke:var(--down);stroke-width:2.4}
.mark.gain{fill:var(--panel);stroke:var(--up);stroke-width:1.8}
.mark.liquidation{fill:var(--critical)}
.shapes-only{position:absolute}
.select{fill:rgb(var(--up-rgb)/.2)}
[data-plot=price]{touch-action:pan-y;cursor:crosshair}
.strip{padding:0 64px 6px 2px}.strip svg{display:block;width:100%;height:28px}.strip rect{fill:var(--control)}
.shapes{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:12px}
.shape{margin:0;padding-bottom:12px}
.shape .plot{padding:6px 8px 26px}
.shape rect.up{fill:var(--up)}.shape rect.down{fill:var(--down)}.shape rect.flat{fill:var(--control)}
.scroll{position:relative;overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:13px;line-height:20px}
caption{text-align:left;font-weight:600;font-size:14px;padding:10px 12px 6px}
th,td{padding:6px 12px;text-align:right;white-space:nowrap;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--text-2);font-weight:500}
tbody th,td.text,th.text{text-align:left}
tbody th{font-weight:400}
td.text{white-space:normal;overflow-wrap:anywhere}
.lines{margin:0}.lines th:first-child,.lines td,.lines th{text-align:left}.lines td.text{min-width:260px}
.verdict .scroll{margin-top:12px}
.outcome.pass{color:var(--ok)}.outcome.warn{color:var(--warn)}.outcome.fail{color:var(--critical)}
.heat{table-layout:fixed;min-width:860px}.heat th:last-child{width:9.5%}.heat th,.heat td{padding:6px 8px;text-align:right}.heat th:first-child{text-align:left}
.heat td:last-child,.heat th:last-child{border-left:1px solid var(--line);font-weight:600}
${[1, 2, 3, 4, 5].map((step) => `.up-${step}{background:rgb(var(--up-rgb)/${(0.05 + step * 0.07).toFixed(2)})}.down-${step}{background:rgb(var(--down-rgb)/${(0.05 + step * 0.07).toFixed(2)})}`).join('')}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
td.bar{width:20%;min-width:80px}td.bar svg{display:block}td.bar rect{fill:rgb(var(--down-rgb)/.55)}
.costs .picture{min-width:140px;width:34%}.picture svg{display:block}.picture rect.up{fill:var(--up)}.picture rect.down{fill:var(--down)}.picture line{stroke:var(--control)}
.sum th,.sum td{font-weight:600;border-top:2px solid var(--line)}
.groups{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:12px;align-items:start}
.facts{background:var(--panel);border:1px solid var(--line);border-radius:8px;border-collapse:separate;border-spacing:0}
.facts th,.facts td{white-space:normal;overflow-wrap:anywhere}
.facts td{text-align:right;font-weight:500}
.facts tr[title]{cursor:help}
.facts th{color:var(--text-2);white-space:nowrap}
.conventions{margin-top:12px}
.conventions summary{cursor:pointer;color:var(--text-2);font-size:13px;padding:6px 0}
.conventions dl{columns:2 360px;column-gap:32px;font-size:13px;line-height:20px}
.conventions dl div{break-inside:avoid;padding:4px 0}
.conventions dt{font-weight:600}.conventions dd{color:var(--text-2)}
.inline-facts{display:flex;flex-wrap:wrap;gap:8px 32px;padding:4px 0 8px}
.inline-facts dt{font-size:12px;color:var(--text-3)}.inline-facts dd{font-weight:600}
.pager{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:8px 0}
.pager output{font-size:13px;color:var(--text-2);min-width:170px;text-align:center}
th[data-sort] button{all:unset;cursor:pointer}
th[data-sort] button:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
th[data-sort] button:hover{color:var(--text)}
th[aria-sort] button{color:var(--text);font-weight:600}
th[aria-sort=ascending] button::after{content:" ▲";font-size:9px}th[aria-sort=descending] button::after{content:" ▼";font-size:9px}
.trades td.text{white-space:nowrap}.trades tbody tr:hover{background:var(--raised)}
.command{margin:8px 0 0;padding:12px 16px;background:var(--raised);border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/20px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
#run-title~h3{margin-top:16px}
.paper-only{display:none}
@media (pointer:coarse){button,th[data-sort] button,.conventions summary{min-height:44px}th[data-sort] button{display:inline-flex;align-items:center}}
@media (max-width:700px){main{padding:20px 16px 8px}footer{padding:8px 16px 32px}header{padding-right:0}.buttons{position:static;margin-top:12px}h1{font-size:26px;line-height:32px}.verdict{padding:12px 16px}.tiles{grid-template-columns:1fr 1fr}.tile{padding:10px 12px}.tile dd{font-size:20px;line-height:28px}.panel,.shape{padding:8px 10px 6px}.plot,.strip{padding-right:50px}.plot text{font-size:11px}.axis-x .odd{display:none}.tall>svg{height:230px}section{margin-top:32px}.reading{text-align:left}.shapes .plot{padding-right:8px}.pager{gap:4px}.pager output{min-width:104px}th,td{padding:6px 10px}}
@media screen and (max-width:700px){.lines,.lines tbody{display:block}.lines thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.lines tbody tr{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2px 12px;padding:8px 12px;border-top:1px solid var(--line)}.lines tbody tr:first-child{border-top:0}.lines tbody th,.lines tbody td{padding:0;border:0}.lines td.text{min-width:0;flex-basis:100%}}
@media screen and (max-width:700px){.trades,.trades thead,.trades tbody{display:block}.trades thead tr{display:flex;flex-wrap:wrap;gap:4px 14px;padding:8px 10px}.trades thead th{padding:0}.trades tbody tr{display:grid;grid-template-columns:1.25fr 1fr 1fr;grid-template-areas:"number side profit" "entry held return" "size in out" "book book book" "exit exit fees";padding:6px 10px;border-top:1px solid var(--line)}.trades td{border:0;padding:1px 0;text-align:left;white-space:nowrap}.trades td:first-child{grid-area:number;color:var(--text-3)}.trades td:nth-child(2){grid-area:book;overflow-wrap:anywhere;white-space:normal}.trades td:nth-last-child(10){grid-area:side}.trades td:nth-last-child(9){grid-area:entry}.trades td:nth-last-child(8){grid-area:held}.trades td:nth-last-child(7){grid-area:size}.trades td:nth-last-child(6){grid-area:in}.trades td:nth-last-child(5){grid-area:out;text-align:right}.trades td:nth-last-child(4){grid-area:exit}.trades td:nth-last-child(3){grid-area:return;text-align:right}.trades td:nth-last-child(2){grid-area:fees;text-align:right}.trades td:last-child{grid-area:profit;text-align:right;font-weight:600}.trades td:nth-last-child(7)::before{content:"size "}.trades td:nth-last-child(6)::before{content:"in "}.trades td:nth-last-child(5)::before{content:"out "}.trades td:nth-last-child(8)::before{content:"held "}.trades td:nth-last-child(4)::before{content:"left by "}.trades td:nth-last-child(2)::before{content:"fees "}.trades td::before{color:var(--text-3)}}
@media (prefers-contrast:more){:root{--line:var(--control);--text-3:var(--text-2)}}
@media (forced-colors:active){.chip,.panel,.scroll,.verdict{border-color:CanvasText}}
@media print{@page{size:A4;margin:14mm}:root,:root[data-theme=dark],:root:not([data-theme=light]){color-scheme:light;--bg:#fff;--panel:#fff;--raised:#f3f5f8;--line:#ccd3dc;--control:#6f7a89;--text:#12161d;--text-2:#454f5e;--text-3:#5b6675;--up:#0369a1;--down:#b4400e;--warn:#7a5200;--critical:#b3123a;--ok:#166534;--up-rgb:3 105 161;--down-rgb:180 64 14;--other:#6b7280}body{font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}main,footer{max-width:none;padding:0}header{padding-right:0}.buttons,.tools,.pager,.needs-script,.reading{display:none!important}.paper-only{display:inline}section{margin-top:24px}h2,h2+.note,h3{break-after:avoid}figure,.verdict,.tiles,.facts,tr{break-inside:avoid}.scroll{overflow:visible;border:0;break-inside:avoid}th,td{padding:3px 6px;font-size:10.5px;line-height:15px}.trades th,.trades td,.heat th,.heat td{padding:3px 4px;font-size:9.5px}.tile dd{font-size:18px;line-height:24px}.tiles{grid-template-columns:repeat(4,1fr)}.tall>svg{height:230px}.groups{grid-template-columns:1fr 1fr}.shapes{grid-template-columns:repeat(3,1fr)}.conventions::details-content{content-visibility:visible;height:auto}.trades tbody tr:nth-child(n+26){display:none}}
@media (prefers-reduced-motion:no-preference){button{transition:border-color .12s}}
`;
