import { describeFaults } from '../describe-faults.ts';

await describeFaults('fastapi-postgres');
