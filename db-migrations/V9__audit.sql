-- The record: what happened, the chains of seals that show whether it is whole, the months that were exported, and who may read
-- it.

create schema if not exists audit;
comment on schema audit is
    'What auditors read: views and functions, all under row-level security. Nothing outside this schema is granted to them';

create table audit_writer (
    role name not null,
    constraint audit_writer_pk primary key (role)
);
comment on table audit_writer is 'Database roles whose logins may write events: those of the application';

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
    'One row for each change or refusal, written in the transaction of the change and never updated. Each month (UTC) is a'
    ' partition';
comment on column audit_event.id is 'Counts up in the order of writing, which is not the order of commits';
comment on column audit_event.at is 'When the event was written, by the clock of the database';
comment on column audit_event.tx is
    'Number of the transaction, set by a trigger; seals follow its order. Null: the row was not written through the trigger';
comment on column audit_event.login is 'The database login that wrote the event: that of the application';
comment on column audit_event.tenant_id is 'The tenant that the event is about; null: the whole server';
comment on column audit_event.tenant is 'Name of the tenant at that time';
comment on column audit_event.cache_id is 'The cache that the event is about';
comment on column audit_event.cache is 'Name of the cache at that time';
comment on column audit_event.action is 'What was done or tried, for instance path-published';
comment on column audit_event.outcome is 'ok or refused';
comment on column audit_event.reason is 'Why it was refused';
comment on column audit_event.count is 'How many equal events this row stands for; only refusals have more than 1';
comment on column audit_event.token_id is
    'Public id of the token; null: there was none, or it was the administrator''s token file';
comment on column audit_event.token_note is 'Note of the token at that time';
comment on column audit_event.actor is 'Who did it: token, administrator, anonymous, server, or job:name';
comment on column audit_event.address is 'Address from which the request came, shortened as NARTHEX_AUDIT_ADDRESSES says';
comment on column audit_event.request_id is 'Id of the request, as in the log and in the header X-Request-Id';
comment on column audit_event.path is 'Base name of the store path that the event is about';
comment on column audit_event.key_name is 'Name of the signing key that the event is about';
comment on column audit_event.detail is 'More about the event, without secrets';
alter table audit_event enable row level security;

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
    'The seals. The events of each tenant, and those of the server, are a chain: each event has a seal with a hash over it'
    ' and the seal before. The events of each month (UTC) have their seals in one partition';
comment on column audit_seal.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_seal.sequence is 'Counts 1, 2, 3 … in its chain, in an order in which the events became visible';
comment on column audit_seal.event_id is 'The event that is sealed';
comment on column audit_seal.event_at is 'When that event was written';
comment on column audit_seal.previous_hash is '32 bytes: the hash of the seal before in its chain; zeros in the first';
comment on column audit_seal.hash is '32 bytes: SHA-256 of previous_hash followed by the event''s canonical form';
comment on column audit_seal.sealed_at is 'When the seal was made, by the clock of the database';
alter table audit_seal enable row level security;

create table audit_progress (
    what   text   not null,
    tx     xid8   not null,
    id     bigint not null,
    constraint audit_progress_pk primary key (what)
);
comment on table audit_progress is
    'How far events are sealed: only events from this transaction and id on may still lack a seal';
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
comment on table audit_key is 'Ed25519 keys that sign the last seals of chains; the newest one signs';
comment on column audit_key.name is 'Name of the key; it is never used again';
comment on column audit_key.public_key is '32 bytes';
comment on column audit_key.sealed_secret is
    'The secret key, encrypted with AES-256-GCM under the master key, which is not in this database';

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
comment on table audit_head is 'Heads: the last seals of chains, as they were signed and given out';
comment on column audit_head.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_head.sequence is 'Sequence of the last seal at that time';
comment on column audit_head.hash is '32 bytes: hash of the last seal at that time';
comment on column audit_head.at is 'When it was signed, by the clock of the database';
comment on column audit_head.key_id is 'The key that signed it';
comment on column audit_head.signed is 'The text that is signed';
comment on column audit_head.signature is '64 bytes: Ed25519 signature of the text in UTF-8';
alter table audit_head enable row level security;

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
comment on table audit_export is 'Months that were exported and then detached from the record';
comment on column audit_export.month is 'First day of the month (UTC)';
comment on column audit_export.location is 'Where the exported file lies: on disk or in S3';
comment on column audit_export.events is 'How many events it holds';
comment on column audit_export.downloads is 'How many downloads it holds';
comment on column audit_export.sha256 is '32 bytes: SHA-256 of the exported file';
comment on column audit_export.at is 'When the month was detached';
comment on column audit_export.dropped_at is 'When the detached tables were dropped; null: they still exist';

create table audit_chain_start (
    chain    integer not null,
    month    date    not null,
    sequence bigint  not null,
    hash     bytea   not null,
    constraint audit_chain_start_pk primary key (chain, month),
    constraint audit_chain_start_export_fk foreign key (month) references audit_export (month),
    constraint audit_chain_start_hash_length check (octet_length(hash) = 32)
);
comment on table audit_chain_start is
    'Where a chain begins after one of its months was exported: behind the last seal of that month';
comment on column audit_chain_start.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_chain_start.month is 'The month that was exported';
comment on column audit_chain_start.sequence is 'Sequence of the last seal that was exported';
comment on column audit_chain_start.hash is '32 bytes: hash of that seal; the next seal has it as its previous_hash';
alter table audit_chain_start enable row level security;

create table legal_hold (
    tenant_id integer     not null,
    since     timestamptz not null default clock_timestamp(),
    reason    text        not null default '',
    constraint legal_hold_pk primary key (tenant_id),
    constraint legal_hold_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table legal_hold is 'Tenants whose record must be kept, however old it is';
comment on column legal_hold.since is 'When the hold was set, by the clock of the database';
comment on column legal_hold.reason is 'Why, in the words of whoever set it';
alter table legal_hold enable row level security;

-- Who sees which tenants. The policies look up current_user, which even inside a view is the login that asks.
create table audit_auditor (
    role      name    not null,
    tenant_id integer,
    constraint audit_auditor_once unique nulls not distinct (role, tenant_id),
    constraint audit_auditor_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table audit_auditor is 'Database roles that may read the record; audit.create_auditor writes this table';
comment on column audit_auditor.tenant_id is
    'The tenant whose record the role reads; null: that of all tenants and of the server';
insert into audit_auditor (role) values ('narthex_auditor');
insert into audit_auditor (role) select current_user where current_user <> 'narthex_auditor';
