import type { TargetedEvent } from 'preact';
import { call, type ModuleList } from './api.ts';
import { useData } from './use-data.ts';

interface FiltersProps {
  readonly page: string;
  readonly parameters: URLSearchParams;
  readonly fields: readonly { readonly name: string; readonly label: string; readonly choices?: readonly string[] }[];
}

/** Filters of a list, which are part of the address. */
export function Filters({ page, parameters, fields }: FiltersProps) {
  const { data } = useData('modules', () => call<ModuleList>('GET', 'api/v1/modules/list'));
  const modules = data?.modules.map(({ name }) => name) ?? [];
  const apply = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].filter(([, value]) => value !== '');
    location.hash = `#/${page}?${new URLSearchParams(given as [string, string][])}`;
  };
  return (
    // Another address is another form, with its values.
    <form
      class="filters"
      key={`${parameters}`}
      onSubmit={apply}
      onChange={(event) => event.currentTarget.requestSubmit()}
    >
      {[{ name: 'module', label: 'Module', choices: modules }, ...fields].map(({ name, label, choices }) => {
        const value = parameters.get(name) ?? '';
        return (
          <label key={name} htmlFor={`filter-${name}`}>
            {label}
            {choices === undefined ? (
              <input id={`filter-${name}`} name={name} defaultValue={value} maxLength={255} />
            ) : (
              <select id={`filter-${name}`} name={name} value={value}>
                <option value="">all</option>
                {[...new Set([...choices, ...(value === '' ? [] : [value])])].map((choice) => (
                  <option key={choice} value={choice}>
                    {choice}
                  </option>
                ))}
              </select>
            )}
          </label>
        );
      })}
    </form>
  );
}

interface PagerProps {
  readonly page: string;
  readonly parameters: URLSearchParams;
  /** The id of the last row, if there are older ones. */
  readonly last: string | undefined;
}

/** Links to the newest and to older rows. */
export function Pager({ page, parameters, last }: PagerProps) {
  const address = (before?: string) => {
    const next = new URLSearchParams(parameters);
    next.delete('before');
    if (before !== undefined) next.set('before', before);
    return `#/${page}?${next}`;
  };
  return (
    <nav class="pager" aria-label="Pages">
      {parameters.has('before') && <a href={address()}>Newest</a>}
      {last !== undefined && <a href={address(last)}>Older</a>}
    </nav>
  );
}
