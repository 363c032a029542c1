-- What a full cache needs to give up what was used longest ago.

create index uploaded_path_by_token_use on uploaded_path (cache_id, last_token_use, id);
create index staged_nar_by_cache on staged_nar (cache_id, received_at, blob_id);

alter table doomed_blob
    add column evicted_from integer,
    add column file_size bigint,
    add constraint doomed_blob_evicted_has_size check (evicted_from is null or file_size is not null);
create index doomed_blob_evicted on doomed_blob (evicted_from, doomed_at) where evicted_from is not null;
comment on column doomed_blob.evicted_from is
    'The cache that was full and gave it up: its bytes go before the hour is over where they are many; null: none';
comment on column doomed_blob.file_size is 'Its bytes, where a cache gave it up';

alter table retention_run
    add column done bigint not null default 0,
    add column total bigint not null default 0;
comment on column retention_run.done is 'Of its present step, how many paths are done';
comment on column retention_run.total is 'Of its present step, how many paths there are to do; 0: not known';
