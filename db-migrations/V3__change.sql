-- What changed, so that every server can bring its memory up to date; and which servers there are.

create table change (
    id      bigint generated always as identity,
    tx      xid8        not null default pg_current_xact_id(),
    kind    text        not null,
    subject bigint      not null,
    hash    bytea,
    at      timestamptz not null default now(),
    constraint change_pk primary key (id),
    constraint change_kind_known check (kind in ('token', 'tenant', 'cache', 'key', 'path')),
    constraint change_hash_of_path check ((hash is not null) = (kind = 'path')),
    constraint change_hash_length check (octet_length(hash) = 20)
);
create index change_by_tx on change (tx, id);
comment on table change is
    'What changed: a row is written in the transaction of the change, read by every server, and removed after an hour';
comment on column change.id is 'Counts up in the order of writing, which is not the order of commits';
comment on column change.tx is
    'Number of the transaction. A server reads the rows that became visible since the snapshot that it read before';
comment on column change.kind is 'What changed: token, tenant, cache, key or path';
comment on column change.subject is 'Id of the token, tenant, cache or key that changed; for a path, the id of its cache';
comment on column change.hash is '20 bytes, for a path only: the hash part of the path';
comment on column change.at is 'When the transaction of the change began';

create table node (
    id      uuid        not null,
    name    text        not null,
    seen_at timestamptz not null default clock_timestamp(),
    constraint node_pk primary key (id),
    constraint node_name_given check (name <> '')
);
comment on table node is
    'The servers that use this database. Only a server that has a row here may write changes. A row is removed only under the'
    ' advisory lock that its server shares while it writes, so that a server that sees no other row is alone';
comment on column node.id is 'Random. A server whose row was removed comes back under another id';
comment on column node.name is 'The server''s NARTHEX_NAME, for people to read';
comment on column node.seen_at is
    'When the server last said that it lives, by the clock of the database. It does so every second; after 10 seconds another'
    ' server removes its row';
