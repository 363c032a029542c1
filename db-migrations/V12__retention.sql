-- What may go from a cache, when, and what went.

-- Of all that is there already, the last use is the time of this migration.
alter table uploaded_path
    add column last_used timestamptz not null default now(),
    add column last_token_use timestamptz not null default now(),
    add column condemned_at timestamptz;
create index uploaded_path_by_use on uploaded_path (cache_id, last_used);
create index uploaded_path_condemned on uploaded_path (cache_id, condemned_at) where condemned_at is not null;
create index uploaded_path_content_addressed on uploaded_path (cache_id) where content_address is not null;
comment on column uploaded_path.last_used is
    'When it was last published, or its narinfo or NAR last sent; noted once a day at most, later by seconds';
comment on column uploaded_path.last_token_use is 'The same, by somebody with a valid token';
comment on column uploaded_path.condemned_at is
    'Since when its narinfo is hidden, because nothing keeps it; null: it is offered. Its NAR is still sent';

alter table path_held add column row_id bigint;
comment on column path_held.row_id is 'Its row in uploaded_path; null: a Nix store holds it';
update path_held h set row_id = u.id
from store_path s, uploaded_path u
where h.scope > 0 and s.id = h.path_id and store_path_base_name(u.hash, u.name) = s.base_name and u.cache_id = h.scope;

alter table token drop constraint token_scopes_known;
alter table token add constraint token_scopes_known
    check (scopes <@ array['pull', 'push', 'delete', 'administer', 'pin'] and cardinality(scopes) > 0);

create table cache_retention (
    cache_id               integer     not null,
    tenant_id              integer     not null,
    keep_days              integer,
    grace_days             integer     not null default 7,
    keep_content_addressed boolean     not null default true,
    set_at                 timestamptz not null default clock_timestamp(),
    version                bigint      not null default 0,
    clean_cutoff           timestamptz,
    constraint cache_retention_pk primary key (cache_id),
    constraint cache_retention_cache_fk foreign key (cache_id) references cache (id),
    constraint cache_retention_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint cache_retention_keep_days_counts check (keep_days >= 1),
    constraint cache_retention_grace_days_counts check (grace_days >= 0)
);
create index cache_retention_by_tenant on cache_retention (tenant_id);
comment on table cache_retention is 'How long caches keep what nobody uses; a cache without a row keeps it for ever';
comment on column cache_retention.keep_days is 'Days after its last use that a path stays; null: for ever';
comment on column cache_retention.grace_days is 'Days between the day on which a path is hidden and the one on which it is removed';
comment on column cache_retention.keep_content_addressed is 'Whether paths with a content address stay for ever';
comment on column cache_retention.version is 'Counts the changes of the row; If-Match is compared with it';
comment on column cache_retention.clean_cutoff is
    'What was last used before this was looked at, and nothing of it was left to go; null: all is to be looked at';
alter table cache_retention enable row level security;

create table pin (
    id             bigint generated always as identity,
    tenant_id      integer     not null,
    cache_id       integer     not null,
    name           text        not null,
    note           text        not null default '',
    keep_revisions integer     not null default 1,
    keep_days      integer,
    expires_at     timestamptz,
    protected      boolean     not null default false,
    last_revision  integer     not null default 0,
    version        bigint      not null default 0,
    created_at     timestamptz not null default clock_timestamp(),
    constraint pin_pk primary key (id),
    constraint pin_name_unique unique (cache_id, name),
    constraint pin_cache_fk foreign key (cache_id) references cache (id),
    constraint pin_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint pin_name_form check (name ~ '^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$'),
    constraint pin_keep_revisions_counts check (keep_revisions >= 1),
    constraint pin_keep_days_counts check (keep_days >= 1)
);
create index pin_by_tenant on pin (tenant_id);
comment on table pin is 'Names that keep paths, and all that these need, in a cache';
comment on column pin.keep_revisions is 'How many of its newest revisions it keeps';
comment on column pin.keep_days is 'Days after a newer one came that an older revision is kept beside these; null: none';
comment on column pin.expires_at is 'When it stops keeping anything; null: never';
comment on column pin.protected is 'Whether only who administers the cache may move and delete it';
comment on column pin.last_revision is 'Number of its newest revision';
comment on column pin.version is 'Counts the changes of the row; If-Match is compared with it';
alter table pin enable row level security;

create table pin_revision (
    pin_id      bigint      not null,
    revision    integer     not null,
    hash        bytea       not null,
    name        text        not null,
    set_at      timestamptz not null default clock_timestamp(),
    set_by      bigint,
    replaced_at timestamptz,
    constraint pin_revision_pk primary key (pin_id, revision),
    constraint pin_revision_pin_fk foreign key (pin_id) references pin (id) on delete cascade,
    constraint pin_revision_token_fk foreign key (set_by) references token (id),
    constraint pin_revision_counts check (revision > 0),
    constraint pin_revision_hash_length check (octet_length(hash) = 20)
);
create index pin_revision_by_path on pin_revision (hash);
comment on table pin_revision is 'The paths that each pin has named, one after the other';
comment on column pin_revision.revision is 'Counts 1, 2, 3 … in its pin';
comment on column pin_revision.hash is '20 bytes: the hash part of the path';
comment on column pin_revision.name is 'The name part of the path';
comment on column pin_revision.set_by is 'The token that set it; null: the administrator''s token file';
comment on column pin_revision.replaced_at is 'When the next revision came; null: it is the newest';

create table retention_run (
    id           bigint generated always as identity,
    tenant_id    integer     not null,
    cache_id     integer     not null,
    dry_run      boolean     not null,
    forced       boolean     not null default false,
    asked        boolean     not null,
    started_at   timestamptz not null default clock_timestamp(),
    ended_at     timestamptz,
    outcome      text        not null default 'RUNNING',
    error        text,
    step         text        not null default 'BEGIN',
    cutoff       timestamptz,
    last_row     bigint,
    unfinished   xid8,
    live         bytea,
    followed     bytea,
    held         bigint      not null default 0,
    paths        bigint      not null default 0,
    freed_bytes  bigint      not null default 0,
    shared_bytes bigint      not null default 0,
    largest      jsonb       not null default '[]',
    condemned    bigint      not null default 0,
    removed      bigint      not null default 0,
    revived      bigint      not null default 0,
    condemned_until timestamptz,
    constraint retention_run_pk primary key (id),
    constraint retention_run_cache_fk foreign key (cache_id) references cache (id),
    constraint retention_run_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint retention_run_outcome check (outcome in ('RUNNING', 'SUCCEEDED', 'HELD', 'FAILED')),
    constraint retention_run_running_has_no_end check ((outcome = 'RUNNING') = (ended_at is null)),
    constraint retention_run_failed_has_error check ((outcome = 'FAILED') = (error is not null))
);
create unique index retention_run_one_running on retention_run (cache_id) where outcome = 'RUNNING';
create index retention_run_by_tenant on retention_run (tenant_id, cache_id, id);
comment on table retention_run is 'What each run of the collector found and did in a cache';
comment on column retention_run.asked is 'Whether somebody asked for it; false: the daily job did';
comment on column retention_run.outcome is
    'RUNNING, SUCCEEDED, FAILED, or HELD: it would have removed more than half of the cache, and did nothing';
comment on column retention_run.step is 'What it does next; a run whose server died goes on there';
comment on column retention_run.cutoff is 'Paths that were last used before this are not kept by their use; null: all are';
comment on column retention_run.last_row is 'Rows of uploaded_path with greater ids may have come since it began';
comment on column retention_run.unfinished is 'It waits until all transactions before this one have ended';
comment on column retention_run.live is 'Which paths are kept: a bit for each number in store_path';
comment on column retention_run.followed is 'Of these, the ones whose references are marked too';
comment on column retention_run.held is 'How many paths the cache held';
comment on column retention_run.paths is 'How many of them nothing keeps';
comment on column retention_run.freed_bytes is 'Bytes of the stored files that come free with them';
comment on column retention_run.shared_bytes is 'Bytes of their stored files that others need too';
comment on column retention_run.largest is 'The twenty largest of them: path, narSize, storedBytes';
comment on column retention_run.condemned is 'How many paths it hid';
comment on column retention_run.removed is 'How many paths it removed';
comment on column retention_run.revived is 'How many hidden paths it offers again';
comment on column retention_run.condemned_until is 'It removes what was hidden before this; null: not known yet';
alter table retention_run enable row level security;

create table retention_candidate (
    run_id  bigint  not null,
    row_id  bigint  not null,
    path_id integer not null,
    constraint retention_candidate_pk primary key (run_id, row_id),
    constraint retention_candidate_run_fk foreign key (run_id) references retention_run (id) on delete cascade
);
comment on table retention_candidate is 'The paths that nothing keeps, as the newest run of each cache found them';
comment on column retention_candidate.row_id is 'The row in uploaded_path';
comment on column retention_candidate.path_id is 'The number in store_path';

create table path_revival (
    cache_id integer     not null,
    row_id   bigint      not null,
    at       timestamptz not null default clock_timestamp(),
    constraint path_revival_pk primary key (cache_id, row_id)
);
create index path_revival_by_age on path_revival (at);
comment on table path_revival is
    'Paths that were hidden and are offered again: a run that has begun before hides nothing that they refer to';
comment on column path_revival.row_id is 'The row in uploaded_path';

create table use_watch (
    node     uuid        not null,
    name     text        not null,
    heard_at timestamptz not null default clock_timestamp(),
    constraint use_watch_pk primary key (node)
);
comment on table use_watch is 'When each server last wrote down what was used; the row of zeros stands for all of them';

create table use_gap (
    id       bigint generated always as identity,
    node     text        not null,
    reason   text        not null,
    began_at timestamptz not null,
    ended_at timestamptz not null,
    constraint use_gap_pk primary key (id),
    constraint use_gap_reason_known check (reason in ('dropped', 'not-heard')),
    constraint use_gap_ends check (ended_at > began_at)
);
create index use_gap_by_end on use_gap (ended_at);
comment on table use_gap is
    'Times in which uses may have been missed. Every day on which something would go moves back by as much';
comment on column use_gap.node is 'The server''s NARTHEX_NAME; empty: all servers were away, or the clock jumped';
comment on column use_gap.reason is 'dropped: it could not keep all; not-heard: it wrote nothing for over a minute';

create table removed_path (
    id              bigint generated always as identity,
    tenant_id       integer     not null,
    cache_id        integer     not null,
    path_id         integer     not null,
    nar_hash        bytea       not null,
    nar_size        bigint      not null,
    file_hash       bytea       not null,
    file_size       bigint      not null,
    refs            text[]      not null,
    deriver         text,
    content_address text,
    foreign_sigs    text[]      not null,
    signatures      jsonb       not null,
    published_at    timestamptz not null,
    published_by    bigint,
    last_used       timestamptz not null,
    condemned_at    timestamptz,
    removed_at      timestamptz not null default clock_timestamp(),
    run_id          bigint,
    reason          text        not null,
    constraint removed_path_pk primary key (id),
    constraint removed_path_path_fk foreign key (path_id) references store_path (id),
    constraint removed_path_token_fk foreign key (published_by) references token (id),
    constraint removed_path_reason_known check (reason in ('retention', 'evicted', 'deleted', 'purged'))
);
create index removed_path_by_tenant on removed_path (tenant_id, cache_id, removed_at);
create index removed_path_by_path on removed_path (path_id);
create index removed_path_by_run on removed_path (run_id) where run_id is not null;
comment on table removed_path is 'What caches held and hold no more';
comment on column removed_path.path_id is 'The path''s number in store_path';
comment on column removed_path.signatures is
    'Our signatures of it: for each key its name, the signature in base64, and what the signature says';
comment on column removed_path.published_by is 'The token that pushed it; null: the administrator''s token file';
comment on column removed_path.condemned_at is 'Since when its narinfo was hidden; null: until it was removed it was offered';
comment on column removed_path.run_id is 'The run in retention_run that removed it';
comment on column removed_path.reason is
    'retention: nothing kept it; evicted: the cache was full; deleted: somebody asked for it; purged: its cache was deleted';
alter table removed_path enable row level security;

create table removed_edge (
    referrer  integer not null,
    scope     integer not null,
    reference integer not null,
    constraint removed_edge_pk primary key (referrer, scope, reference)
);
create index removed_edge_back on removed_edge (reference, scope, referrer);
comment on table removed_edge is 'Which removed path referred to which';
comment on column removed_edge.scope is 'The cache that held the referrer';
