-- What needs a denied path, among what upstreams told.
create index upstream_path_by_reference on upstream_path using gin (refs);
