import { describeSoak } from '../describe-soak.ts';

await describeSoak('fastify-postgres');
