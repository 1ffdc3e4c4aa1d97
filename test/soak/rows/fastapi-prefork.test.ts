import { describeSoak } from '../describe-soak.ts';

await describeSoak('fastapi-prefork');
