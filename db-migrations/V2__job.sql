-- Jobs: which server may run one now, and what each run did.

create table job_lease (
  job         text        not null,
  subject     text        not null,
  number      bigint      not null,
  owner       uuid,
  held_until  timestamptz,
  checkpoint  text,
  constraint job_lease_pkey primary key (job, subject),
  constraint job_lease_job_name check (job ~ '^[a-z][a-z0-9-]{0,62}$'),
  constraint job_lease_number_counts check (number >= 0),
  constraint job_lease_owner_has_until check ((owner is null) = (held_until is null))
);
comment on table job_lease is
    'Which server may run which job now: one row for each job and subject, with at most one holder in the whole cluster.';
comment on column job_lease.job is 'Name of the job.';
comment on column job_lease.subject is
    'What the job works on, for instance the name of a Nix store. Runs on two subjects may go on at once.';
comment on column job_lease.number is
    'Counts the runs. A run that finds another number here has lost the lease and must not write.';
comment on column job_lease.owner is 'Random id of the server start that holds the lease; null: none holds it.';
comment on column job_lease.held_until is
    'Until when the lease is held, by the clock of the database. It is renewed every 10 seconds; after this time any server'
    ' may take it.';
comment on column job_lease.checkpoint is 'Where the next run continues; null: at the start.';

create table job_run (
  id            bigint      generated always as identity,
  job           text        not null,
  subject       text        not null,
  lease_number  bigint      not null,
  started_at    timestamptz not null,
  ended_at      timestamptz,
  outcome       text        not null,
  seen          bigint      not null default 0,
  added         bigint      not null default 0,
  updated       bigint      not null default 0,
  removed       bigint      not null default 0,
  error         text,
  constraint job_run_pkey primary key (id),
  constraint job_run_lease_fkey foreign key (job, subject) references job_lease (job, subject),
  constraint job_run_lease_number_once unique (job, subject, lease_number),
  constraint job_run_outcome check (outcome in ('RUNNING', 'SUCCEEDED', 'FAILED', 'INTERRUPTED')),
  constraint job_run_running_has_no_end check ((outcome = 'RUNNING') = (ended_at is null)),
  constraint job_run_failed_has_error check ((outcome = 'FAILED') = (error is not null)),
  constraint job_run_counts check (seen >= 0 and added >= 0 and updated >= 0 and removed >= 0)
);
comment on table job_run is 'What each run of a job did. Rows are kept for 90 days, and at most 1000 for a job and subject.';
comment on column job_run.id is 'Counts up; a number is never used again.';
comment on column job_run.job is 'Name of the job.';
comment on column job_run.subject is 'What the job worked on.';
comment on column job_run.lease_number is 'Number of the lease under which the run went.';
comment on column job_run.started_at is 'When it started, by the clock of the database.';
comment on column job_run.ended_at is
    'When it ended, by the clock of the database; null: it still runs, or its server died and no other has taken over yet.';
comment on column job_run.outcome is
    'RUNNING, SUCCEEDED, FAILED, or INTERRUPTED: it was stopped, or another server took over after its own died.';
comment on column job_run.seen is 'How many things it looked at.';
comment on column job_run.added is 'How many things it made.';
comment on column job_run.updated is 'How many things it changed.';
comment on column job_run.removed is 'How many things it removed.';
comment on column job_run.error is 'Why it failed, in one sentence; the log has more.';

-- makes sure that no job runs twice at the same time, whatever the code does
create unique index job_run_one_running on job_run (job, subject) where outcome = 'RUNNING';
create index job_run_newest on job_run (job, id desc);
