// A process that trades as far as a watchdog can see: it places two orders at a server on loopback,
// says so, and gives signs of life until it is told to end.
import { SpotGateway, spotListings } from '../../src/adapters/binance/gateway.ts';
import { Signer } from '../../src/adapters/binance/signing.ts';
import { LifeSign } from '../../src/app/wiring/life-sign.ts';
import { hostsOf } from '../../src/app/wiring/venue-hosts.ts';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { Order } from '../../src/domain/order.ts';
import { Random } from '../../src/domain/random.ts';

const [, , home = '', port = ''] = process.argv;
const signer = new Signer(process.env['ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY'] ?? '', process.env['ALGOTRENDY_SECRET_BINANCE_TESTNET_SECRET'] ?? '');
const spec = { hosts: hostsOf('binance', 'sandbox', Number(port)), signer, clock: WALL_CLOCK, random: new Random(1), onUnreadable: () => undefined };
const [listing] = await spotListings(spec);
const gateway = new SpotGateway(spec, [listing]);
for (let place = 0; place < 2; place++) {
  await gateway.submit(new Order({ run: 'r', name: 'b', index: 0 }, 1, place, 'target', 0, 'buy', 'limit', 'gtc', 10_000, 2_000, Date.now()));
}
const sign = new LifeSign(home, { venue: 'binance', world: 'sandbox' }, gateway, WALL_CLOCK, 2_000, () => undefined);
sign.give();
const timer = setInterval(() => { sign.give(); }, 100);
process.on('SIGTERM', () => {
  clearInterval(timer);
  void sign.end().then(() => gateway.close()).then(() => process.exit(0));
});
process.stdout.write('placed\n');
