import { cardOf, isDetailed } from './card.ts';
import { type ModuleGraph, marksOf } from './module-graph.ts';

/** The graph in the DOT language of Graphviz. */
export function graphToDot(graph: ModuleGraph): string {
  const { modules, events, dependencies, permissions } = graph;
  const { inCycle, isInLoop, isInCycle } = marksOf(graph);
  const lines = ['rankdir=LR', 'node [shape=box, fontname="Courier", fontsize=10]', 'edge [color="#555555"]'];
  for (const [index, module] of modules.entries()) {
    const text = cardOf(module, isDetailed(graph)).map((line) => line.text);
    lines.push(`m${index} [label=${quoted(text)}${module.state !== 'valid' || inCycle.has(index) ? problem : ''}]`);
  }
  for (const [index, event] of events.entries()) {
    const { name, publishers, subscribers } = event;
    const color = publishers.length === 0 ? problem : `, color="${isInLoop(event) ? '#a86500' : '#3569b5'}"`;
    const text = publishers.length === 0 ? [name, 'no publisher'] : [name];
    lines.push(`e${index} [shape=ellipse, label=${quoted(text)}${color}]`);
    for (const publisher of publishers) lines.push(`m${publisher} -> e${index} [style=dashed]`);
    for (const subscriber of subscribers) lines.push(`e${index} -> m${subscriber} [style=dashed]`);
  }
  for (const link of dependencies)
    lines.push(`m${link.from} -> m${link.to} [label="needs"${isInCycle(link) ? problem : ''}]`);
  for (const { from, to, permissions: names } of permissions)
    lines.push(`m${from} -> m${to} [style=dotted, label=${quoted(names)}]`);
  return `digraph modules {\n  ${lines.join(';\n  ')};\n}\n`;
}

const problem = ', color="#c62828", fontcolor="#c62828"';

/** Lines as a string of DOT, each left-aligned. Graphviz reads entities such as `&amp;` in it. */
function quoted(lines: readonly string[]): string {
  const text = lines.map((line) =>
    line
      .replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replace(/["\\]/g, '\\$&'),
  );
  return `"${text.join('\\l')}${text.length > 1 ? '\\l' : ''}"`;
}
