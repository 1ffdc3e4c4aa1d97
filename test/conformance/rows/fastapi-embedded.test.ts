import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { describeRow, python } from './matrix.ts';

describeRow('fastapi, embedded', 'CONFORMANCE_FASTAPI_HOST', { launcher: (dir) => fastapiLauncher({ dir, python }) });
