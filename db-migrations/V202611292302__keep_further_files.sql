-- Two builders push the same path with different files; both clients remember the narinfo that they sent, for 30 days. Narinfos
-- name the first file, and the others stay answered at their own URLs as long.

create table further_file (
    path_id   bigint      not null,
    cache_id  integer     not null,
    file_name text        not null,
    blob_id   bigint      not null,
    until     timestamptz not null,
    constraint further_file_pk primary key (path_id, file_name),
    constraint further_file_path_fk foreign key (path_id) references uploaded_path (id) on delete cascade,
    constraint further_file_cache_fk foreign key (cache_id) references cache (id),
    constraint further_file_blob_fk foreign key (blob_id) references blob (id)
);
create index further_file_by_name on further_file (cache_id, file_name);
create index further_file_by_blob on further_file (blob_id);
create index further_file_by_age on further_file (until);
comment on table further_file is 'Files that a path was pushed with again, beside the one that its narinfo names; gone with the path';
comment on column further_file.cache_id is 'That of the path';
comment on column further_file.file_name is 'As in the URL, behind nar/';
comment on column further_file.until is '30 days after it was pushed last: so long a client remembers the narinfo that it sent';

create or replace function cache_has_file(cache integer, file_name text, blob bigint) returns boolean
    language sql
    stable
    set search_path = public, pg_temp
as
$$
    select exists (select from staged_nar s
                   where s.cache_id = cache_has_file.cache and s.file_name = cache_has_file.file_name
                     and s.blob_id = cache_has_file.blob)
        or exists (select from uploaded_path p
                   where p.cache_id = cache_has_file.cache and p.file_name = cache_has_file.file_name
                     and p.blob_id = cache_has_file.blob)
        or exists (select from further_file f
                   where f.cache_id = cache_has_file.cache and f.file_name = cache_has_file.file_name
                     and f.blob_id = cache_has_file.blob)
$$;

grant select, insert, update, delete on further_file to ${app};
