import { type DrawnManifest, graphOf, type ModuleGraph } from '../../../../src/core/report/graph/module-graph.ts';
import { goodManifest } from '../../manifest/good-manifest.ts';

/** A graph whose texts are hostile where a manifest allows it: names of folders and descriptions. */
export function hostileGraph(text: string): ModuleGraph {
  return graphOf(
    [
      { name: text, folder: `modules/${text}`, manifest: undefined },
      {
        name: 'search',
        folder: 'modules/search',
        manifest: goodManifest('search', { description: text, events_subscribed: ['nobody.sends'] }),
      },
    ],
    [],
  );
}

/** As many modules as a large host has: each needs an earlier one, and some handle its events. */
export function largeGraph(count: number): ModuleGraph {
  const modules = Array.from({ length: count }, (_, index): DrawnManifest => {
    const name = `module_${index}`;
    const before = `module_${Math.floor(index / 3)}`;
    return {
      name,
      folder: `modules/${name}`,
      manifest: goodManifest(name, {
        dependencies: index === 0 ? [] : [`module:${before}`],
        events_subscribed: index % 4 === 1 ? [`${before}.completed`] : [],
      }),
    };
  });
  return graphOf(modules, []);
}
