import { useEffect, useState } from 'preact/hooks';

/** The part of the address after `#/`: `jobs?status=failed` is the page `jobs` with a parameter. */
export interface Route {
  readonly page: string;
  /** What follows the page: the id of a job. */
  readonly id: string;
  readonly parameters: URLSearchParams;
}

function read(): Route {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [page = '', ...rest] = path.split('/');
  return { page, id: decoded(rest.join('/')), parameters: new URLSearchParams(search) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const follow = () => setRoute(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/** The address of a page: `#/jobs/…`. */
export function href(page: string, id?: string): string {
  return `#/${page}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}
