import { jwtSecret } from '../host/launch-host.ts';
import { databasePassword } from '../host/services.ts';
import { providerKey } from './fake-openai.ts';

/** Secrets that hosts are given and must never say: the tokens' key, the provider's key, the servers' password. */
export const planted = new RegExp([jwtSecret, providerKey, databasePassword].join('|'));
