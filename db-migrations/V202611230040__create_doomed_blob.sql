-- Bytes that no row names any more: who reads them goes on for an hour, then they are deleted.

create table doomed_blob (
    storage_key text        not null,
    doomed_at   timestamptz not null default now(),
    constraint doomed_blob_pk primary key (storage_key)
);
create index doomed_blob_by_age on doomed_blob (doomed_at);
comment on table doomed_blob is 'Blobs whose rows are deleted and whose bytes are still to go';
comment on column doomed_blob.doomed_at is 'When the row went; the bytes go an hour later';

-- update is what locking a row needs
grant select, insert, update, delete on doomed_blob to ${app};
