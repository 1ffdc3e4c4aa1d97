import { describe, expect, it } from 'vitest';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { acceptedManifests, describeRender, modulesOf } from './describe-render.ts';
import { PythonParser } from './python-parser.ts';

const runs = 2_000;

describe('a module of FastAPI', () => describeRender('fastapi'));

await describeWhere('a module of FastAPI, parsed', missingPython(), () => {
  it(`is Python, for ${runs} manifests of any kind`, { timeout: 600_000 }, async () => {
    const parser = new PythonParser();
    for await (const tree of await modulesOf('fastapi', acceptedManifests(runs)))
      for (const [path, { content }] of tree) if (path.endsWith('.py')) await parser.parse(String(content));
    const { parsed, faults } = await parser.end();
    expect(faults.slice(0, 3)).toEqual([]);
    expect(parsed).toBeGreaterThan(10 * runs);
  });
});
