-- What people look at first: counts of each day, how each chain of the record was found, and how far long work is.

create table cache_day (
    tenant_id integer not null,
    cache_id  integer not null,
    day       date    not null,
    hits      bigint  not null default 0,
    misses    bigint  not null default 0,
    pushes    bigint  not null default 0,
    refusals  bigint  not null default 0,
    constraint cache_day_pk primary key (tenant_id, cache_id, day),
    constraint cache_day_counts check (hits >= 0 and misses >= 0 and pushes >= 0 and refusals >= 0)
);
comment on table cache_day is
    'How much each cache was used on each day, one row for both. The record has the same by the event; this has it at a glance';
comment on column cache_day.cache_id is 'The cache; 0: what is about the tenant and none of its caches';
comment on column cache_day.day is 'The day (UTC)';
comment on column cache_day.hits is 'How often a narinfo was asked for and found';
comment on column cache_day.misses is 'How often a narinfo was asked for and not found';
comment on column cache_day.pushes is 'How many paths were published';
comment on column cache_day.refusals is 'How often something was refused';

create table audit_chain_check (
    chain      integer     not null,
    checked_at timestamptz not null default clock_timestamp(),
    whole      boolean     not null,
    sequence   bigint,
    event_id   bigint,
    reason     text,
    broken_at  timestamptz,
    constraint audit_chain_check_pk primary key (chain),
    constraint audit_chain_check_broken_reasoned check (whole = (reason is null) and whole = (broken_at is null))
);
comment on table audit_chain_check is 'How each chain of the record was found when it was last verified';
comment on column audit_chain_check.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_chain_check.checked_at is 'When its last part was verified, by the clock of the database';
comment on column audit_chain_check.whole is 'Whether it was as it had been sealed';
comment on column audit_chain_check.sequence is 'The seal at which it is broken; null: it is whole, or an event has no seal';
comment on column audit_chain_check.event_id is 'The event at which it is broken';
comment on column audit_chain_check.reason is 'Why it is broken; null: it is whole';
comment on column audit_chain_check.broken_at is 'When it was first found broken; null: it is whole';

alter table job_run
    add column done        bigint,
    add column total       bigint,
    add column progress_at timestamptz,
    add constraint job_run_progress check (done >= 0 and total >= 0 and (done is null) = (progress_at is null));
comment on column job_run.done is 'How many things of its work were done, as the job counts them; null: it does not';
comment on column job_run.total is 'How many there are to do in this run; null: that is not known';
comment on column job_run.progress_at is 'When done was last written, by the clock of the database';

-- What was counted before, of the days that are shown.
insert into cache_day (tenant_id, cache_id, day, hits, misses, pushes, refusals)
select x.tenant_id, x.cache_id, x.day, sum(x.hits), sum(x.misses), sum(x.pushes), sum(x.refusals)
from (select n.tenant_id, n.cache_id, (n.hour at time zone 'UTC')::date as day, n.hits, 0 as misses, 0 as pushes, 0 as refusals
      from narinfo_hour n where n.hour > now() - interval '31 days'
      union all
      select m.tenant_id, m.cache_id, (m.hour at time zone 'UTC')::date, 0, m.misses, 0, 0
      from narinfo_miss_hour m where m.hour > now() - interval '31 days'
      union all
      select e.tenant_id, coalesce(e.cache_id, 0), (e.at at time zone 'UTC')::date, 0, 0,
             case when e.outcome = 'ok' then e.count else 0 end, case when e.outcome = 'refused' then e.count else 0 end
      from audit_event e join audit_seal s on s.event_id = e.id and s.event_at = e.at
      where e.at > now() - interval '31 days' and e.tenant_id is not null
        and (e.outcome = 'refused' or e.action = 'path-published')) x
group by x.tenant_id, x.cache_id, x.day;
