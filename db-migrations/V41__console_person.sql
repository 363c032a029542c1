-- People log in to the console at an OpenID provider too. They act by tokens that are made for the session and end with it.

alter table console_session add column subject text;
alter table console_session add column roles text[];
alter table console_session add column refresh bytea;
alter table console_session add column authenticated_at timestamptz;
alter table console_session add column asked_at timestamptz;
alter table console_session add column asking_until timestamptz;
alter table console_session drop constraint console_session_of_one_token;
alter table console_session add constraint console_session_of_one
    check (num_nonnulls(token_id, token_proof, subject) = 1);
alter table console_session add constraint console_session_person_whole
    check (num_nonnulls(subject, roles, authenticated_at, asked_at) in (0, 4));
create index console_session_by_subject on console_session (subject, created_at) where subject is not null;
comment on column console_session.subject is 'Who the person is to the provider; null: a token was pasted';
comment on column console_session.roles is 'What the person''s groups gave at log-in: tenant:role, or administrator';
comment on column console_session.refresh is
    'By which the provider is asked anew, sealed by what the cookie holds; null: it gave nothing of the kind';
comment on column console_session.authenticated_at is
    'When the person showed the provider a password or the like; 1970 where it does not say';
comment on column console_session.asked_at is 'When the provider last said that nothing has changed';
comment on column console_session.asking_until is 'Until then one request asks the provider, and no other does';

create table console_session_token (
    token_id bigint not null,
    id_hash  bytea  not null,
    constraint console_session_token_pk primary key (token_id),
    constraint console_session_token_token_fk foreign key (token_id) references token (id),
    constraint console_session_token_id_hash_length check (octet_length(id_hash) = 32)
);
create index console_session_token_by_session on console_session_token (id_hash);
comment on table console_session_token is
    'The tokens by which a person acts in each tenant. A row outlives its session until its token is revoked';
comment on column console_session_token.id_hash is 'The session; none has it any more where that has ended';
