import { call, type Health, type ModuleList, type Setting } from './api.ts';
import { Facts, Failed, Status, Table, Time, Title } from './parts.tsx';
import { href, type Route } from './route.ts';
import { useData } from './use-data.ts';

const SECONDS = 5;

/** All modules with their versions and errors. */
export function Modules() {
  const path = 'api/v1/modules/list';
  const { data, error } = useData(path, () => call<ModuleList>('GET', path), SECONDS);
  return (
    <>
      <Title>Modules</Title>
      <Failed error={error} />
      {data && (
        <Table
          label="Modules"
          columns={['Name', 'Status', 'Version', 'Description', 'Jobs']}
          rows={data.modules.map(({ name, version, description, status }) => ({
            key: name,
            cells: [
              <a key="name" href={href('modules', name)}>
                {name}
              </a>,
              <>
                <Status value={status} /> {data.errors[name]}
              </>,
              version,
              description,
              <a key="jobs" href={`#/jobs?module=${encodeURIComponent(name)}`}>
                jobs of {name}
              </a>,
            ],
          }))}
        />
      )}
    </>
  );
}

/** One module: its health and its settings. */
export function OneModule({ id }: Route) {
  const name = encodeURIComponent(id);
  const health = useData(`health ${id}`, () => healthOf(name), SECONDS);
  const configuration = useData(`configuration ${id}`, () =>
    call<{ settings: Setting[] }>('GET', `api/v1/configuration/${name}`),
  );
  return (
    <>
      <Title>Module {id}</Title>
      <Failed error={health.error} />
      {health.data && (
        <>
          <Facts
            of={[
              ['Health', <Status key="health" value={health.data.status} />],
              ['Checked', <Time key="checked" at={health.data.last_check} />],
            ]}
          />
          <Facts of={figuresOf(health.data.metrics)} />
        </>
      )}
      <h2>Settings</h2>
      <Failed error={configuration.error} />
      {configuration.data && (
        <Table
          label="Settings"
          columns={['Setting', 'Value', 'From', 'Variable']}
          rows={configuration.data.settings.map(({ key, value, source, variable, description }) => ({
            key,
            cells: [
              <span key="setting" title={description ?? undefined}>
                {key}
              </span>,
              <code key="value">{typeof value === 'string' ? value : JSON.stringify(value)}</code>,
              source,
              <code key="variable">{variable}</code>,
            ],
          }))}
        />
      )}
    </>
  );
}

/** Figures by name, those of groups such as `dependencies` by themselves. */
function figuresOf(metrics: object): (readonly [string, string])[] {
  return Object.entries(metrics).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? figuresOf(value) : [[name.replaceAll('_', ' '), textOf(value)]],
  );
}

function textOf(value: unknown): string {
  if (value === true || value === false) return value ? 'works' : 'does not work';
  return typeof value === 'number' ? value.toLocaleString() : String(value);
}

/** An unhealthy module answers 503, with its health. */
async function healthOf(name: string): Promise<Health> {
  return call<Health>('GET', `api/v1/modules/${name}/health`, undefined, [503]);
}
