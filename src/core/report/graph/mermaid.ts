import { cardOf, isDetailed } from './card.ts';
import { type ModuleGraph, marksOf } from './module-graph.ts';

/** The graph for Mermaid, which GitHub and many wikis draw. */
export function graphToMermaid(graph: ModuleGraph): string {
  const { modules, events, dependencies, permissions } = graph;
  const { inCycle, isInLoop } = marksOf(graph);
  const lines = ['flowchart LR'];
  for (const [index, module] of modules.entries()) {
    const text = cardOf(module, isDetailed(graph)).map((line) => escaped(line.text.trim()));
    const kind = module.state !== 'valid' || inCycle.has(index) ? ':::problem' : '';
    lines.push(`m${index}["${text.join('<br/>')}"]${kind}`);
  }
  for (const [index, event] of events.entries()) {
    const { name, publishers, subscribers } = event;
    const isUnsent = publishers.length === 0;
    const kind = isUnsent ? ':::problem' : isInLoop(event) ? ':::loop' : ':::event';
    lines.push(`e${index}(["${escaped(name)}${isUnsent ? '<br/>no publisher' : ''}"])${kind}`);
    for (const publisher of publishers) lines.push(`m${publisher} -.-> e${index}`);
    for (const subscriber of subscribers) lines.push(`e${index} -.-> m${subscriber}`);
  }
  for (const { from, to } of dependencies) lines.push(`m${from} -->|needs| m${to}`);
  for (const { from, to, permissions: names } of permissions)
    lines.push(`m${from} -->|"${names.map(escaped).join('<br/>')}"| m${to}`);
  lines.push('classDef event fill:#e8f1ff,stroke:#3569b5,color:#1b3a66');
  lines.push('classDef loop fill:#fff3d6,stroke:#a86500,color:#5c3700');
  lines.push('classDef problem fill:#ffe9e7,stroke:#c62828,color:#8c1515');
  return `${lines.join('\n  ')}\n`;
}

/** Characters that Mermaid or HTML could read as syntax become entity codes. */
function escaped(text: string): string {
  return text.replace(
    /[^\p{L}\p{N} _.,:()/@+-]/gu,
    (character) => `#${/\p{C}/u.test(character) ? 0xfffd : character.codePointAt(0)};`,
  );
}
