import { render, type TargetedMouseEvent } from 'preact';
import { useState } from 'preact/hooks';
import { call, token } from './api.ts';
import { DeadLetters, OneDeadLetter } from './dead-letters.tsx';
import { Jobs, OneJob } from './jobs.tsx';
import { Modules, OneModule } from './modules.tsx';
import { Failed, Notice, Title } from './parts.tsx';
import { type Route, useRoute } from './route.ts';
import { useData } from './use-data.ts';

const PAGES = [
  { page: 'modules', label: 'Modules', List: Modules, One: OneModule },
  { page: 'jobs', label: 'Jobs', List: Jobs, One: OneJob },
  { page: 'dead-letters', label: 'Dead letters', List: DeadLetters, One: OneDeadLetter },
];

/** The page, for administrators: with the token of this tab, or the session of the application. */
function Console() {
  const route = useRoute();
  const access = useData('access', () => call('GET', 'api/v1/jobs?limit=1'));
  const status = access.error?.status ?? (access.data === undefined ? undefined : 200);
  const current = PAGES.find(({ page }) => page === route.page) ?? PAGES[0];
  return (
    <>
      <a class="skip" href={location.hash || '#/'} onClick={skip}>
        Skip to the content
      </a>
      <header>
        <strong>AI modules</strong>
        {status === 200 && (
          <nav aria-label="Console">
            {PAGES.map(({ page, label }) => (
              <a key={page} href={`#/${page}`} aria-current={current?.page === page ? 'page' : undefined}>
                {label}
              </a>
            ))}
          </nav>
        )}
        {token.get() !== null && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              token.remove();
              access.reload();
            }}
          >
            Sign out
          </button>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        {status === undefined && <p>Loading…</p>}
        {(status === 401 || status === 403) && <SignIn status={status} onSignedIn={access.reload} />}
        {status !== undefined && ![200, 401, 403].includes(status) && <Failed error={access.error} />}
        {status === 200 && current && <Page route={route} {...current} />}
      </main>
    </>
  );
}

function skip(event: TargetedMouseEvent<HTMLAnchorElement>): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Page({ route, List, One }: { readonly route: Route } & Pick<(typeof PAGES)[number], 'List' | 'One'>) {
  return route.id === '' ? <List {...route} key={route.page} /> : <One {...route} key={`${route.page}/${route.id}`} />;
}

function SignIn({ status, onSignedIn }: { readonly status: number; readonly onSignedIn: () => void }) {
  const [held, setHeld] = useState('');
  const hasToken = token.get() !== null;
  const text = status === 403 ? 'This user is not an administrator.' : hasToken ? 'The token is not valid.' : '';
  return (
    <>
      <Title>Sign in</Title>
      <Notice text={text} isError />
      <form
        class="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          token.set(held.trim());
          onSignedIn();
        }}
      >
        <label>
          Token of an administrator
          <input
            type="password"
            autoComplete="off"
            required
            value={held}
            onInput={(event) => setHeld(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Sign in</button>
      </form>
      <p>
        The token is kept in this tab only. If you are signed in to the application as an administrator, you need none.
      </p>
    </>
  );
}

const root = document.getElementById('console');
if (root) render(<Console />, root);
