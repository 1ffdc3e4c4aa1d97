import { isAllowed, jwtSecret, type Ports, type Settings, Tokens } from 'ai-module-runtime';

/** Tokens contain the user: the id, the permissions, and whether the user is an administrator. */
export function createTokens(settings: Settings): Tokens {
  return new Tokens(jwtSecret(settings));
}

/** Who sent a request, and what that user may do. Change these functions to use your own users. */
export function createUsers(settings: Settings): Pick<Ports, 'authenticate' | 'may'> {
  const tokens = createTokens(settings);
  return {
    // Null means 401. Throw an HttpError with status 403 or 503 for other answers.
    authenticate: (request) => tokens.authenticate(request),
    may: (user, permission) => isAllowed(user, permission),
  };
}
