-- Whose build a path is, also where a promotion brought it; and how far a promotion is that a job does.

alter table uploaded_path add column built_by bigint;
alter table uploaded_path add constraint uploaded_path_built_by_fk foreign key (built_by) references token_identity (token_id);
comment on column uploaded_path.published_by is 'The token that pushed or promoted it; null: the administrator''s token file';
comment on column uploaded_path.built_by is
    'Of a path that was promoted: the token of the build that pushed it into the cache from which it came; null: no build did,'
    ' or it was pushed into this cache';

create table promoted_identity (
    tenant_id integer not null,
    token_id  bigint  not null,
    constraint promoted_identity_pk primary key (tenant_id, token_id),
    constraint promoted_identity_tenant_fk foreign key (tenant_id) references tenant (id),
    constraint promoted_identity_token_fk foreign key (token_id) references token_identity (token_id)
);
comment on table promoted_identity is
    'Builds of other tenants whose paths were promoted into a cache of this one: its auditors see which builds they were';
comment on column promoted_identity.tenant_id is 'The tenant into one of whose caches a path was promoted';
comment on column promoted_identity.token_id is 'The token of the build';
