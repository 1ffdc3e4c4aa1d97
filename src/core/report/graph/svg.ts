import { counted } from '../../text/display.ts';
import { type CardLine, cardOf, isDetailed } from './card.ts';
import { type Arrow, type Box, type Drawing, type Point, placeBoxes, type Size } from './layout.ts';
import { type GraphEvent, type GraphModule, graphProblems, type ModuleGraph, marksOf } from './module-graph.ts';

const lineHeight = 16;
const margin = 24;
const padding = 10;
/** Width of a character at the sizes of `style`: all text is in a monospaced font. */
const characterWidth = { title: 8, other: 6.7 };

/** The graph as a picture, with a legend and the problems as text. */
export function graphToSvg(graph: ModuleGraph): string {
  const { modules, events } = graph;
  const detailed = isDetailed(graph);
  const cards = modules.map((module) => cardOf(module, detailed));
  const drawnEvents = events.filter((event) => hasBox(event, detailed));
  const lines = linesOf(graph);
  const drawing = placeBoxes([...cards, ...drawnEvents.map(pillOf)].map(sizeOfCard), lines);
  const header = headerOf(graph);
  const top = margin + header.length * (lineHeight + 2) + 8;
  const legend = legendOf(graph);
  const width = Math.max(
    drawing.width,
    ...header.map(({ text }) => text.length * characterWidth.other),
    legend.length * 210,
  );
  const total = { width: Math.ceil(width + 2 * margin), height: Math.ceil(top + drawing.height + 2 * margin + 30) };
  const { inCycle, isInLoop } = marksOf(graph);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" role="img">`,
    `<title>${escaped(summaryOf(graph))}</title>`,
    style,
    ...['line', 'event', 'loop', 'problem'].map(arrowHead),
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...header.map(({ text, tone }, index) => textAt(text, tone, margin, margin + 6 + index * (lineHeight + 2))),
    `<g transform="translate(${margin} ${top})">`,
    ...lines.map((line, index) => arrowOf(line, drawing, index)),
    ...modules.map((module, index) =>
      cardAt(drawing.boxes[index] as Box, cards[index] ?? [], {
        kind: module.state === 'valid' && !inCycle.has(index) ? 'module' : 'problem',
        radius: 5,
        tooltip: tooltipOf(module),
      }),
    ),
    ...drawnEvents.map((event, index) =>
      cardAt(drawing.boxes[modules.length + index] as Box, pillOf(event), {
        kind: event.publishers.length === 0 ? 'problem' : isInLoop(event) ? 'loop' : 'event',
        radius: 14,
        tooltip: event.name,
      }),
    ),
    ...lines.map((line, index) => labelOf(line, drawing, index)),
    '</g>',
    ...legend.map((entry, index) => legendAt(entry, margin + index * 210, total.height - margin)),
    '</svg>',
    '',
  ]
    .filter((line, index, all) => line !== '' || index === all.length - 1)
    .join('\n');
}

const style = [
  '<style>',
  'text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 11px; fill: #333333; white-space: pre; }',
  '.title { font-size: 13px; font-weight: 600; fill: #111111; }',
  '.dim { fill: #6b6b6b; } .warning { fill: #8a5200; } .error { fill: #b3261e; }',
  '.module { fill: #f7f7f8; stroke: #6b7280; } .event { fill: #e8f1ff; stroke: #3569b5; }',
  'rect.loop { fill: #fff3d6; stroke: #a86500; stroke-width: 2; } rect.problem { fill: #ffe9e7; stroke: #c62828; stroke-width: 2; }',
  'path.arrow { fill: none; stroke: #555555; } path.arrow.event { stroke: #3569b5; stroke-dasharray: 5 3; }',
  'path.arrow.loop { stroke: #a86500; stroke-dasharray: 5 3; } path.arrow.problem { stroke: #c62828; }',
  'path.arrow.unsent { stroke: #c62828; stroke-dasharray: 5 3; } path.arrow.permission { stroke-dasharray: 1 3; stroke-linecap: round; stroke-width: 2; }',
  '</style>',
].join('\n');

const arrowColors: Readonly<Record<string, string>> = {
  line: '#555555',
  event: '#3569b5',
  loop: '#a86500',
  problem: '#c62828',
};

function arrowHead(kind: string): string {
  return `<marker id="to-${kind}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${arrowColors[kind]}"/></marker>`;
}

function summaryOf({ modules, events, dependencies }: ModuleGraph): string {
  const kinds = [
    counted(modules.length, 'module'),
    `${counted(events.length, 'event')} with subscribers`,
    dependencies.length === 1 ? '1 dependency' : `${dependencies.length} dependencies`,
  ];
  return kinds.join(', ');
}

/** In a large drawing, arrows lead from publishers to subscribers directly, and cards name the events. */
function hasBox({ publishers }: GraphEvent, detailed: boolean): boolean {
  return detailed || publishers.length === 0;
}

const mostProblems = 12;

function headerOf(graph: ModuleGraph): CardLine[] {
  const problems = graphProblems(graph).map((text): CardLine => ({ text, tone: 'error' }));
  const more = problems.length - mostProblems;
  return [
    { text: summaryOf(graph), tone: 'title' },
    ...problems.slice(0, mostProblems),
    ...(more > 0 ? [{ text: `and ${counted(more, 'more problem')}`, tone: 'error' as const }] : []),
  ];
}

function pillOf({ name, publishers }: GraphEvent): CardLine[] {
  const event: CardLine = { text: name, tone: 'plain' };
  return publishers.length === 0 ? [event, { text: 'no publisher', tone: 'error' }] : [event];
}

function sizeOfCard(lines: readonly CardLine[]): Size {
  const widths = lines.map(({ text, tone }) => widthOf(text, tone));
  return { width: Math.ceil(Math.max(...widths) + 2 * padding), height: lines.length * lineHeight + padding };
}

/** Letters of some scripts are twice as wide. */
function widthOf(text: string, tone: CardLine['tone']): number {
  const columns = [...text].reduce(
    (sum, character) => sum + (/[\u1100-\uffff]|[^\u0000-\uffff]/u.test(character) ? 2 : 1),
    0,
  );
  return columns * (tone === 'title' ? characterWidth.title : characterWidth.other);
}

interface Line extends Arrow {
  readonly kind: 'dependency' | 'permission' | 'event' | 'loop' | 'problem' | 'unsent';
  readonly texts: readonly string[];
  readonly tooltip?: string;
}

/** The arrows of the picture. Boxes of events follow those of the modules. */
function linesOf(graph: ModuleGraph): Line[] {
  const { modules, events, dependencies, permissions } = graph;
  const { isInCycle, isInLoop } = marksOf(graph);
  const detailed = isDetailed(graph);
  const drawnEvents = events.filter((event) => hasBox(event, detailed));
  return [
    ...dependencies.map((link): Line => ({ ...link, kind: isInCycle(link) ? 'problem' : 'dependency', texts: [] })),
    ...permissions.map(({ from, to, permissions: texts }): Line => {
      const width = Math.max(...texts.map((text) => widthOf(text, 'plain'))) + 8;
      return { from, to, kind: 'permission', texts, label: { width, height: texts.length * lineHeight } };
    }),
    ...drawnEvents.flatMap((event, index): Line[] => {
      const box = modules.length + index;
      const kind = event.publishers.length === 0 ? 'unsent' : isInLoop(event) ? 'loop' : 'event';
      return [
        ...event.publishers.map((from): Line => ({ from, to: box, kind, texts: [], isBackward: true })),
        ...event.subscribers.map((to): Line => ({ from: box, to, kind, texts: [], isBackward: true })),
      ];
    }),
    ...events.flatMap((event): Line[] => {
      if (hasBox(event, detailed)) return [];
      const kind = isInLoop(event) ? 'loop' : 'event';
      return event.publishers.flatMap((from) =>
        event.subscribers.map((to): Line => ({ from, to, kind, texts: [], isBackward: true, tooltip: event.name })),
      );
    }),
  ];
}

function arrowOf({ kind, tooltip }: Line, drawing: Drawing, index: number): string {
  const points = drawing.arrows[index]?.points ?? [];
  const head =
    kind === 'unsent' ? 'problem' : kind === 'event' || kind === 'loop' || kind === 'problem' ? kind : 'line';
  const path = `<path class="arrow ${kind}" d="${curve(points)}" marker-end="url(#to-${head})"`;
  return tooltip === undefined ? `${path}/>` : `${path}><title>${escaped(tooltip)}</title></path>`;
}

/** A curve through the middles between the bends. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${rounded(x)} ${rounded(y)}`;
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const last = rest.at(-1) ?? first;
  const bends = rest.slice(0, -1).map((bend, index) => {
    const next = rest[index + 1] as Point;
    return `Q${at(bend)} ${at(index === rest.length - 2 ? last : middle(bend, next))}`;
  });
  // A line without a length would give the arrowhead no direction.
  return `M${at(first)}${bends.length === 0 ? `L${at(last)}` : bends.join('')}`;
}

function labelOf({ texts }: Line, drawing: Drawing, index: number): string {
  const place = drawing.arrows[index]?.label;
  if (place === undefined) return '';
  const top = place.y - (texts.length * lineHeight) / 2;
  return texts
    .map((text, line) => {
      const y = rounded(top + line * lineHeight + 12);
      return `<text class="dim" x="${rounded(place.x)}" y="${y}" text-anchor="middle" paint-order="stroke" stroke="#ffffff" stroke-width="4">${escaped(text)}</text>`;
    })
    .join('\n');
}

function cardAt(
  { x, y, width, height }: Box,
  lines: readonly CardLine[],
  { kind, radius, tooltip }: { readonly kind: string; readonly radius: number; readonly tooltip: string },
): string {
  const [left, top] = [rounded(x - width / 2), rounded(y - height / 2)];
  return [
    `<g><title>${escaped(tooltip)}</title>`,
    `<rect class="${kind}" x="${left}" y="${top}" width="${width}" height="${height}" rx="${radius}"/>`,
    ...lines.map(({ text, tone }, index) =>
      textAt(text, tone, left + padding, rounded(top + padding / 2 + 11.5 + index * lineHeight)),
    ),
    '</g>',
  ].join('\n');
}

function textAt(text: string, tone: CardLine['tone'], x: number, y: number): string {
  return `<text class="${tone}" x="${rounded(x)}" y="${rounded(y)}">${escaped(text)}</text>`;
}

/** Everything about a module: the text that appears when the pointer is above its card. */
function tooltipOf(module: GraphModule): string {
  const { folder, description } = module;
  const all = cardOf(module, true).map(({ text }) => text.trim());
  return [...all, ...(description === '' ? [] : [description]), ...(folder === undefined ? [] : [folder])].join('\n');
}

interface LegendEntry {
  readonly kind: string;
  readonly head: string;
  readonly text: string;
}

/** Explains the lines that the picture has. */
function legendOf(graph: ModuleGraph): LegendEntry[] {
  const { dependencies, permissions, events, cycles, loops } = graph;
  const entries: (readonly [boolean, LegendEntry])[] = [
    [dependencies.length > 0, { kind: 'dependency', head: 'line', text: 'A → B: A needs B' }],
    [permissions.length > 0, { kind: 'permission', head: 'line', text: 'uses a permission' }],
    [
      events.some(({ publishers }) => publishers.length > 0),
      { kind: 'event', head: 'event', text: 'event, to its subscriber' },
    ],
    [loops.length > 0, { kind: 'loop', head: 'loop', text: 'event loop' }],
    [cycles.length > 0, { kind: 'problem', head: 'problem', text: 'cycle' }],
    [
      events.some(({ publishers }) => publishers.length === 0),
      { kind: 'unsent', head: 'problem', text: 'event without publisher' },
    ],
  ];
  return entries.flatMap(([isUsed, entry]) => (isUsed ? [entry] : []));
}

function legendAt({ kind, head, text }: LegendEntry, x: number, y: number): string {
  const line = `<path class="arrow ${kind}" d="M${x} ${y}h34" marker-end="url(#to-${head})"/>`;
  return `${line}\n${textAt(text, 'dim', x + 42, y + 4)}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML, which refuses control characters. */
function escaped(text: string): string {
  return text
    .replace(/(?!\n)[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
