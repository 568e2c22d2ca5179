// Prints docs/venues/acceptance.md.
import { acceptancePage } from './venue-acceptance.ts';

process.stdout.write(acceptancePage());
