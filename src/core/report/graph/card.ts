import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import { counted } from '../../text/display.ts';
import type { GraphModule, ModuleGraph } from './module-graph.ts';

/** A line of a card. Colors of a picture depend on the tone. */
export interface CardLine {
  readonly text: string;
  readonly tone: 'title' | 'plain' | 'dim' | 'warning' | 'error';
}

/** More modules are drawn with numbers instead of lists. */
const mostDetailed = 20;

export function isDetailed({ modules }: ModuleGraph): boolean {
  return modules.length <= mostDetailed;
}

/** What a picture shows about a module. The first line is its name. */
export function cardOf(module: GraphModule, isDetailed: boolean): CardLine[] {
  const { name, state, version, permissions, services, unheard, heard, fromHost } = module;
  const title: CardLine = { text: version === undefined ? name : `${name} ${version}`, tone: 'title' };
  if (state === 'invalid') return [title, { text: 'invalid manifest', tone: 'error' }];
  if (state === 'missing') return [title, { text: 'not in this host', tone: 'error' }];
  if (!isDetailed) {
    const count = counted(permissions.length, 'permission');
    const unused: CardLine = { text: `${counted(unheard.length, 'event')} without subscriber`, tone: 'warning' };
    return [
      title,
      { text: count, tone: 'dim' },
      ...listed('on', heard, 'plain'),
      ...(unheard.length === 0 ? [] : [unused]),
    ];
  }
  return [
    title,
    ...listed('permissions', shortened(module, permissions), 'plain'),
    ...listed('needs', services, 'plain'),
    ...listed('from the host', fromHost, 'dim'),
    ...listed('events without subscriber', shortened(module, unheard), 'warning'),
  ];
}

/** Names in the namespace of the module by their verbs. */
function shortened({ namespace }: GraphModule, names: readonly string[]): string[] {
  return names.map((one) => (isInNamespace(one, namespace) ? splitName(one)[1] : one));
}

const widest = 44;

/** `title: one, two`, in lines of about the same width. */
function listed(title: string, words: readonly string[], tone: CardLine['tone']): CardLine[] {
  if (words.length === 0) return [];
  const lines = [`${title}: `];
  for (const [index, word] of words.entries()) {
    const text = index === words.length - 1 ? word : `${word}, `;
    const last = lines.at(-1) ?? '';
    if (last.length + word.length > widest && index > 0) lines.push(`  ${text}`);
    else lines[lines.length - 1] = last + text;
  }
  return lines.map((text) => ({ text: text.trimEnd(), tone }));
}
