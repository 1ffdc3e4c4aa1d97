import { requirePermission } from 'ai-module-runtime';

/** What users may be allowed to do here, as the manifest declares it. */
export const permissions = {
  create: 'text_insights:create',
  read: 'text_insights:read',
  delete: 'text_insights:delete',
  admin: 'text_insights:admin',
} as const;

/** Guards of routes: 401 without a valid token, 403 without the permission. */
export const can = {
  create: requirePermission(permissions.create),
  read: requirePermission(permissions.read),
  delete: requirePermission(permissions.delete),
  admin: requirePermission(permissions.admin),
};
