create table invoices_entries (
  job_id uuid primary key,
  user_id text not null,
  number text,
  supplier text,
  dated date,
  currency text not null,
  gross numeric(14, 2) not null,
  booked_at timestamptz not null default now()
);
create index invoices_entries_by_user on invoices_entries (user_id, booked_at desc);
