-- Paths of upstreams that pushed paths refer to.

alter table upstream_path add column held_at timestamptz;
create index upstream_path_held on upstream_path (cache_id) where held_at is not null;
comment on column upstream_path.held_at is
    'When a pushed path began to refer to it, directly or through others: its row and file stay as long as that does, and the file'
    ' counts in the cache''s quota; null: none does';
