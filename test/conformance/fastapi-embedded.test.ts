import { fastapiLauncher } from './host/launch-fastapi.ts';
import { describeRow } from './matrix.ts';

const python = process.env.CONFORMANCE_PYTHON ?? 'python3';

describeRow('fastapi, embedded', 'CONFORMANCE_FASTAPI_HOST', (dir) => fastapiLauncher({ dir, python }));
