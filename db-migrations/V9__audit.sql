-- The record: what happened, the chains of seals that prove it whole, the months that were exported, and who may read it.

create schema if not exists audit;
comment on schema audit is
    'What auditors read: views and functions, all under row-level security; nothing else here is granted to them';

create table audit_writer (
    role name not null,
    constraint audit_writer_pk primary key (role)
);
comment on table audit_writer is 'Database roles whose logins may write events: the application''s';

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
    'Chains the events of each tenant, and those of the server: behind each its hash; a partition a month of the events';
comment on column audit_seal.chain is 'The tenant''s id; 0: the events that are about no tenant';
comment on column audit_seal.sequence is 'Counts 1, 2, 3 … in its chain, in an order in which the events became visible';
comment on column audit_seal.event_id is 'The event that is sealed';
comment on column audit_seal.event_at is 'When that was written';
comment on column audit_seal.previous_hash is '32 bytes: the hash before it in its chain; zeros at the first';
comment on column audit_seal.hash is '32 bytes: SHA-256 of previous_hash and the event''s canonical form';
comment on column audit_seal.sealed_at is 'By the clock of the database';
alter table audit_seal enable row level security;

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
alter table audit_chain_start enable row level security;

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
alter table legal_hold enable row level security;

-- Who sees which tenants. The policies look up current_user, which below a view is still the one who asks.
create table audit_auditor (
    role      name    not null,
    tenant_id integer,
    constraint audit_auditor_once unique nulls not distinct (role, tenant_id),
    constraint audit_auditor_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table audit_auditor is 'Database roles that may read the record, by audit.create_auditor';
comment on column audit_auditor.tenant_id is 'The tenant whose record it reads; null: all, and the server''s';
insert into audit_auditor (role) values ('narthex_auditor');
insert into audit_auditor (role) select current_user where current_user <> 'narthex_auditor';
