import { describeRow } from './matrix.ts';

await describeRow('fastapi-postgres');
