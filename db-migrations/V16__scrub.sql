-- What is stored is read again, and what is found wrong is hidden until somebody pushes it again.

alter table blob
    add proved_at      timestamptz,
    add quarantined_at timestamptz;
create index blob_by_proof on blob (coalesce(proved_at, stored_at), id) where quarantined_at is null;
create index blob_quarantined on blob (nar_hash) where quarantined_at is not null;
comment on column blob.proved_at is 'When its bytes were last read in full and had its hash; null: when they were received';
comment on column blob.quarantined_at is
    'When its bytes were found wrong or gone: no cache offers what refers to it; null: they were not';

create table scrub_finding (
    id          bigint generated always as identity,
    blob_id     bigint      not null,
    kind        text        not null,
    file_hash   bytea       not null,
    file_size   bigint      not null,
    actual_hash bytea,
    found_at    timestamptz not null default clock_timestamp(),
    seen_at     timestamptz not null default clock_timestamp(),
    times       integer     not null default 1,
    node        text        not null,
    healed_at   timestamptz,
    constraint scrub_finding_pk primary key (id),
    constraint scrub_finding_kind_known check (kind in ('wrong', 'missing', 'unreadable')),
    constraint scrub_finding_hash_lengths check (octet_length(file_hash) = 32 and octet_length(actual_hash) = 32)
);
create unique index scrub_finding_open on scrub_finding (blob_id, kind) where healed_at is null;
create index scrub_finding_by_time on scrub_finding (found_at);
comment on table scrub_finding is
    'Stored files that were found wrong, gone or not to be read. Rows are kept for 400 days after they were healed';
comment on column scrub_finding.blob_id is 'The row of the file, which may be gone meanwhile';
comment on column scrub_finding.kind is
    'wrong: it was read twice and has another hash; missing: it is not there; unreadable: it could not be read to its end, which'
    ' hides nothing';
comment on column scrub_finding.file_hash is '32 bytes: the SHA-256 that it should have';
comment on column scrub_finding.file_size is 'Bytes that it should have';
comment on column scrub_finding.actual_hash is '32 bytes: the SHA-256 that was read; null: nothing was';
comment on column scrub_finding.found_at is 'When it was found, by the clock of the database';
comment on column scrub_finding.seen_at is 'When it was last found so';
comment on column scrub_finding.times is 'How often it was found so';
comment on column scrub_finding.node is 'NARTHEX_NAME of the server that found it';
comment on column scrub_finding.healed_at is
    'When nothing referred to the bad file any more, since a good one took its place; null: it is still so';
alter table scrub_finding enable row level security;

create table scrub_finding_path (
    finding_id bigint  not null,
    tenant_id  integer not null,
    cache_id   integer not null,
    path       text    not null,
    constraint scrub_finding_path_pk primary key (finding_id, cache_id, path),
    constraint scrub_finding_path_finding_fk foreign key (finding_id) references scrub_finding (id) on delete cascade
);
create index scrub_finding_path_by_tenant on scrub_finding_path (tenant_id, finding_id);
comment on table scrub_finding_path is 'The paths whose file a finding is about, as it was when that was found';
comment on column scrub_finding_path.tenant_id is 'The tenant of the cache';
comment on column scrub_finding_path.path is 'Base name of the path';
alter table scrub_finding_path enable row level security;

create table scrub_halt (
    node   text        not null,
    at     timestamptz not null default clock_timestamp(),
    reason text        not null,
    constraint scrub_halt_pk primary key (node)
);
comment on table scrub_halt is
    'Servers that found too much to go on by themselves: rather their disk or memory is bad than so many files';
comment on column scrub_halt.node is 'Its NARTHEX_NAME';
comment on column scrub_halt.at is 'When it stopped, by the clock of the database';
comment on column scrub_halt.reason is 'What it had found';
