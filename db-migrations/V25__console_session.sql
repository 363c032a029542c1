-- Who is logged in to the console. Any node reads a session; nothing in these rows opens one.

create table console_session (
    id_hash     bytea       not null,
    token_id    bigint,
    token_proof bytea,
    created_at  timestamptz not null default clock_timestamp(),
    used_at     timestamptz not null default clock_timestamp(),
    constraint console_session_pk primary key (id_hash),
    constraint console_session_token_fk foreign key (token_id) references token (id),
    constraint console_session_id_hash_length check (octet_length(id_hash) = 32),
    constraint console_session_token_proof_length check (octet_length(token_proof) = 32),
    constraint console_session_of_one_token check ((token_id is null) <> (token_proof is null))
);
create index console_session_by_token on console_session (token_id, created_at);
create index console_session_by_use on console_session (used_at);
comment on table console_session is
    'Who is logged in to the console; a job removes sessions that have ended by idling or by age';
comment on column console_session.id_hash is '32 bytes: SHA-256 of what the browser''s cookie holds';
comment on column console_session.token_id is
    'The token that was pasted, with which the session ends; null: the administrator''s token file';
comment on column console_session.token_proof is
    '32 bytes: SHA-256 of what the cookie holds and of the digest of the administrator''s token; null for other tokens';
comment on column console_session.created_at is 'When the token was pasted';
comment on column console_session.used_at is 'When it was used last, to about a minute';
