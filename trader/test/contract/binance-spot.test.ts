import { BINANCE_SPOT } from '../venues/binance/spot-harness.ts';
import { VENUE_CASES } from './venue-acceptance.ts';
import { venueGatewayContract } from './venue-gateway.ts';

venueGatewayContract(BINANCE_SPOT, VENUE_CASES);
