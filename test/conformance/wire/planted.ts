import { jwtSecret } from '../host/launch-host.ts';
import { databasePassword } from '../host/services.ts';
import { providerKey } from './fake-openai.ts';

/** Secrets that hosts must never output: the token key, the provider key and the servers' password. */
export const planted = new RegExp([jwtSecret, providerKey, databasePassword].join('|'));
