import { describe, expect, it } from 'vitest';
import { draws, eachSeed } from '../../draws.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { describeRender, rendererOf } from './describe-render.ts';
import { PythonParser } from './python-parser.ts';
import { randomManifest } from './random-manifest.ts';

describe('a module of FastAPI', () => describeRender('fastapi', { mostLines: 300 }));

await describeWhere('a module of FastAPI, parsed', missingPython(), () => {
  it(`is valid Python for ${draws.pythonRenders} random manifests`, async () => {
    const render = await rendererOf('fastapi');
    const parser = new PythonParser();
    await eachSeed(draws.pythonRenders, async (seed) => {
      for (const [path, { content }] of await render(randomManifest(seed)))
        if (path.endsWith('.py')) await parser.parse(String(content));
    });
    const { parsed, errors } = await parser.end();
    expect(errors.slice(0, 3)).toEqual([]);
    expect(parsed).toBeGreaterThan(10 * draws.pythonRenders);
  });
});
