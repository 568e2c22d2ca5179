import { COINBASE } from '../venues/coinbase/harness.ts';
import { VENUE_CASES } from './venue-acceptance.ts';
import { venueGatewayContract } from './venue-gateway.ts';

venueGatewayContract(COINBASE, VENUE_CASES);
