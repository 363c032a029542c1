-- What happened: events, reads, and what the jobs of the record write. Row-level security, seals, views and roles are
-- those of the next migrations.

create table audit_writer (
    role name not null,
    constraint audit_writer_pk primary key (role)
);
comment on table audit_writer is 'Database roles whose logins may write events: the application''s';
insert into audit_writer (role)
select rolname from pg_roles where '"' || replace(rolname, '"', '""') || '"' = $app$${app}$app$;

create table audit_event (
    id         bigint generated always as identity,
    at         timestamptz not null default clock_timestamp(),
    tx         xid8,
    login      name        not null default session_user,
    tenant_id  integer,
    tenant     text,
    cache_id   integer,
    cache      text,
    action     text        not null,
    outcome    text        not null default 'ok',
    reason     text,
    count      bigint      not null default 1,
    token_id   text,
    token_note text,
    actor      text        not null,
    address    inet,
    request_id text,
    path       text,
    key_name   text,
    detail     jsonb       not null default '{}',
    constraint audit_event_pk primary key (id, at),
    constraint audit_event_action_form check (action ~ '^[a-z]+(-[a-z]+)*$'),
    constraint audit_event_outcome_known check (outcome in ('ok', 'refused')),
    constraint audit_event_refusal_reasoned check (outcome <> 'refused' or reason is not null),
    constraint audit_event_counts check (count > 0),
    constraint audit_event_tenant_named check ((tenant_id is null) = (tenant is null)),
    constraint audit_event_cache_named check ((cache_id is null) = (cache is null)),
    constraint audit_event_cache_of_tenant check (cache_id is null or tenant_id is not null),
    constraint audit_event_path_is_base_name check (path !~ '/')
) partition by range (at);
create index audit_event_by_tx on audit_event (tx, id);
create index audit_event_by_tenant on audit_event (tenant_id, id);
create index audit_event_by_name on audit_event (tenant, cache, at);
create index audit_event_by_time on audit_event (at);
create index audit_event_by_token on audit_event (token_id, at) where token_id is not null;
create index audit_event_by_path on audit_event (path, at) where path is not null;
create index audit_event_by_key on audit_event (key_name, at) where key_name is not null;
create index audit_event_refused on audit_event (at) where outcome = 'refused';
comment on table audit_event is
    'One row a change or refusal, written in the transaction of the change; a partition a month (UTC); never updated';
comment on column audit_event.id is 'Counts up in the order of writing, which is not that of commits';
comment on column audit_event.at is 'When it was written, by the clock of the database';
comment on column audit_event.tx is 'Number of the transaction, set by the trigger; seals follow it. Null: not written through the trigger';
comment on column audit_event.login is 'The database login that wrote it: the application''s';
comment on column audit_event.tenant_id is 'The tenant that it is about; null: the whole server';
comment on column audit_event.tenant is 'Its name then';
comment on column audit_event.cache_id is 'The cache that it is about';
comment on column audit_event.cache is 'Its name then';
comment on column audit_event.action is 'What was done or tried, for instance path-published';
comment on column audit_event.outcome is 'ok, or refused';
comment on column audit_event.reason is 'Why it was refused';
comment on column audit_event.count is 'How many like it this row stands for; above 1 only for refusals';
comment on column audit_event.token_id is 'Public id of the token; null: none, or the administrator''s file';
comment on column audit_event.token_note is 'Note of the token then';
comment on column audit_event.actor is 'token, administrator, anonymous, server, or job:name';
comment on column audit_event.address is 'Where the request came from; as whole as NARTHEX_AUDIT_ADDRESSES lets it be';
comment on column audit_event.request_id is 'Of the request, as in the log and in X-Request-Id';
comment on column audit_event.path is 'Base name of the store path that it is about';
comment on column audit_event.key_name is 'Name of the signing key that it is about';
comment on column audit_event.detail is 'What else is to be known of it, without secrets';

-- Fires for the application too: what it writes is stamped, so that what was put in beside it shows.
create function audit_event_stamp() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    if not exists (select from audit_writer w where w.role = session_user)
       and not exists (select from audit_writer w
                       where exists (select from pg_roles r where r.rolname = w.role)
                         and pg_has_role(session_user, w.role, 'member')
                         and not (select r.rolsuper from pg_roles r where r.rolname = session_user)) then
        raise exception 'only the application writes events' using errcode = 'insufficient_privilege';
    end if;
    new.tx := pg_current_xact_id();
    new.login := session_user;
    return new;
end
$$;
revoke all on function audit_event_stamp() from public;

create function audit_refuse() returns trigger
    language plpgsql
    set search_path = public, pg_temp
as
$$
begin
    raise exception '% of % is refused: what is recorded stays as it is', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;
revoke all on function audit_refuse() from public;

create table audit_seal (
    chain         integer     not null,
    sequence      bigint      not null,
    event_id      bigint      not null,
    event_at      timestamptz not null,
    previous_hash bytea       not null,
    hash          bytea       not null,
    sealed_at     timestamptz not null default clock_timestamp(),
    constraint audit_seal_pk primary key (chain, sequence, event_at),
    constraint audit_seal_event_once unique (event_id, event_at),
    constraint audit_seal_sequence_counts check (sequence > 0),
    constraint audit_seal_hash_length check (octet_length(hash) = 32 and octet_length(previous_hash) = 32)
) partition by range (event_at);
comment on table audit_seal is
    'Chains the events of each tenant, and those of the server: behind each its hash; a partition a month of the events';
comment on column audit_seal.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_seal.sequence is 'Counts 1, 2, 3 … in its chain, in an order in which the events became visible';
comment on column audit_seal.event_id is 'The event that is sealed';
comment on column audit_seal.event_at is 'When that was written';
comment on column audit_seal.previous_hash is '32 bytes: the hash before it in its chain; zeros at the first';
comment on column audit_seal.hash is '32 bytes: SHA-256 of previous_hash and the event''s canonical form';
comment on column audit_seal.sealed_at is 'By the clock of the database';

create table audit_progress (
    what   text   not null,
    tx     xid8   not null,
    id     bigint not null,
    constraint audit_progress_pk primary key (what)
);
comment on table audit_progress is 'How far the seals are: only what is at or behind this transaction and id is still to be sealed';
insert into audit_progress (what, tx, id) values ('seal', '0', 0);

create table audit_key (
    id            integer generated always as identity,
    name          text        not null,
    public_key    bytea       not null,
    sealed_secret bytea       not null,
    created_at    timestamptz not null default clock_timestamp(),
    constraint audit_key_pk primary key (id),
    constraint audit_key_name_unique unique (name),
    constraint audit_key_public_unique unique (public_key),
    constraint audit_key_name_form check (name <> '' and name !~ '[:[:space:]]'),
    constraint audit_key_public_length check (octet_length(public_key) = 32)
);
comment on table audit_key is 'Ed25519 keys that sign the heads of chains; the newest signs';
comment on column audit_key.name is 'Name of the key; never used again';
comment on column audit_key.public_key is '32 bytes';
comment on column audit_key.sealed_secret is 'The secret key, AES-256-GCM under the master key, which is not in this database';

create table audit_head (
    chain     integer     not null,
    sequence  bigint      not null,
    hash      bytea       not null,
    at        timestamptz not null default clock_timestamp(),
    key_id    integer     not null,
    signed    text        not null,
    signature bytea       not null,
    constraint audit_head_pk primary key (chain, sequence, at),
    constraint audit_head_key_fk foreign key (key_id) references audit_key (id),
    constraint audit_head_hash_length check (octet_length(hash) = 32),
    constraint audit_head_signature_length check (octet_length(signature) = 64)
);
comment on table audit_head is 'Heads of chains as they were signed and given out';
comment on column audit_head.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_head.sequence is 'Of the last seal then';
comment on column audit_head.hash is '32 bytes: of the last seal then';
comment on column audit_head.at is 'When it was signed, by the clock of the database';
comment on column audit_head.key_id is 'The key that signed it';
comment on column audit_head.signed is 'The text that is signed';
comment on column audit_head.signature is '64 bytes: Ed25519 over the text in UTF-8';

create table audit_export (
    month    date        not null,
    location text        not null,
    events   bigint      not null,
    downloads bigint     not null,
    sha256   bytea       not null,
    at       timestamptz not null default clock_timestamp(),
    dropped_at timestamptz,
    constraint audit_export_pk primary key (month),
    constraint audit_export_month_begins check (month = date_trunc('month', month)),
    constraint audit_export_sha256_length check (octet_length(sha256) = 32),
    constraint audit_export_counts check (events >= 0 and downloads >= 0)
);
comment on table audit_export is 'Months that were exported and detached';
comment on column audit_export.month is 'First day of the month (UTC)';
comment on column audit_export.location is 'Where the export lies: a file or an object of S3';
comment on column audit_export.events is 'How many events it holds';
comment on column audit_export.downloads is 'How many downloads it holds';
comment on column audit_export.sha256 is '32 bytes: SHA-256 of the exported file';
comment on column audit_export.at is 'When the month was detached';
comment on column audit_export.dropped_at is 'When the detached tables were dropped; null: they are still there';

create table audit_chain_start (
    chain    integer not null,
    month    date    not null,
    sequence bigint  not null,
    hash     bytea   not null,
    constraint audit_chain_start_pk primary key (chain, month),
    constraint audit_chain_start_export_fk foreign key (month) references audit_export (month),
    constraint audit_chain_start_hash_length check (octet_length(hash) = 32)
);
comment on table audit_chain_start is 'Where a chain begins since a month of it was exported: behind the last seal of that month';
comment on column audit_chain_start.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_chain_start.month is 'The month that was exported';
comment on column audit_chain_start.sequence is 'Of the last seal that was exported with it';
comment on column audit_chain_start.hash is '32 bytes: of that seal, which the next seal has as its previous_hash';

create table legal_hold (
    tenant_id integer     not null,
    since     timestamptz not null default clock_timestamp(),
    reason    text        not null default '',
    constraint legal_hold_pk primary key (tenant_id),
    constraint legal_hold_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table legal_hold is 'Tenants of whose record nothing may go, however old';
comment on column legal_hold.since is 'When it was set, by the clock of the database';
comment on column legal_hold.reason is 'In the words of who set it';

create table nar_download (
    at         timestamptz not null,
    tenant_id  integer     not null,
    cache_id   integer     not null,
    path       text        not null,
    token_id   text,
    address    inet,
    bytes_sent bigint      not null,
    complete   boolean     not null,
    constraint nar_download_bytes check (bytes_sent >= 0)
) partition by range (at);
create index nar_download_by_cache on nar_download (tenant_id, cache_id, at);
create index nar_download_by_path on nar_download (path, at);
create index nar_download_by_token on nar_download (token_id, at) where token_id is not null;
create index nar_download_by_time on nar_download using brin (at);
comment on table nar_download is
    'One row a NAR that was sent, or begun to be; written in batches behind the answers; a partition a month (UTC)';
comment on column nar_download.at is 'When it ended, by the clock of the server';
comment on column nar_download.path is 'Base name of the store path';
comment on column nar_download.token_id is 'Public id of the token, administrator for that of the file; null: anonymous';
comment on column nar_download.address is 'Where the request came from; as whole as NARTHEX_AUDIT_ADDRESSES lets it be';
comment on column nar_download.bytes_sent is 'Bytes of the body';
comment on column nar_download.complete is 'Whether all of the file was sent in this one answer; a range never is';

create table narinfo_hour (
    tenant_id integer     not null,
    cache_id  integer     not null,
    hour      timestamptz not null,
    path      text        not null,
    hits      bigint      not null,
    constraint narinfo_hour_pk primary key (tenant_id, cache_id, path, hour),
    constraint narinfo_hour_begins check (date_trunc('hour', hour, 'UTC') = hour),
    constraint narinfo_hour_counts check (hits > 0)
) partition by range (hour);
create index narinfo_hour_by_time on narinfo_hour (tenant_id, cache_id, hour);
comment on table narinfo_hour is 'How often each narinfo was asked for and there, an hour; a partition a month (UTC)';
comment on column narinfo_hour.hour is 'When the hour began';
comment on column narinfo_hour.path is 'Base name of the store path';

create table narinfo_miss_hour (
    tenant_id integer     not null,
    cache_id  integer     not null,
    hour      timestamptz not null,
    misses    bigint      not null,
    constraint narinfo_miss_hour_pk primary key (tenant_id, cache_id, hour),
    constraint narinfo_miss_hour_begins check (date_trunc('hour', hour, 'UTC') = hour),
    constraint narinfo_miss_hour_counts check (misses > 0)
) partition by range (hour);
comment on table narinfo_miss_hour is 'How often narinfos were asked for that were not there, an hour; a partition a month (UTC)';
comment on column narinfo_miss_hour.hour is 'When the hour began';

create table storage_daily (
    day          date        not null,
    tenant_id    integer     not null,
    cache_id     integer     not null,
    paths        bigint      not null,
    nar_bytes    bigint      not null,
    stored_bytes bigint      not null,
    taken_at     timestamptz not null default clock_timestamp(),
    constraint storage_daily_pk primary key (tenant_id, cache_id, day),
    constraint storage_daily_counts check (paths >= 0 and nar_bytes >= 0 and stored_bytes >= 0)
);
create index storage_daily_by_day on storage_daily (day);
comment on table storage_daily is 'What was pushed into each cache and lies there, once a day';
comment on column storage_daily.day is 'The day (UTC)';
comment on column storage_daily.paths is 'How many paths';
comment on column storage_daily.nar_bytes is 'Bytes of their NARs, unpacked';
comment on column storage_daily.stored_bytes is 'Bytes of the files that hold them, each file once a cache';
comment on column storage_daily.taken_at is 'When it was counted, by the clock of the database';

-- Makes the partition of a month, unless it is there. Attaching an empty table takes a lock that neither readers nor
-- writers wait for, unlike CREATE TABLE … PARTITION OF.
create function audit_make_partition(parent text, month date) returns boolean
    language plpgsql
    set search_path = public, pg_temp
as
$$
declare
    child text := parent || '_' || to_char(month, 'YYYYMM');
begin
    if to_regclass(format('%I', child)) is not null then
        return false;
    end if;
    execute format('create table %I (like %I including defaults including constraints including comments)', child, parent);
    if parent in ('audit_event', 'audit_seal') then
        execute format('create trigger refuse_truncate before truncate on %I execute function audit_refuse()', child);
    end if;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child,
                   month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    return true;
end
$$;
revoke all on function audit_make_partition(text, date) from public;

create function make_audit_partitions(months_ahead integer default 6) returns integer
    language plpgsql
    security definer
    set search_path = public, pg_temp
    set lock_timeout = '5s'
as
$$
declare
    made integer := 0;
    parent text;
    month date;
begin
    -- one at a time; also with who detaches
    perform pg_advisory_xact_lock(hashtext('narthex-audit-partitions'));
    for i in 0 .. least(greatest(months_ahead, 0), 24) loop
        month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => i))::date;
        foreach parent in array array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour'] loop
            made := made + audit_make_partition(parent, month)::integer;
        end loop;
    end loop;
    return made;
end
$$;
comment on function make_audit_partitions(integer) is
    'Makes the partitions of this month and of so many behind it that are not there yet; gives how many';
revoke all on function make_audit_partitions(integer) from public;

create trigger stamp before insert on audit_event for each row execute function audit_event_stamp();
create trigger refuse_rows before update or delete on audit_event for each row execute function audit_refuse();
create trigger refuse before update or delete or truncate on audit_event execute function audit_refuse();
create trigger refuse_rows before update or delete on audit_seal for each row execute function audit_refuse();
create trigger refuse before update or delete or truncate on audit_seal execute function audit_refuse();
create trigger refuse before update or delete or truncate on audit_head execute function audit_refuse();
create trigger refuse before update or delete or truncate on audit_chain_start execute function audit_refuse();

-- the month before too: who counts reads may be a little behind
select audit_make_partition(parent, (date_trunc('month', now() at time zone 'UTC') - interval '1 month')::date)
  from unnest(array['audit_event', 'audit_seal', 'nar_download', 'narinfo_hour', 'narinfo_miss_hour']) as parent;
select make_audit_partitions(6);

grant select on audit_writer, audit_event, audit_seal, audit_chain_start, audit_export, audit_progress to ${app};
-- not id, at, tx and login: these are not the application's to say
grant insert (tenant_id, tenant, cache_id, cache, action, outcome, reason, count, token_id, token_note, actor, address,
              request_id, path, key_name, detail) on audit_event to ${app};
grant select, insert on audit_key, audit_head to ${app};
grant select, insert, delete on legal_hold to ${app};
grant select, insert on nar_download to ${app};
grant select, insert, update (hits) on narinfo_hour to ${app};
grant select, insert, update (misses) on narinfo_miss_hour to ${app};
grant select on storage_daily to ${app};
grant execute on function make_audit_partitions(integer) to ${app};
