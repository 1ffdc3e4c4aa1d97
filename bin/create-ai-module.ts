import { version } from '../src/cli/version.ts';

const [first, ...rest] = process.argv.slice(2);

// What scripts ask most often is answered before anything else is read from the disk. Nobody need read the answer.
if (rest.length === 0 && (first === '--version' || first === '-v'))
  process.stdout.on('error', () => {}).write(`${version}\n`);
else import('../src/cli/main.ts').then(({ main }) => main());
