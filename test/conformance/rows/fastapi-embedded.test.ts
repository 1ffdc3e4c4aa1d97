import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { describeRow, pythonFor } from './matrix.ts';

await describeRow('fastapi, embedded', 'fastapi', {
  launcher: (dir) => fastapiLauncher({ dir, python: pythonFor(dir) }),
});
