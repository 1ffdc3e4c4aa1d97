import { version } from '../src/cli/version.ts';
import { reportOutputErrors } from '../src/io/output-errors.ts';

const [first, ...rest] = process.argv.slice(2);

// What scripts ask most often is answered before anything else is read from the disk.
if (rest.length === 0 && (first === '--version' || first === '-v'))
  reportOutputErrors(process.stdout, 'Standard output').write(`${version}\n`);
else import('../src/cli/main.ts').then(({ main }) => main());
