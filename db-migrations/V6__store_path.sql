-- The parts of a store path's base name, and a number for each base name.
--
-- These three functions are not in a repeatable migration, because indexes and columns are computed by them: whoever changes
-- one writes a migration that computes those anew.

-- Nix's base32 of 20 bytes, a dash, the name (Nix: src/libutil/hash.cc). One expression, so that it is inlined.
create function store_path_base_name(hash bytea, name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 19) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 18) >> 6) | (get_byte(hash, 19) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 18) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 17) >> 4) | (get_byte(hash, 18) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 16) >> 7) | (get_byte(hash, 17) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 16) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 15) >> 5) | (get_byte(hash, 16) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 15) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 14) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 13) >> 6) | (get_byte(hash, 14) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 13) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 12) >> 4) | (get_byte(hash, 13) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 11) >> 7) | (get_byte(hash, 12) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 11) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 10) >> 5) | (get_byte(hash, 11) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 10) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 9) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 8) >> 6) | (get_byte(hash, 9) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 8) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 7) >> 4) | (get_byte(hash, 8) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 6) >> 7) | (get_byte(hash, 7) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 6) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 5) >> 5) | (get_byte(hash, 6) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 5) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 4) >> 3) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 3) >> 6) | (get_byte(hash, 4) << 2)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 3) >> 1) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 2) >> 4) | (get_byte(hash, 3) << 4)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 1) >> 7) | (get_byte(hash, 2) << 1)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + ((get_byte(hash, 1) >> 2) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (((get_byte(hash, 0) >> 5) | (get_byte(hash, 1) << 3)) & 31), 1)
        || substr('0123456789abcdfghijklmnpqrsvwxyz', 1 + (get_byte(hash, 0) & 31), 1)
        || '-' || name
$$;
comment on function store_path_base_name(bytea, text) is
    'The base name of a store path: its hash part in base32, a dash, its name';

-- Separates name and version as Nix does (builtins.parseDrvName): the version begins after the first dash that no letter
-- follows.
create function store_path_package(base_name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select regexp_replace(substr(base_name, 34), '-[^a-zA-Z].*$', '')
$$;
comment on function store_path_package(text) is 'The package in the base name of a store path';

-- The names that nixpkgs gives to outputs do not belong to the version.
create function store_path_version(base_name text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select regexp_replace(coalesce(substring(substr(base_name, 34) from '-([^a-zA-Z].*)$'), ''),
                          '-(bin|data|debug|dev|devdoc|dist|doc|info|lib|man|out|static)$', '')
$$;
comment on function store_path_version(text) is
    'The version in the base name of a store path, without the name of the output; empty: it has none';

create table store_path (
    id        integer generated always as identity,
    base_name text collate "C" not null,
    package   text not null generated always as (store_path_package(base_name)) stored,
    version   text not null generated always as (store_path_version(base_name)) stored,
    constraint store_path_pk primary key (id),
    constraint store_path_base_name_unique unique (base_name)
);
comment on table store_path is 'The base name of each path that some cache had or that a path referred to, with a number';
comment on column store_path.package is 'The package, separated from the version as Nix does it';
comment on column store_path.version is 'The version, without the name of the output; empty: it has none';
