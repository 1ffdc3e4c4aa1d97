import { describeFaults } from '../describe-faults.ts';

await describeFaults('fastify-redis');
