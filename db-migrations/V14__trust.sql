-- Identity tokens of others: whose are believed, which tenant believes what of them, and what came of those that were shown.

create table issuer (
    id                   integer generated always as identity,
    name                 text        not null,
    url                  text        not null,
    kind                 text        not null default 'generic',
    required_claims      text[],
    jwks                 text,
    reuse                boolean     not null default false,
    max_lifetime_seconds integer     not null default 3600,
    version              bigint      not null default 0,
    created_at           timestamptz not null default now(),
    deleted_at           timestamptz,
    constraint issuer_pk primary key (id),
    constraint issuer_name_form check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint issuer_url_form check (url ~ '^https://[^[:space:]]+$'),
    constraint issuer_kind_known check (kind in ('github', 'gitlab', 'buildkite', 'kubernetes', 'generic')),
    constraint issuer_max_lifetime_range check (max_lifetime_seconds between 60 and 86400)
);
create unique index issuer_name_unique on issuer (name) where deleted_at is null;
create unique index issuer_url_unique on issuer (url) where deleted_at is null;
comment on table issuer is 'Whose identity tokens may be exchanged for tokens of this server, by the word of its administrator';
comment on column issuer.url is 'What the claim iss of its tokens is, byte for byte';
comment on column issuer.kind is 'Whose claims its tokens have: github, gitlab, buildkite, kubernetes, or generic';
comment on column issuer.required_claims is 'Claims that each trust must bind to exact values; null: those of its kind';
comment on column issuer.jwks is 'Its public keys (RFC 7517), where it cannot be asked for them; null: it is asked';
comment on column issuer.reuse is 'Whether one identity token may be exchanged more than once';
comment on column issuer.max_lifetime_seconds is 'How long its identity tokens may live, from iat to exp';
comment on column issuer.version is 'Counts the changes of the row; If-Match is compared with it';
comment on column issuer.deleted_at is 'When it was deleted. Its tokens have opened nothing since then';

create table trust (
    id          bigint generated always as identity,
    tenant_id   integer     not null,
    name        text        not null,
    issuer      text        not null,
    audience    text        not null,
    claims      jsonb       not null,
    allow       jsonb       not null default '{}',
    scopes      text[]      not null,
    caches      text[]      not null default '{}',
    cache_ids   integer[]   not null default '{}',
    ttl_seconds integer     not null default 3600,
    version     bigint      not null default 0,
    created_at  timestamptz not null default now(),
    created_by  bigint,
    deleted_at  timestamptz,
    constraint trust_pk primary key (id),
    constraint trust_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint trust_created_by_fk foreign key (created_by) references token (id),
    constraint trust_name_form check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint trust_scopes_known check (scopes <@ array['pull', 'push', 'pin'] and cardinality(scopes) > 0),
    constraint trust_ttl_range check (ttl_seconds between 60 and 21600),
    constraint trust_cache_ids_beside_caches
        check (cardinality(cache_ids) = 0 or cardinality(cache_ids) = cardinality(caches))
);
create unique index trust_name_unique on trust (tenant_id, name) where deleted_at is null;
-- an identity token names no tenant, only an audience
create index trust_by_audience on trust (issuer, audience, id) where deleted_at is null;
comment on table trust is 'Which identity tokens a tenant takes for which of its tokens';
comment on column trust.issuer is 'The URL of the issuer; without an issuer of that URL the trust makes no token';
comment on column trust.audience is 'What the claim aud must be, alone';
comment on column trust.claims is 'Name of a claim to a list of exact values or patterns; every claim must match one of its list';
comment on column trust.allow is 'In place of what a push requires by the kind of the issuer: name of a claim to exact values';
comment on column trust.scopes is 'What its tokens may do';
comment on column trust.caches is 'Names or patterns of the caches that its tokens are for; empty: all';
comment on column trust.cache_ids is
    'In the order of caches: the cache that a name meant when the trust was set; null for a pattern';
comment on column trust.ttl_seconds is 'How long its tokens live';
comment on column trust.version is 'Counts the changes of the row; If-Match is compared with it';
comment on column trust.created_by is 'The token by which it was made; null: the administrator''s token file';
comment on column trust.deleted_at is 'When it was deleted. Its tokens have opened nothing since then';
alter table trust enable row level security;

alter table token add column trust_id bigint constraint token_trust_fk references trust (id);
create index token_by_trust on token (trust_id) where trust_id is not null;
comment on column token.trust_id is 'The trust by which an identity token was exchanged for it; null: somebody made it';

create table token_identity (
    token_id   bigint not null,
    tenant_id  integer not null,
    public_id  text   not null,
    issuer     text   not null,
    trust      text   not null,
    claims     jsonb  not null,
    repository text,
    commit     text,
    ref        text,
    workflow   text,
    run        text,
    constraint token_identity_pk primary key (token_id),
    constraint token_identity_token_fk foreign key (token_id) references token (id),
    constraint token_identity_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint token_identity_public_id_unique unique (public_id)
);
create index token_identity_by_commit on token_identity (tenant_id, commit) where commit is not null;
comment on table token_identity is
    'Who got a token for an identity token: the claims that were checked, and so the origin of each path that it published';
comment on column token_identity.public_id is 'The part of the token that is not secret';
comment on column token_identity.issuer is 'Who vouched for the claims';
comment on column token_identity.trust is 'Name of the trust then';
comment on column token_identity.claims is 'The claims that the trust matched and those that name the build; nothing about persons';
comment on column token_identity.repository is 'The repository that was built, as the issuer calls it';
comment on column token_identity.commit is 'The commit that was built';
comment on column token_identity.ref is 'The branch or tag that was built';
comment on column token_identity.workflow is 'The workflow that built it';
comment on column token_identity.run is 'The run of that workflow';
alter table token_identity enable row level security;

create table used_identity_token (
    digest          bytea       not null,
    until           timestamptz not null,
    used_at         timestamptz not null default clock_timestamp(),
    idempotency_key bytea,
    token_id        bigint      not null,
    constraint used_identity_token_pk primary key (digest),
    constraint used_identity_token_token_fk foreign key (token_id) references token (id),
    constraint used_identity_token_digest_length check (octet_length(digest) = 32),
    constraint used_identity_token_key_length check (octet_length(idempotency_key) = 32)
);
create index used_identity_token_by_end on used_identity_token (until);
comment on table used_identity_token is
    'Identity tokens that were exchanged, so that none is exchanged twice; a job removes those that have expired';
comment on column used_identity_token.digest is '32 bytes: SHA-256 of issuer and jti, or of what is signed where there is no jti';
comment on column used_identity_token.until is 'When the identity token opens nothing any more by itself';
comment on column used_identity_token.idempotency_key is
    '32 bytes: SHA-256 of the request''s Idempotency-Key; who repeats the request with it within a minute is answered anew';
comment on column used_identity_token.token_id is 'The token that was given for it last';

alter table change drop constraint change_kind_known;
alter table change add constraint change_kind_known check (kind in ('token', 'trust', 'tenant', 'cache', 'key', 'path'));
comment on column change.kind is 'What changed: token, trust (all tokens that it made), tenant, cache, key or path';
comment on column change.subject is
    'Id of the token, trust, tenant, cache or key that changed; for a path, the id of its cache';
