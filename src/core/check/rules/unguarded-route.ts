import { endpointsOf, shapeOf } from '../../manifest/endpoints.ts';
import type { CodeRule } from '../rule.ts';

export const unguardedRoute: CodeRule = {
  id: 'unguarded-route',
  kind: 'code',
  severity: 'error',
  summary: 'a route of the code requires no permission',
  why: 'Everyone who can reach the host can call it.',
  check({ manifest, namespace }, { routes, broken }) {
    const needed = new Map(endpointsOf(manifest).map((one) => [shapeOf(one), `${namespace}:${one.permission}`]));
    const open = routes.filter(
      ({ permissions, isGuardKnown, place }) =>
        permissions.length === 0 && isGuardKnown && !broken.some(({ file }) => file === place.file),
    );
    return open.map((route) => {
      const permission = needed.get(shapeOf(route));
      const hint = permission === undefined ? 'Require a permission.' : `Require ${permission}.`;
      return { place: route.place, message: `${route.method} ${route.path} requires no permission`, hint };
    });
  },
};
