-- Finds paths by a part of their names, by the beginning of their hashes, and by size.

-- Both belong to PostgreSQL and are trusted: whoever may create in the database may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Nix's base32 writes a hash from its last bits on (Nix: src/libutil/hash.cc), so that hashes whose texts begin alike end alike.
-- Not in a repeatable migration, because indexes are computed by it. One expression, so that it is inlined.
create function store_path_number(hash bytea) returns bigint
    language sql
    immutable
    parallel safe
as
$$
    select (get_byte(hash, 19)::bigint << 47) | (get_byte(hash, 18)::bigint << 39) | (get_byte(hash, 17)::bigint << 31)
        | (get_byte(hash, 16)::bigint << 23) | (get_byte(hash, 15)::bigint << 15) | (get_byte(hash, 14)::bigint << 7)
        | (get_byte(hash, 13)::bigint >> 1)
$$;
comment on function store_path_number(bytea) is
    'The first eleven of the 32 characters of a hash part, as a number: hashes that begin alike are beside each other';

-- The cache comes first, so that what others hold costs nobody time.
create index uploaded_path_by_part on uploaded_path using gin (cache_id, name gin_trgm_ops);
-- trigrams do not find what is shorter; it is looked for at the beginnings of names, byte by byte whatever the database's collation
drop index uploaded_path_by_name;
create index uploaded_path_by_name on uploaded_path (cache_id, lower(name) collate "C");
create index uploaded_path_by_number on uploaded_path (cache_id, store_path_number(hash));
create index uploaded_path_by_size on uploaded_path (cache_id, nar_size);
create index local_path_by_part on local_path using gin (store_id, name gin_trgm_ops);
create index local_path_by_name on local_path (store_id, lower(name) collate "C");
create index local_path_by_number on local_path (store_id, store_path_number(hash));
create index local_path_by_size on local_path (store_id, nar_size);
