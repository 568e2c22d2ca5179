import { ALPACA_COINS, ALPACA_SHARES } from '../venues/alpaca/alpaca-harness.ts';
import { VENUE_CASES } from './venue-acceptance.ts';
import { venueGatewayContract } from './venue-gateway.ts';

venueGatewayContract(ALPACA_SHARES, VENUE_CASES);
venueGatewayContract(ALPACA_COINS, VENUE_CASES);
