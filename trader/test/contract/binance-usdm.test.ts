import { BINANCE_FUTURES } from '../venues/binance/futures-harness.ts';
import { VENUE_CASES } from './venue-acceptance.ts';
import { venueGatewayContract } from './venue-gateway.ts';

venueGatewayContract(BINANCE_FUTURES, VENUE_CASES);
