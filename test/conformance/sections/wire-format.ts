import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { WireFormat } from '../wire/answer-kinds.ts';
import { differences, union } from '../wire/shape-diff.ts';
import type { World } from '../world.ts';

const file = fileURLToPath(new URL('../wire-format.json', import.meta.url));

interface Golden {
  /** Answers that occur in every mode. */
  readonly everywhere: WireFormat;
  /** Answers that occur only in distributed mode. */
  readonly elsewhere: WireFormat;
}

/**
 * Runs last: compares every kind of answer and event of this run with wire-format.json, key by key. All stacks and
 * modes share that file, so they agree with each other. CONFORMANCE_WRITE=1 writes it from the current row: run an
 * embedded row first, which replaces the file, then the others.
 */
export function describeWireFormat(world: World): void {
  it('is the same in every stack and mode, key by key', () => {
    const seen = world.traffic.kinds.format();
    if (process.env.CONFORMANCE_WRITE === '1') write(seen, world.launcher.mode);
    const { everywhere, elsewhere } = readGolden();
    const golden = { ...elsewhere, ...everywhere };
    const unlike = Object.entries(seen).flatMap(([kind, shape]) => {
      const wanted = golden[kind];
      return (wanted === undefined ? ['unknown kind of answer'] : differences(wanted, shape)).map(
        (it) => `${kind}: ${it}`,
      );
    });
    expect(unlike).toEqual([]);
    const missing = Object.keys(everywhere).filter((kind) => !(kind in seen));
    expect(missing, 'missing kinds of answers; all sections must have run').toEqual([]);
  });
}

const readGolden = (): Golden =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Golden) : { everywhere: {}, elsewhere: {} };

function write(seen: WireFormat, mode: 'embedded' | 'distributed'): void {
  const { everywhere, elsewhere } = readGolden();
  const inAll = (kind: string) => kind in everywhere;
  const [common, more] = [true, false].map((all) =>
    Object.fromEntries(Object.entries(seen).filter(([kind]) => inAll(kind) === all)),
  );
  const golden: Golden =
    mode === 'embedded'
      ? { everywhere: seen, elsewhere: {} }
      : { everywhere: union(everywhere, common!), elsewhere: union(elsewhere, more!) };
  writeFileSync(file, JSON.stringify(golden));
  execFileSync('npx', ['biome', 'format', '--write', file]);
}
