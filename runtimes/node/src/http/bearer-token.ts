import type { HostRequest } from '../ports.ts';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;

/** The bearer token in the `Authorization` header of a request, if there is one. */
export function bearerToken(request: Pick<HostRequest, 'headers'>): string | undefined {
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}
