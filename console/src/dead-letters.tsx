import { useState } from 'preact/hooks';
import { call, type DeadLetter, query } from './api.ts';
import { Filters, Pager } from './filters.tsx';
import { Action, Facts, Failed, Json, Notice, Table, Time, Title } from './parts.tsx';
import { href, type Route } from './route.ts';
import { useData } from './use-data.ts';

const ROWS = 50;
const SECONDS = 5;

interface LetterPage {
  readonly dead_letters: readonly DeadLetter[];
  readonly has_more: boolean;
}

interface Replayed {
  readonly replayed: number;
  readonly has_more: boolean;
}

const FIELDS = [
  { name: 'event', label: 'Event' },
  { name: 'error_code', label: 'Error code' },
];

/** Events that were given up after all retries. */
export function DeadLetters({ parameters }: Route) {
  const [notice, setNotice] = useState({ text: '', isError: false });
  const values = Object.fromEntries(parameters);
  const path = `dead-letters${query({ ...values, limit: ROWS })}`;
  const isFirst = !parameters.has('before');
  const { data, error, reload } = useData(path, () => call<LetterPage>('GET', path), isFirst ? SECONDS : undefined);
  const replay = async () => {
    const { module, event, error_code } = values;
    const filter = Object.fromEntries(Object.entries({ module, event, error_code }).filter(([, value]) => value));
    const { replayed, has_more } = await call<Replayed>('POST', 'dead-letters/replay', filter);
    return `${replayed} are delivered again${has_more ? ', more are left' : ''}.`;
  };
  return (
    <>
      <Title>Dead letters</Title>
      <Filters page="dead-letters" parameters={parameters} fields={FIELDS} />
      {data && data.dead_letters.length > 0 && (
        <Action
          label="Deliver again"
          question="Deliver all events that match the filters again, at most the latest 500?"
          run={replay}
          onDone={(text, isError) => {
            setNotice({ text, isError });
            reload();
          }}
        />
      )}
      <Notice {...notice} />
      <Failed error={error} />
      {data && (
        <>
          <Table
            label="Dead letters"
            columns={['Given up', 'Event', 'Module', 'Error', 'Attempts']}
            rows={data.dead_letters.map((letter) => ({
              key: letter.id,
              cells: [
                <a key="dead" href={href('dead-letters', letter.id)}>
                  <Time at={letter.dead_at} />
                </a>,
                letter.event,
                letter.module,
                letter.error_code,
                letter.attempt,
              ],
            }))}
          />
          {data.dead_letters.length === 0 && <p>No event was given up.</p>}
          <Pager
            page="dead-letters"
            parameters={parameters}
            last={data.has_more ? data.dead_letters.at(-1)?.id : undefined}
          />
        </>
      )}
    </>
  );
}

/** One of them with its data. */
export function OneDeadLetter({ id }: Route) {
  const [notice, setNotice] = useState({ text: '', isError: false });
  const path = `dead-letters/${encodeURIComponent(id)}`;
  const { data: letter, error, reload } = useData(path, () => call<DeadLetter>('GET', path));
  const replay = async () => {
    await call('POST', `${path}/replay`);
    return 'The event is delivered again.';
  };
  return (
    <>
      <Title>Dead letter</Title>
      <Notice {...notice} />
      <Failed error={error} />
      {letter && (
        <>
          <Action
            label="Deliver again"
            run={replay}
            onDone={(text, isError) => {
              setNotice({ text, isError });
              if (isError) reload();
            }}
          />
          <Facts
            of={[
              ['Event', letter.event],
              [
                'Module',
                <a key="module" href={href('modules', letter.module)}>
                  {letter.module}
                </a>,
              ],
              ['Error', letter.error_code],
              ['Attempts', letter.attempt],
              ['Published by', letter.source_module],
              ['Published', <Time key="published" at={letter.occurred_at} />],
              ['Given up', <Time key="dead" at={letter.dead_at} />],
              ['Event id', letter.event_id],
              ['Correlation id', letter.correlation_id],
            ]}
          />
          <Json label="Data" value={letter.data} />
        </>
      )}
    </>
  );
}
