import { useState } from 'preact/hooks';
import { call, type Job, type JobDetails, query, STATUSES } from './api.ts';
import { Filters, Pager } from './filters.tsx';
import { Action, Facts, Failed, Json, Notice, Status, Table, Time, Title } from './parts.tsx';
import { href, type Route } from './route.ts';
import { useData } from './use-data.ts';

const ROWS = 50;
const SECONDS = 2;

interface JobPage {
  readonly jobs: readonly Job[];
  readonly has_more: boolean;
}

interface Retried {
  readonly retried: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly has_more: boolean;
}

const FIELDS = [
  { name: 'status', label: 'Status', choices: STATUSES },
  { name: 'user_id', label: 'User' },
  { name: 'error_code', label: 'Error code' },
];

/** Jobs of all modules. The newest are loaded again every few seconds. */
export function Jobs({ parameters }: Route) {
  const [notice, setNotice] = useState({ text: '', isError: false });
  const values = Object.fromEntries(parameters);
  const path = `api/v1/jobs${query({ ...values, limit: ROWS })}`;
  const isFirst = !parameters.has('before');
  const { data, error, reload } = useData(path, () => call<JobPage>('GET', path), isFirst ? SECONDS : undefined);
  const retry = async () => {
    const { module, user_id, error_code } = values;
    const filter = Object.fromEntries(Object.entries({ module, user_id, error_code }).filter(([, value]) => value));
    const { retried, skipped, has_more } = await call<Retried>('POST', 'api/v1/jobs/retry', filter);
    const reasons = Object.entries(skipped).map(([code, count]) => `, ${count} not: ${code}`);
    return `${retried} started again${reasons.join('')}${has_more ? ', more are left' : ''}.`;
  };
  const finish = (text: string, isError: boolean) => {
    setNotice({ text, isError });
    reload();
  };
  return (
    <>
      <Title>Jobs</Title>
      <Filters page="jobs" parameters={parameters} fields={FIELDS} />
      {values.status === 'failed' && (
        <Action
          label="Start again"
          question="Start all failed jobs that match the filters again, at most the latest 500? Each becomes a new job."
          run={retry}
          onDone={finish}
        />
      )}
      <Notice {...notice} />
      <Failed error={error} />
      {data && (
        <>
          <Table
            label="Jobs"
            columns={['Created', 'Module', 'Status', 'User', 'Attempt', 'Next attempt', 'Last error']}
            rows={data.jobs.map((job) => ({
              key: job.job_id,
              cells: [
                <a key="created" href={href('jobs', job.job_id)}>
                  <Time at={job.created_at} />
                </a>,
                job.module,
                <JobStatus key="status" {...job} />,
                job.user_id,
                job.attempt,
                <Time key="next" at={job.next_attempt_at} />,
                job.last_error_code ?? '–',
              ],
            }))}
          />
          {data.jobs.length === 0 && <p>No jobs match.</p>}
          <Pager page="jobs" parameters={parameters} last={data.has_more ? data.jobs.at(-1)?.job_id : undefined} />
        </>
      )}
    </>
  );
}

function JobStatus({ status, progress_percent }: Job) {
  return (
    <>
      <Status value={status} />
      {status === 'processing' && (
        <progress max={100} value={progress_percent} aria-label="Progress">
          {progress_percent} %
        </progress>
      )}
    </>
  );
}

/** One job with its input and output. */
export function OneJob({ id }: Route) {
  const [notice, setNotice] = useState({ text: '', isError: false });
  const path = `api/v1/jobs/${encodeURIComponent(id)}`;
  const { data: job, error, reload } = useData(path, () => call<JobDetails>('GET', path), SECONDS);
  const finish = (text: string, isError: boolean) => {
    setNotice({ text, isError });
    reload();
  };
  const cancel = async () => {
    await call('POST', `${path}/cancel`);
    return 'The job is cancelled.';
  };
  const retry = async () => {
    const again = await call<Job>('POST', `${path}/retry`);
    location.hash = href('jobs', again.job_id);
    return `Started again as ${again.job_id}.`;
  };
  return (
    <>
      <Title>Job {id}</Title>
      <Notice {...notice} />
      <Failed error={error} />
      {job && (
        <>
          {(job.status === 'pending' || job.status === 'processing') && (
            <Action label="Cancel" question="Cancel this job?" run={cancel} onDone={finish} />
          )}
          {(job.status === 'failed' || job.status === 'cancelled') && (
            <Action label="Start again" run={retry} onDone={finish} />
          )}
          <Facts
            of={[
              ['Status', <JobStatus key="status" {...job} />],
              [
                'Error',
                job.error_code === null ? (job.last_error_code ?? '–') : `${job.error_code}: ${job.error_message}`,
              ],
              [
                'Module',
                <a key="module" href={href('modules', job.module)}>
                  {job.module}
                </a>,
              ],
              ['User', job.user_id],
              ['Attempt', job.attempt],
              ['Next attempt', <Time key="next" at={job.next_attempt_at} />],
              ['Created', <Time key="created" at={job.created_at} />],
              ['Started', <Time key="started" at={job.started_at} />],
              ['Ended', <Time key="ended" at={job.completed_at ?? job.failed_at ?? job.cancelled_at} />],
            ]}
          />
          <Json label="Input" value={job.input_data} />
          <Json label="Options" value={job.options} />
          <Json label="Output" value={job.output_data} />
          <Json label="Metadata" value={job.metadata} />
        </>
      )}
    </>
  );
}
