-- What was read, and how much is stored. These are counts, without the guarantees of the record.
--
-- Thousands of downloads are written in a second, so there are few indexes. None begins with the tenant: the auditors' views
-- join by cache, and are asked by path, by token, or by time.

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
create index nar_download_by_path on nar_download (path, at);
create index nar_download_by_token on nar_download (token_id, at) where token_id is not null;
create index nar_download_by_time on nar_download using brin (at);
comment on table nar_download is
    'One row for each NAR that was sent, in whole or in part. Rows are written in batches, after the answers. Each month'
    ' (UTC) is a partition';
comment on column nar_download.at is 'When the answer ended, by the clock of the server';
comment on column nar_download.path is 'Base name of the store path';
comment on column nar_download.token_id is
    'Public id of the token; administrator: the administrator''s token file; null: anonymous';
comment on column nar_download.address is 'Address from which the request came, shortened as NARTHEX_AUDIT_ADDRESSES says';
comment on column nar_download.bytes_sent is 'How many bytes of the body were sent';
comment on column nar_download.complete is 'Whether this one answer sent all of the file; an answer to a range never does';

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
create index narinfo_hour_by_time on narinfo_hour using brin (hour);
comment on table narinfo_hour is
    'How often each narinfo was asked for and found, in each hour. Each month (UTC) is a partition';
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
comment on table narinfo_miss_hour is
    'How often narinfos were asked for and not found, in each hour. Each month (UTC) is a partition';
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
comment on table storage_daily is 'How much each cache holds that was pushed into it, counted once a day';
comment on column storage_daily.day is 'The day (UTC)';
comment on column storage_daily.paths is 'How many paths it holds';
comment on column storage_daily.nar_bytes is 'How many bytes their NARs have, unpacked';
comment on column storage_daily.stored_bytes is
    'How many bytes the stored files have; a file that several paths share counts once';
comment on column storage_daily.taken_at is 'When it was counted, by the clock of the database';
alter table storage_daily enable row level security;
