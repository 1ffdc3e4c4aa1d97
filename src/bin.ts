import { version } from './cli/output/version.ts';
import { reportOutputErrors } from './io/output-errors.ts';

/** The output of --help, inserted by the build. */
declare const HELP: string;

const [first, ...rest] = process.argv.slice(2);
const answers: Readonly<Record<string, string>> = {
  '--version': `${version}\n`,
  '-v': `${version}\n`,
  '--help': HELP,
  '-h': HELP,
};
const answer = rest.length === 0 && Object.hasOwn(answers, first ?? '') ? answers[first as string] : undefined;

// Answered without loading the tool, because scripts often ask for them.
if (answer !== undefined) reportOutputErrors(process.stdout, 'Standard output').write(answer);
else import('./cli/main.ts').then(({ main }) => main());
