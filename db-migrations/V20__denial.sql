-- What may not be given out: rules of caches and of the server, and the paths that they make dark.

alter table token drop constraint token_scopes_known;
alter table token add constraint token_scopes_known
    check (scopes <@ array['pull', 'push', 'pin', 'delete', 'administer', 'promote', 'gate', 'deny'] and cardinality(scopes) > 0);

-- the subject of a denial is its cache, 0 for one of the server
alter table change drop constraint change_kind_known;
alter table change add constraint change_kind_known check (kind in ('token', 'trust', 'tenant', 'cache', 'key', 'path', 'upstream', 'denial'));
comment on column change.kind is
    'What changed: token, trust (all tokens that it made), tenant, cache, key, path, upstream or denial';

-- Not in a repeatable migration, because a column is computed by it: whoever changes it writes a migration that computes that anew.
create function like_form(pattern text) returns text
    language sql
    immutable
    parallel safe
as
$$
    select replace(replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
$$;
comment on function like_form(text) is 'A glob (* and ?) as SQL''s like takes it';

create table denial (
    id         bigint generated always as identity,
    cache_id   integer,
    name       text        not null,
    pattern    text,
    hash       bytea,
    nar_hash   bytea,
    dependents boolean     not null default false,
    reason     text        not null,
    until      timestamptz,
    created_at timestamptz not null default now(),
    created_by bigint,
    like_form  text generated always as (like_form(pattern)) stored,
    constraint denial_pk primary key (id),
    constraint denial_cache_fk foreign key (cache_id) references cache (id),
    constraint denial_token_fk foreign key (created_by) references token (id),
    constraint denial_name_form check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint denial_one_kind check (num_nonnulls(pattern, hash, nar_hash) = 1),
    constraint denial_hash_lengths check (octet_length(hash) = 20 and octet_length(nar_hash) = 32),
    constraint denial_reason_given check (reason <> '')
);
create unique index denial_name_unique on denial (coalesce(cache_id, 0), name);
comment on table denial is 'Rules that say what may not be given out, taken in or promoted';
comment on column denial.cache_id is 'The cache whose rule it is; null: a rule of the server, for every cache';
comment on column denial.name is 'What the rule is called in its URL';
comment on column denial.pattern is 'A glob (* and ?) over the whole name behind the hash';
comment on column denial.hash is '20 bytes: the hash part of the one path that is denied';
comment on column denial.nar_hash is '32 bytes: SHA-256 of the NAR that is denied under whatever name';
comment on column denial.dependents is 'Whether all that needs a denied path is denied with it';
comment on column denial.reason is 'Why, in the words of whoever made it; who pushes such a path is told';
comment on column denial.until is 'When it stops to count; null: never';
comment on column denial.created_by is 'The token that made it; null: the administrator''s token file';
comment on column denial.like_form is 'The pattern as SQL''s like takes it';
alter table denial enable row level security;

create table denied_path (
    denial_id bigint  not null,
    path_id   integer not null,
    constraint denied_path_pk primary key (denial_id, path_id),
    constraint denied_path_denial_fk foreign key (denial_id) references denial (id) on delete cascade,
    constraint denied_path_path_fk foreign key (path_id) references store_path (id)
);
create index denied_path_by_path on denied_path (path_id);
comment on table denied_path is
    'The paths that each rule makes dark, as far as they are known: what is not here is still judged by its name, hashes and'
    ' references';
