-- How much each tenant and each cache may hold, and how much it holds.
--
-- A push adds rows to usage_ledger and waits for no other push: a job folds them into the counts, and another proves those.

alter table tenant
    add max_bytes           bigint,
    add warn_at             integer not null default 85,
    add when_full           text    not null default 'refuse',
    add evict_after_minutes integer not null default 60,
    add constraint tenant_max_bytes_positive check (max_bytes > 0),
    add constraint tenant_warn_at_percent check (warn_at between 1 and 100),
    add constraint tenant_when_full_refuses check (when_full = 'refuse'),
    add constraint tenant_evict_after_not_negative check (evict_after_minutes >= 0);
comment on column tenant.max_bytes is 'How many bytes it may hold; null: any number';
comment on column tenant.warn_at is 'Percent of max_bytes at which an event warns';
comment on column tenant.when_full is 'What is done with a push that would pass max_bytes: refuse';
comment on column tenant.evict_after_minutes is 'Without meaning: a tenant''s quota evicts nothing';

alter table cache
    add max_bytes           bigint,
    add warn_at             integer not null default 85,
    add when_full           text    not null default 'refuse',
    add evict_after_minutes integer not null default 60,
    add constraint cache_max_bytes_positive check (max_bytes > 0),
    add constraint cache_warn_at_percent check (warn_at between 1 and 100),
    add constraint cache_when_full_known check (when_full in ('refuse', 'evict')),
    add constraint cache_evict_after_not_negative check (evict_after_minutes >= 0);
comment on column cache.max_bytes is 'How many bytes it may hold; null: any number';
comment on column cache.warn_at is 'Percent of max_bytes at which an event warns';
comment on column cache.when_full is
    'What is done with a push that would pass max_bytes: refuse, or evict what was used longest ago';
comment on column cache.evict_after_minutes is 'Minutes for which what was used is safe from eviction';

create table usage_ledger (
    id        bigint generated always as identity,
    tenant_id integer not null,
    cache_id  integer not null,
    file_hash bytea,
    bytes     bigint  not null,
    files     integer not null default 0,
    paths     integer not null default 0,
    nar_bytes bigint  not null default 0,
    constraint usage_ledger_pk primary key (id),
    constraint usage_ledger_hash_length check (octet_length(file_hash) = 32),
    constraint usage_ledger_files_have_hash check (file_hash is not null or files = 0)
);
create index usage_ledger_by_cache on usage_ledger (tenant_id, cache_id);
comment on table usage_ledger is
    'What came into each cache and what went, written in the transaction of the change. A job adds the rows to the counts and'
    ' removes them';
comment on column usage_ledger.tenant_id is 'The tenant of the cache';
comment on column usage_ledger.file_hash is '32 bytes: SHA-256 of the file; null: the row is about a document';
comment on column usage_ledger.bytes is
    'For a file, its size, whichever sign files has; for a document, by how many bytes it became longer';
comment on column usage_ledger.files is 'How many rows more refer to the file in this cache; negative: fewer';
comment on column usage_ledger.paths is 'How many paths more the cache has';
comment on column usage_ledger.nar_bytes is 'How many bytes more the NARs of its paths have, unpacked';

create table held_file (
    tenant_id integer not null,
    cache_id  integer not null,
    file_hash bytea   not null,
    bytes     bigint  not null,
    refs      bigint  not null,
    constraint held_file_pk primary key (cache_id, file_hash),
    constraint held_file_hash_length check (octet_length(file_hash) = 32)
);
create index held_file_by_tenant on held_file (tenant_id, file_hash);
comment on table held_file is
    'Which files each cache holds. In a quota a file counts once in each cache, and once in each tenant, however many rows'
    ' refer to it';
comment on column held_file.tenant_id is 'The tenant of the cache';
comment on column held_file.file_hash is '32 bytes: SHA-256 of the file as it was pushed';
comment on column held_file.bytes is 'Its size';
comment on column held_file.refs is 'How many rows of the cache refer to it';

create table cache_usage (
    cache_id     integer not null,
    tenant_id    integer not null,
    paths        bigint  not null default 0,
    stored_bytes bigint  not null default 0,
    nar_bytes    bigint  not null default 0,
    warned_at    timestamptz,
    constraint cache_usage_pk primary key (cache_id),
    constraint cache_usage_cache_fk foreign key (cache_id) references cache (id)
);
create index cache_usage_by_tenant on cache_usage (tenant_id);
comment on table cache_usage is 'How much each cache holds, without what is still in usage_ledger';
comment on column cache_usage.tenant_id is 'The tenant of the cache';
comment on column cache_usage.paths is 'How many pushed paths it has';
comment on column cache_usage.stored_bytes is 'Bytes of its files, each once, and of its documents';
comment on column cache_usage.nar_bytes is 'Bytes of the NARs of its paths, unpacked';
comment on column cache_usage.warned_at is 'When an event said that the quota is nearly full; null: it is not';

create table tenant_usage (
    tenant_id    integer not null,
    stored_bytes bigint  not null default 0,
    warned_at    timestamptz,
    constraint tenant_usage_pk primary key (tenant_id),
    constraint tenant_usage_tenant_fk foreign key (tenant_id) references tenant (id)
);
comment on table tenant_usage is 'How much each tenant holds, without what is still in usage_ledger';
comment on column tenant_usage.stored_bytes is
    'Bytes of its files, each once, whichever of its caches have it, and of its documents';
comment on column tenant_usage.warned_at is 'When an event said that the quota is nearly full; null: it is not';

create table quota_grant (
    node_id   uuid    not null,
    cache_id  integer not null,
    tenant_id integer not null,
    bytes     bigint  not null,
    constraint quota_grant_pk primary key (node_id, cache_id),
    constraint quota_grant_node_fk foreign key (node_id) references node (id) on delete cascade,
    constraint quota_grant_cache_fk foreign key (cache_id) references cache (id),
    constraint quota_grant_positive check (bytes >= 0)
);
create index quota_grant_by_tenant on quota_grant (tenant_id, cache_id);
comment on table quota_grant is
    'How much of each quota is reserved for uploads that are under way. A server takes some beforehand, so that it need not'
    ' ask for each upload; what a dead one has taken goes with its row';
comment on column quota_grant.node_id is 'The server that takes the uploads';
comment on column quota_grant.cache_id is 'The cache into which they come';
comment on column quota_grant.tenant_id is 'The tenant of the cache';
comment on column quota_grant.bytes is 'How many bytes may still come without asking again, and those that are coming';

-- What is there already is counted like what comes. An older server that still runs writes no ledger: the job that proves the
-- counts finds what it added.
insert into usage_ledger (tenant_id, cache_id, file_hash, bytes, files, paths, nar_bytes)
select c.tenant_id, x.cache_id, b.file_hash, max(b.file_size), count(*), sum(x.paths), sum(x.nar_bytes)
from (select cache_id, blob_id, 1 as paths, nar_size as nar_bytes from uploaded_path
      union all select cache_id, blob_id, 0, 0 from staged_nar
      union all select cache_id, blob_id, 0, 0 from further_file) x
     join blob b on b.id = x.blob_id
     join cache c on c.id = x.cache_id
group by c.tenant_id, x.cache_id, b.file_hash;
insert into usage_ledger (tenant_id, cache_id, bytes)
select c.tenant_id, d.cache_id, sum(octet_length(d.content))
from uploaded_document d join cache c on c.id = d.cache_id
group by c.tenant_id, d.cache_id;
