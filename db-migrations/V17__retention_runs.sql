-- What a run of the collector needs besides.

alter table cache_retention add column clean_old integer;
comment on column cache_retention.clean_old is
    'How many paths were last used before clean_cutoff, counted up to 100,001; null with clean_cutoff';

create index path_held_by_row on path_held (row_id) where row_id is not null;

alter table retention_run add column pages bigint not null default 0;
comment on column retention_run.pages is 'Counts its pages: a server that remembers another number begins its mark anew';
