/*
 * What routes written by hand depend on. `jobRoutes` and `endpoint` ask for the permissions of the manifest themselves;
 * elsewhere write `onRequest: requirePermission('invoices:read')`: 401 without a valid token, 403 without the permission.
 */
export { requireAdmin, requirePermission } from 'ai-module-runtime';
