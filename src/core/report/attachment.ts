import type { Fact } from '../attach/application.ts';
import type { Paint } from './check-report.ts';

/** What was found in an application, with the places. */
export function reportAttachment(facts: readonly Fact[], paint: Paint): string {
  const width = Math.max(...facts.map(({ name }) => name.length));
  return facts
    .map(({ name, value, evidence }) => {
      const places = evidence.map(({ file, line }) => `${file}:${line}`).join(', ');
      return `  ${name.padEnd(width)}  ${value}${places === '' ? '' : paint.dim(`  ${places}`)}\n`;
    })
    .join('');
}
